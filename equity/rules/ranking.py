"""Who is paid first, and what is left for the buyer: exact integers, whole minor units."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction


def accrued_minor(amount_minor: int, growth_bps: int, *, since: date, on: date) -> int:
    """Return a claim that grows by ``growth_bps`` a year, compounded yearly, simple within the year, rounded up.

    Rounded up, because a claim that ranks ahead must never be shown smaller than it is.
    """
    if on <= since or growth_bps == 0:
        return amount_minor
    years = on.year - since.year - ((on.month, on.day) < (since.month, since.day))
    anniversary = _shifted(since, years)
    days_in_year = (_shifted(since, years + 1) - anniversary).days
    growth = Fraction(growth_bps, 10_000)
    value = amount_minor * (1 + growth) ** years * (1 + growth * Fraction((on - anniversary).days, days_in_year))
    return -(-value.numerator // value.denominator)


def _shifted(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February falls on 1 March in a common year
        return date(day.year + years, 3, 1)


@dataclass(frozen=True)
class Claim:
    """A place in the queue: its amount, and whether it is paid before the buyer's class."""

    amount_minor: int
    ahead: bool


def paid_ahead_minor(claims: Sequence[Claim]) -> int:
    """Return what must be paid before the buyer's class gets anything."""
    return sum(claim.amount_minor for claim in claims if claim.ahead)


def implied_value_minor(price_minor: int, shares_issued: int) -> int:
    """Return what the whole company is said to be worth when every issued share is counted at the price."""
    return price_minor * shares_issued
