"""What a dividend would cost under each rounding rule, before any board paper is written.

The nearest-penny methods stand beside the lawful ones only so that finance sees why they are not offered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from dividends.rules.measure import Holding, Key, Measure, Method, measure, whole_units
from dividends.rules.scale import TRILLION, from_trillionths


@dataclass(frozen=True)
class Outcome:
    """What one method would do, in minor units.

    ``residue`` is what the company would keep of the exact total, negative where more would be paid than declared;
    ``below_minimum`` counts those owed something but less than the minimum, ``below_minimum_minor`` is their sum.
    """

    method: Method
    gross_total: int
    residue: Decimal
    carried_total: Decimal
    owed_nothing: int
    below_minimum: int
    below_minimum_minor: int

    @property
    def overpays(self) -> bool:
        """Return whether holders would together get more than the exact total."""
        return self.residue < 0


@dataclass(frozen=True)
class Preview:
    """The same dividend under every method that fits it."""

    holders: int
    total_shares: int
    exact_total: Decimal
    outcomes: tuple[Outcome, ...]

    def outcome(self, method: Method) -> Outcome:
        """Return the outcome of one method; `KeyError` for ``carry`` of a pot, which there is not."""
        return {outcome.method: outcome for outcome in self.outcomes}[method]

    @property
    def handed_out(self) -> int:
        """Return how many minor units a largest-remainder pass gives out after everybody was rounded down."""
        return self.outcome(Method.LARGEST_REMAINDER).gross_total - self.outcome(Method.FLOOR).gross_total


def preview(
    holdings: Sequence[Holding[Key]],
    rate_minor: Decimal | None = None,
    *,
    pot_minor: int | None = None,
    minimum_minor: int = 0,
) -> Preview:
    """Return what each method would pay and keep; refuses what `measure.measure` refuses.

    Of a rate, the largest-remainder method is measured against the exact total rounded down.
    """
    measured = measure(holdings, rate_minor=rate_minor, pot_minor=pot_minor)
    methods = [method for method in Method if rate_minor is not None or method != Method.CARRY]
    return Preview(
        holders=len(holdings),
        total_shares=measured.total_shares,
        exact_total=from_trillionths(measured.exact_total),
        outcomes=tuple(_outcome(measured, method, minimum_minor) for method in methods),
    )


def _outcome(measured: Measure[Key], method: Method, minimum_minor: int) -> Outcome:
    units = whole_units(measured, method)
    gross_total, brought = sum(units), sum(measured.brought)
    rest = measured.exact_total + brought - gross_total * TRILLION
    carried = rest if method == Method.CARRY else brought
    below = [unit for unit in units if 0 < unit < minimum_minor]
    return Outcome(
        method=method,
        gross_total=gross_total,
        residue=from_trillionths(rest - carried),
        carried_total=from_trillionths(carried),
        owed_nothing=units.count(0),
        below_minimum=len(below),
        below_minimum_minor=sum(below),
    )
