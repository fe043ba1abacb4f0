"""What each holding is owed exactly, as a fraction, and the ways to make whole minor units of it.

A holding's exact entitlement is ``shares * multiplier / denominator``: for a rate the multiplier is the rate in
trillionths and the denominator 10^12, for a pot they are the pot and all the shares. All arithmetic is on integers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Generic, TypeVar

from dividends.rules.refusals import Code, RuleBroken
from dividends.rules.scale import TRILLION, trillionths

Key = TypeVar("Key", int, str)
ZERO = Decimal(0)
RATE_BELOW_MINOR = 10**12  # what a column Numeric(24, 12) holds


class Method(StrEnum):
    """Ways to make whole minor units: the three of `allocation.Rounding`, and two that are only shown, never used."""

    FLOOR = "floor"
    CARRY = "carry"
    LARGEST_REMAINDER = "largest_remainder"
    HALF_EVEN = "half_even"
    HALF_UP = "half_up"


@dataclass(frozen=True, slots=True)
class Holding(Generic[Key]):
    """One holder's shares at the record moment and the part of a minor unit (0 <= it < 1) brought from before."""

    key: Key
    shares: int
    brought_fraction: Decimal = ZERO


@dataclass(frozen=True)
class Measure(Generic[Key]):
    """All holdings with the fraction that turns shares into minor units."""

    holdings: Sequence[Holding[Key]]
    multiplier: int
    denominator: int
    total_shares: int
    brought: list[int] = field(repr=False)  # trillionths, in the order of the holdings

    @property
    def exact_total(self) -> int:
        """Return the exact total in trillionths of a minor unit; for a pot, the pot."""
        return self.total_shares * self.multiplier * TRILLION // self.denominator


def measure(holdings: Sequence[Holding[Key]], *, rate_minor: Decimal | None, pot_minor: int | None) -> Measure[Key]:
    """Return the measure of a rate per share or of a pot, exactly one of which is given, in minor units.

    Refuses (`RuleBroken`) a rate or pot that is not positive, a holder named twice (the order of ties would be open),
    negative shares, a brought fraction outside [0, 1), and a pot with nobody to share it.
    """
    _refuse_bad(holdings)
    brought = [trillionths(holding.brought_fraction) for holding in holdings]
    for holding, fraction in zip(holdings, brought, strict=True):
        if not 0 <= fraction < TRILLION:
            raise RuleBroken(Code.BROUGHT_NOT_A_FRACTION, key=holding.key)
    total = sum(holding.shares for holding in holdings)
    if rate_minor is not None and pot_minor is None:
        return Measure(holdings, rate_trillionths(rate_minor), TRILLION, total, brought)
    if pot_minor is None or rate_minor is not None:
        raise RuleBroken(Code.RATE_OR_POT)
    if pot_minor <= 0:
        raise RuleBroken(Code.POT_NOT_POSITIVE)
    if total == 0:
        raise RuleBroken(Code.NO_SHARES)
    return Measure(holdings, pot_minor, total, total, brought)


def rate_trillionths(rate_minor: Decimal) -> int:
    """Return the rate per share in trillionths of a minor unit; refuse (`RuleBroken`) one not positive or too large."""
    rate = trillionths(rate_minor)
    if rate >= RATE_BELOW_MINOR * TRILLION:
        raise RuleBroken(Code.FIGURE_NOT_EXACT)
    if rate <= 0:
        raise RuleBroken(Code.RATE_NOT_POSITIVE)
    return rate


def whole_units(measured: Measure[Key], method: Method) -> list[int]:
    """Return each holding's whole minor units by the method, in the order of the holdings.

    ``carry`` needs a rate: a pot's share may have no end of decimals, so that no part of it could be carried.
    """
    multiplier, denominator = measured.multiplier, measured.denominator
    owed = [holding.shares * multiplier for holding in measured.holdings]
    match method:
        case Method.FLOOR:
            return [numerator // denominator for numerator in owed]
        case Method.CARRY:
            pairs = zip(owed, measured.brought, strict=True)
            return [(numerator + brought) // TRILLION for numerator, brought in pairs]
        case Method.LARGEST_REMAINDER:
            return _largest_remainder(measured, owed)
        case Method.HALF_UP:
            return [(2 * numerator + denominator) // (2 * denominator) for numerator in owed]
        case Method.HALF_EVEN:
            return [_half_even(numerator, denominator) for numerator in owed]


def _largest_remainder(measured: Measure[Key], owed: list[int]) -> list[int]:
    """Floor each, then give one more to the largest remainders until the whole of the exact total is given out.

    The method of Hamilton (1792) and Hare-Niemeyer; of equal remainders the smaller key comes first.
    """
    units, remainders = [], []
    for numerator in owed:
        whole, rest = divmod(numerator, measured.denominator)
        units.append(whole)
        remainders.append(rest)
    left = measured.exact_total // TRILLION - sum(units)
    order = sorted(range(len(owed)), key=lambda place: (-remainders[place], measured.holdings[place].key))
    for place in order[:left]:
        units[place] += 1
    return units


def _half_even(numerator: int, denominator: int) -> int:
    whole, rest = divmod(numerator, denominator)
    return whole + (2 * rest > denominator or (2 * rest == denominator and whole % 2 == 1))


def _refuse_bad(holdings: Sequence[Holding[Key]]) -> None:
    for holding in holdings:
        if holding.shares < 0:
            raise RuleBroken(Code.SHARES_NEGATIVE, key=holding.key)
    if len({holding.key for holding in holdings}) != len(holdings):
        raise RuleBroken(Code.HOLDER_TWICE)
