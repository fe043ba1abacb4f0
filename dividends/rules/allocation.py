"""Who is owed how much of a dividend, to the last minor unit, and what becomes of the rest.

Model articles (SI 2008/3229 Sch. 3 art. 71) pay by the amounts paid up, which for fully paid shares of one class means
by the shares held; shares partly paid in the period are the caller's to refuse. No statute and no published practice of
registrars says how to round, so the rule is chosen per declaration and printed. One entitlement per holding, never
per lot or certificate. Rounding each to the nearest is not offered: half-up pays more than was declared as soon as
most fractions are halves (200,000 small holdings at 0.5p: GBP 76.59 of 56,990.66 too much).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Generic

from dividends.rules.measure import Holding, Key, Measure, Method, measure, rate_trillionths, whole_units
from dividends.rules.refusals import Code, RuleBroken
from dividends.rules.scale import TRILLION, from_trillionths

__all__ = ["Allocation", "Holding", "Rounding", "Row", "allocate", "exact"]


class Rounding(StrEnum):
    """What a declaration may say about parts of a minor unit."""

    FLOOR = "floor"  # each rounded down, the company keeps the rest
    CARRY = "carry"  # each rounded down, the holder's rest is added to the next dividend
    LARGEST_REMAINDER = "largest_remainder"  # a pot is given out to the last minor unit


@dataclass(frozen=True, slots=True)
class Row(Generic[Key]):
    """One holder's entitlement, in minor units.

    ``numerator / denominator`` is the exact entitlement (not reduced, so that it can be redone by hand);
    ``exact_minor`` is the same cut down to 12 decimals, and for a rate nothing is cut.
    """

    key: Key
    shares: int
    exact_minor: Decimal
    brought_fraction: Decimal
    gross_minor: int
    carried_fraction: Decimal
    numerator: int
    denominator: int

    @property
    def exact_share(self) -> Fraction:
        """Return the exact entitlement in minor units."""
        return Fraction(self.numerator, self.denominator)


@dataclass(frozen=True)
class Allocation(Generic[Key]):
    """All entitlements of a declaration, in minor units, in the order of the holdings.

    Always ``exact_total + brought_total = gross_total + carried_total + residue_minor + residue_fraction``: the company
    posts ``residue_minor`` as retained; ``residue_fraction`` is less than one minor unit and is only stated.
    """

    rows: tuple[Row[Key], ...]
    rounding: Rounding
    total_shares: int
    exact_total: Decimal
    gross_total: int
    residue_minor: int
    residue_fraction: Decimal
    brought_total: Decimal
    carried_total: Decimal


def exact(shares: int, rate_minor: Decimal) -> Decimal:
    """Return shares times rate in minor units, exactly, with 12 decimals.

    The rate is positive, has at most 12 decimals and 12 digits before the point, and is never a float (`TypeError`);
    `RuleBroken` otherwise.
    """
    if shares < 0:
        raise RuleBroken(Code.SHARES_NEGATIVE)
    return from_trillionths(shares * rate_trillionths(rate_minor))


def allocate(
    holdings: Sequence[Holding[Key]],
    *,
    rounding: Rounding,
    rate_minor: Decimal | None = None,
    pot_minor: int | None = None,
) -> Allocation[Key]:
    """Return what each holding is owed of a rate per share or of a pot, exactly one of them given, in minor units.

    A rate goes with ``floor`` (each rounded down, the whole minor units of the rest retained) or ``carry`` (the brought
    fraction is added before rounding down, the rest is carried, nothing retained), a pot with ``largest_remainder``
    (the sum is the pot; of equal remainders the smaller key comes first). Under ``floor`` and ``largest_remainder`` a
    brought fraction is carried on untouched, so that no holder loses what an earlier declaration left. Refuses
    (`RuleBroken`) the other combinations, and what `measure.measure` refuses.
    """
    measured = measure(holdings, rate_minor=rate_minor, pot_minor=pot_minor)
    if rounding == Rounding.LARGEST_REMAINDER and pot_minor is None:
        raise RuleBroken(Code.ROUNDING_NEEDS_POT)
    if rounding != Rounding.LARGEST_REMAINDER and rate_minor is None:
        raise RuleBroken(Code.ROUNDING_NEEDS_RATE)
    units = whole_units(measured, Method(rounding.value))
    carried = _carried(measured, units) if rounding == Rounding.CARRY else measured.brought
    rows = tuple(
        _row(measured, place, gross_minor=units[place], carried=carried[place]) for place in range(len(holdings))
    )
    gross_total = sum(units)
    rest = measured.exact_total + sum(measured.brought) - gross_total * TRILLION - sum(carried)
    return Allocation(
        rows=rows,
        rounding=rounding,
        total_shares=measured.total_shares,
        exact_total=from_trillionths(measured.exact_total),
        gross_total=gross_total,
        residue_minor=rest // TRILLION,
        residue_fraction=from_trillionths(rest % TRILLION),
        brought_total=from_trillionths(sum(measured.brought)),
        carried_total=from_trillionths(sum(carried)),
    )


def _carried(measured: Measure[Key], units: list[int]) -> list[int]:
    """Return the trillionths each holder keeps for the next dividend; of a rate, so nothing is cut."""
    return [
        holding.shares * measured.multiplier + brought - whole * TRILLION
        for holding, brought, whole in zip(measured.holdings, measured.brought, units, strict=True)
    ]


def _row(measured: Measure[Key], place: int, *, gross_minor: int, carried: int) -> Row[Key]:
    holding = measured.holdings[place]
    numerator = holding.shares * measured.multiplier
    return Row(
        key=holding.key,
        shares=holding.shares,
        exact_minor=from_trillionths(numerator * TRILLION // measured.denominator),
        brought_fraction=holding.brought_fraction,
        gross_minor=gross_minor,
        carried_fraction=from_trillionths(carried),
        numerator=numerator,
        denominator=measured.denominator,
    )
