"""The sum of a dividend in words and figures, line by line: the same on paper and on pages."""

from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.languages import localised
from core.money import format_exact, format_rate
from core.templatetags.faces import grouped
from dividends.models import Entitlement
from dividends.queries.statement_words import rounding_rule, withholding_words
from dividends.rules.statement_facts import Owed, Sign, Step, StepCode, arithmetic

COUNTS = {StepCode.SHARES, StepCode.ALL_SHARES}
ROUNDING = {StepCode.BROUGHT, StepCode.CARRIED, StepCode.ROUNDED_DOWN, StepCode.ROUNDED_UP}


@dataclass(frozen=True)
class SumLine:
    """A line of a sum: ``figures`` down to the smallest coin, ``tail`` what is smaller.

    ``kind`` is ``result`` under a rule, ``total`` for the last line, else empty.
    """

    sign: str
    label: str
    note: str
    figures: str
    tail: str = ""
    kind: str = ""


def money_line(
    sign: str, label: str, amount_minor: Decimal | int, currency: str, *, note: str = "", kind: str = ""
) -> SumLine:
    """Return a line of money in the active language, every decimal of it."""
    figures, tail = format_exact(Decimal(amount_minor), currency, _language())
    return SumLine(sign, label, note, figures, tail, kind)


def sum_of(owed: Entitlement) -> list[SumLine]:
    """Return every line from the shares to the net dividend, which is the total.

    Raises `dividends.rules.refusals.RuleBroken` for figures that do not add up.
    """
    *steps, net = steps_of(owed)
    return [*(line_of(step, owed) for step in steps), replace(line_of(net, owed), kind="total")]


def steps_of(owed: Entitlement) -> tuple[Step, ...]:
    """Return the steps of the sum as stored; raises `dividends.rules.refusals.RuleBroken`."""
    declaration = owed.declaration
    return arithmetic(
        Owed(
            shares=owed.shares,
            exact_minor=owed.exact_minor,
            brought_fraction=owed.brought_fraction,
            gross_minor=owed.gross_minor,
            withheld_minor=owed.withheld_minor,
            carried_fraction=owed.carried_fraction,
            rate_minor=declaration.rate_minor,
            pot_minor=declaration.pot_minor,
            total_shares=declaration.shares_total,
        )
    )


def line_of(step: Step, owed: Entitlement) -> SumLine:
    """Return one step in words and figures."""
    label, note = _words(step.code, owed)
    kind = "result" if step.sign == Sign.EQUALS else ""
    if step.code in COUNTS:
        return SumLine(step.sign.value, label, note, grouped(int(step.amount)), kind=kind)
    if step.code == StepCode.RATE:
        figures, tail = format_rate(step.amount, owed.declaration.currency, _language())
        return SumLine(step.sign.value, label, note, figures, tail)
    return money_line(step.sign.value, label, step.amount, owed.declaration.currency, note=note, kind=kind)


def _words(code: StepCode, owed: Entitlement) -> tuple[str, str]:
    rule = rounding_rule(owed.declaration)
    share_class = localised(owed.declaration.share_class, "name")
    return {
        StepCode.SHARES: (_("Shares, %(class)s") % {"class": share_class}, ""),
        StepCode.RATE: (_("Dividend on each share"), ""),
        StepCode.POT: (_("Dividend on the whole class"), ""),
        StepCode.ALL_SHARES: (_("All shares of the class"), ""),
        StepCode.EXACT: (_("Gross dividend, exactly"), ""),
        StepCode.BROUGHT: (_("Fraction brought from before"), ""),
        StepCode.CARRIED: (_("Fraction carried forward"), rule),
        StepCode.ROUNDED_DOWN: (_("Rounded"), rule),
        StepCode.ROUNDED_UP: (_("Rounded"), rule),
        StepCode.GROSS: (_("Gross dividend"), ""),
        StepCode.WITHHELD: (_("Tax kept back"), withholding_words(owed)),
        StepCode.NET: (_("Net dividend"), ""),
    }[code]


def _language() -> str:
    return get_language() or "en"
