"""What becomes of a sum that is owed: it is paid, or it waits in the jar until it is worth sending."""

from dataclasses import dataclass
from enum import StrEnum

from dividends.rules.refusals import Code, RuleBroken

FULL = 1000


class Fate(StrEnum):
    """What happens to an open sum."""

    NOTHING = "nothing"  # nothing is owed
    KEEP = "keep"
    PAY = "pay"


@dataclass(frozen=True, slots=True)
class Jar:
    """An open sum in minor units, and how full the jar is in thousandths: 1000 exactly when it is paid."""

    fate: Fate
    pay_minor: int
    keep_minor: int
    level_permille: int


def jar(open_minor: int, *, minimum_minor: int, threshold_minor: int = 0) -> Jar:
    """Return what becomes of the sum of everything owed and not yet paid.

    It is paid whole once it reaches the larger of the declared minimum and the holder's own threshold, and
    never in part. The level is rounded down, so that it looks full only when it is.
    Refuses (`RuleBroken`) negative amounts: nobody is asked to pay in.
    """
    if min(open_minor, minimum_minor, threshold_minor) < 0:
        raise RuleBroken(Code.AMOUNT_NEGATIVE)
    needed = max(minimum_minor, threshold_minor)
    if open_minor == 0:
        return Jar(Fate.NOTHING, 0, 0, 0)
    if open_minor >= needed:
        return Jar(Fate.PAY, open_minor, 0, FULL)
    return Jar(Fate.KEEP, 0, open_minor, FULL * open_minor // needed)
