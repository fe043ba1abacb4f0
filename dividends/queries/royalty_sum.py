"""The sum of a royalty statement in words and figures, line by line: the same on paper and on pages."""

from collections.abc import Iterator

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from core.money import format_minor
from core.templatetags.faces import grouped
from dividends.models import RoyaltyLine, RoyaltyStatement
from dividends.queries.royalty_words import royalty_withholding
from dividends.queries.statement_sum import SumLine, money_line
from dividends.queries.statement_words import percent
from dividends.rules.statement_facts import Sign


def royalty_sum(statement: RoyaltyStatement) -> list[SumLine]:
    """Return every line from what was sold to what goes out or is carried; deductions of nil are left out."""
    return [*_sales(statement), *_earned(statement), *_account(statement)]


def _sales(statement: RoyaltyStatement) -> Iterator[SumLine]:
    currency = statement.currency
    yield money_line("", _("Sold"), statement.gross_minor, currency, note=_units(statement.units))
    if statement.returns_minor or statement.units_returned:
        came_back = _units(statement.units_returned) if statement.units_returned else ""
        yield _less(_("Came back from customers"), statement.returns_minor, currency, came_back)
    if statement.discounts_minor:
        yield _less(_("Discounts"), statement.discounts_minor, currency)
    if statement.tax_minor:
        yield _less(_("Taxes on the sale"), statement.tax_minor, currency)
    yield money_line(Sign.EQUALS.value, _("Net sales"), statement.net_minor, currency, kind="result")


def _earned(statement: RoyaltyStatement) -> Iterator[SumLine]:
    yield SumLine(Sign.TIMES.value, _("Rate of the agreement"), "", percent(statement.rate_ppm))
    yield money_line(
        Sign.EQUALS.value,
        _("Earned"),
        statement.earned_minor,
        statement.currency,
        note=_totals(statement),
        kind="result",
    )
    if statement.denominator == 1:
        return
    fraction = f"{statement.numerator}/{statement.denominator}"
    yield SumLine(Sign.TIMES.value, _("Your part of it"), "", fraction)
    note = _("Shared to the last coin on everything earned to date.")
    yield money_line(
        Sign.EQUALS.value, _("Your share"), statement.part_minor, statement.currency, note=note, kind="result"
    )


def _totals(statement: RoyaltyStatement) -> str:
    """Why a period may earn a coin more or less than rate times net: the totals are rounded, not the period."""
    ends = {statement.first_position, statement.last_position}
    rows = RoyaltyLine.objects.filter(agreement=statement.agreement_id, position__in=ends).order_by("position")
    lines = list(rows)
    first, last = lines[0], lines[-1]
    values = {
        "rate": percent(statement.rate_ppm),
        "after": _shown(statement, last.net_after_minor),
        "before": _shown(statement, first.net_before_minor),
    }
    if first.net_before_minor == 0:
        return _("%(rate)s of %(after)s, rounded down.") % values
    return _("%(rate)s of %(after)s to date, less %(rate)s of %(before)s before, each rounded down.") % values


def _account(statement: RoyaltyStatement) -> Iterator[SumLine]:
    currency = statement.currency
    if statement.opening_minor:
        sign = Sign.PLUS if statement.opening_minor > 0 else Sign.MINUS
        label = _("Brought from statement %(number)s") % {"number": statement.previous}
        yield money_line(sign.value, label, abs(statement.opening_minor), currency)
    if statement.paid_minor:
        note = royalty_withholding(statement)
        yield money_line(Sign.MINUS.value, _("Tax kept back"), statement.withheld_minor, currency, note=note)
        yield money_line(Sign.EQUALS.value, _("To you"), statement.paid_minor, currency, kind="total")
    else:
        note = _("Not paid now, and not lost.") if statement.closing_minor > 0 else ""
        yield money_line(
            Sign.EQUALS.value, _("Carried forward"), statement.closing_minor, currency, note=note, kind="total"
        )


def _less(label: str, amount_minor: int, currency: str, note: str = "") -> SumLine:
    """A deduction; one that is given back is added."""
    sign = Sign.MINUS if amount_minor > 0 else Sign.PLUS
    return money_line(sign.value, label, abs(amount_minor), currency, note=note)


def _units(count: int) -> str:
    return ngettext("%(shown)s unit", "%(shown)s units", count) % {"shown": grouped(count)}


def _shown(statement: RoyaltyStatement, amount_minor: int) -> str:
    return format_minor(amount_minor, statement.currency, get_language() or "en")
