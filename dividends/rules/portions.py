"""How several creators share what one work earns: exact fractions that make a whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic

from dividends.rules.measure import Key
from dividends.rules.refusals import Code, RuleBroken


@dataclass(frozen=True, slots=True)
class Portion(Generic[Key]):
    """One creator's fraction of the work, exact (1/3, not 0.3333)."""

    key: Key
    fraction: Fraction


@dataclass(frozen=True, slots=True)
class Part(Generic[Key]):
    """One creator's part of an amount in minor units, beside what it would be exactly."""

    key: Key
    fraction: Fraction
    exact: Fraction
    amount_minor: int


def check_portions(portions: Sequence[Portion[Key]]) -> None:
    """Refuse (`RuleBroken`) fractions that are not positive, do not add up to exactly 1, or name a creator twice."""
    for portion in portions:
        if portion.fraction <= 0:
            raise RuleBroken(Code.PORTION_NOT_POSITIVE, key=portion.key)
    if len({portion.key for portion in portions}) != len(portions):
        raise RuleBroken(Code.HOLDER_TWICE)
    total = sum((portion.fraction for portion in portions), Fraction(0))
    if total != 1:
        raise RuleBroken(Code.PORTIONS_NOT_WHOLE, sum=total)


def split(amount_minor: int, portions: Sequence[Portion[Key]]) -> tuple[Part[Key], ...]:
    """Return each creator's part, in the order given; together exactly the amount.

    Each part is rounded towards nil and what is left goes, one minor unit each, to the largest remainders, of equal
    ones to the smaller key first. A negative amount is the mirror of the positive one: taking back 100 takes from
    each what giving 100 gave.
    """
    check_portions(portions)
    sign = -1 if amount_minor < 0 else 1
    exact = [abs(amount_minor) * portion.fraction for portion in portions]
    units = [int(part) for part in exact]
    order = sorted(range(len(portions)), key=lambda place: (units[place] - exact[place], portions[place].key))
    for place in order[: abs(amount_minor) - sum(units)]:
        units[place] += 1
    return tuple(
        Part(portion.key, portion.fraction, sign * part, sign * unit)
        for portion, part, unit in zip(portions, exact, units, strict=True)
    )


def split_change(before_minor: int, after_minor: int, portions: Sequence[Portion[Key]]) -> tuple[Part[Key], ...]:
    """Return each creator's part of a change of what the work has earned to date.

    Each line is the difference between the parts of the totals after and before it. Split by itself, a sale of 100
    taken back as 50 and 50 could take a minor unit from a creator who never got it; so taken, whatever path the total
    takes, each creator has had exactly the part of the total. A part may run a minor unit against the change, since
    the method of largest remainders knows that paradox (Alabama, 1880).
    """
    pairs = zip(split(before_minor, portions), split(after_minor, portions), strict=True)
    return tuple(
        Part(after.key, after.fraction, after.exact - before.exact, after.amount_minor - before.amount_minor)
        for before, after in pairs
    )
