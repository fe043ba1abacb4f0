"""A dividend tried out, in words: under each rule, by country, what it waits for, and what keeps it from being paid."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dividends.errors import NoWithholdingRule, ReservesTooSmall
from dividends.queries.dry_run import DryRun
from dividends.queries.owed import Owed, Tally
from dividends.queries.statement_words import country_name, percent
from dividends.rules.measure import Method
from portal.queries.office_reserves import LimitSum, sums_of

RULES: dict[Method, Promise] = {
    Method.FLOOR: gettext_lazy("Each rounded down, the rest stays with the company"),
    Method.CARRY: gettext_lazy("Each rounded down, the fraction is carried to the next dividend"),
    Method.LARGEST_REMAINDER: gettext_lazy("The whole sum is shared out to the last coin"),
    Method.HALF_EVEN: gettext_lazy("To the nearest, halves to the even: not offered"),
    Method.HALF_UP: gettext_lazy("To the nearest, halves up: not offered"),
}
BECOMES: dict[str, Promise] = {
    "payable": gettext_lazy("would be paid"),
    "jar": gettext_lazy("below the smallest payment: stays in the penny jar"),
    "waiting": gettext_lazy("no bank details: waits for them"),
    "held": gettext_lazy("new bank details: wait seven days"),
}


@dataclass(frozen=True)
class RuleLine:
    """What one way of rounding would pay and keep, in minor units; ``residue`` and ``carried`` may hold fractions."""

    words: Promise
    is_chosen: bool
    gross_minor: int
    residue: Decimal
    carried: Decimal
    owed_nothing: int
    below_minimum: int
    overpays: bool


@dataclass(frozen=True)
class TaxWords:
    """What is withheld from those who live in a country; the rate is empty where no rule says it."""

    country: str
    rate: str
    count: int
    gross_minor: int
    withheld_minor: int


@dataclass(frozen=True)
class BecomesLine:
    """What becomes of the money: how many holders, how much in minor units."""

    words: Promise
    tally: Tally


@dataclass(frozen=True)
class Told:
    """A dry run in words. ``refusals`` are what keeps it from being paid; without any it can be."""

    rules: list[RuleLine]
    taxes: list[TaxWords]
    becomes: list[BecomesLine]
    reserves: list[LimitSum]
    refusals: list[str]


def told(run: DryRun) -> Told:
    """Return the dry run in the reader's language."""
    return Told(
        rules=_rules(run),
        taxes=[
            TaxWords(
                country_name(line.country),
                percent(line.rate_ppm) if line.rate_ppm is not None else "",
                line.count,
                line.gross_minor,
                line.withheld_minor,
            )
            for line in run.taxes
        ],
        becomes=becomes_of(run.owed),
        reserves=sums_of(run.reserves) if run.reserves else [],
        refusals=_refusals(run),
    )


def becomes_of(owed: Owed) -> list[BecomesLine]:
    """Return what becomes of what is owed, line by line."""
    return [BecomesLine(words, getattr(owed, what)) for what, words in BECOMES.items()]


def _rules(run: DryRun) -> list[RuleLine]:
    return [
        RuleLine(
            words=RULES[outcome.method],
            is_chosen=outcome.method.value == run.terms.rounding.value,
            gross_minor=outcome.gross_total,
            residue=outcome.residue,
            carried=outcome.carried_total,
            owed_nothing=outcome.owed_nothing,
            below_minimum=outcome.below_minimum,
            overpays=outcome.overpays,
        )
        for outcome in run.preview.outcomes
    ]


def _refusals(run: DryRun) -> list[str]:
    found = []
    if run.countries_without_rule:
        names = [country_name(code) for code in run.countries_without_rule]
        found.append(str(NoWithholdingRule(names, on=run.terms.pay_on)))
    if run.left_minor is not None and run.left_minor < 0 and run.reserves:
        found.append(
            str(
                ReservesTooSmall(
                    needed_minor=run.taken_minor,
                    available_minor=run.reserves.available_minor,
                    currency=run.terms.currency,
                )
            )
        )
    if not run.outcome.gross_total:
        found.append(_("The whole dividend is less than the smallest unit of money."))
    return found
