"""What each PDF of the room says."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.languages import localised
from core.money import format_minor
from core.pdf import TooLong, render_pdf
from dividends.enums import Way
from dividends.models import Declaration, Statement
from dividends.queries import statement_words as words
from dividends.queries.statement_sum import ROUNDING, SumLine, line_of, money_line, steps_of
from dividends.queries.statements import Holder, check_url, holders_at, pays_on
from dividends.rules.jar import jar
from dividends.rules.jar_drawing import jar_svg
from dividends.rules.statement_facts import Sign, StepCode
from equity.queries.company import get_company
from payments.enums import MandateScheme

# Classes of the sheet, each closer than the one before.
SETTINGS = ("usual", "close", "close closest")
KEPT_IN_THE_JAR = (Way.JAR, Way.NOTHING)


def statement_pdf(statement: Statement) -> bytes:
    """Return the statement as PDF/UA in the holder's language, from what is stored; the same row makes the same bytes.

    ``statement`` should come from `dividends.queries.statements.whole_statements`. Raises what
    `core.pdf.render_pdf` raises, and `dividends.rules.refusals.RuleBroken` for figures that do not add up.
    """
    owed = statement.entitlement
    holder = holders_at([owed.member_id], record_at=owed.declaration.record_at)[owed.member_id]
    return one_page(
        template="dividends/pdf/statement.html",
        context={"sheet": statement_context(statement, holder)},
        language=statement.language,
        drawings={"jar.svg": jar_svg(jar_level(statement), is_open=statement.way == Way.BANK)},
    )


def one_page(*, template: str, context: dict[str, Any], language: str, drawings: dict[str, bytes]) -> bytes:
    """Print the template on one page: in its usual setting, and closer only where it would not fit; else `TooLong`."""
    for setting in SETTINGS:
        try:
            return render_pdf(
                template=template,
                context={**context, "setting": setting},
                language=language,
                drawings=drawings,
                pages_max=1,
            )
        except TooLong:
            if setting == SETTINGS[-1]:
                raise
    raise AssertionError("unreachable")


def statement_context(statement: Statement, holder: Holder) -> dict[str, Any]:
    """Return everything the statement shows, in the holder's language; nothing is looked up by the template."""
    with translation.override(statement.language):
        return {
            **issuer_context(),
            "kind": _("Dividend statement"),
            "number": str(statement),
            "issued_on": statement.issued_on,
            "sentence": words.sentence_of(statement),
            "next": words.next_of(statement),
            "jar_words": _jar_words(statement),
            "names": holder.names,
            "address": holder.address,
            "country": words.country_name(holder.country),
            "member_number": statement.entitlement.member.number,
            "lines": list(_lines(statement)),
            "what": _what(statement),
            "how": _how(statement),
            "check_code": statement.check_code,
            "check_url": check_url(statement.check_code),
            "facts_sha256": statement.facts_sha256,
        }


def issuer_context() -> dict[str, Any]:
    """Return what the head and the foot of every paper of the room say about the company."""
    company = get_company()
    return {
        "company_name": company.name,
        "company_number": company.number,
        "registered_in": company.registered_in,
        "registered_office": company.registered_office,
        "email": company.email,
        "zone": settings.TIME_ZONE,
    }


def jar_level(statement: Statement) -> int:
    """Return how full the jar is in thousandths: what is kept, of the least that is paid out."""
    minimum_minor = statement.entitlement.declaration.minimum_minor
    return jar(statement.kept_minor, minimum_minor=minimum_minor).level_permille


def _jar_words(statement: Statement) -> str:
    declaration = statement.entitlement.declaration
    if statement.way == Way.BANK:
        return _("Empty: all of it is ordered.")
    kept, minimum = (
        format_minor(amount, declaration.currency, statement.language)
        for amount in (statement.kept_minor, declaration.minimum_minor)
    )
    if not statement.kept_minor:
        return _("Empty.")
    if statement.kept_minor >= declaration.minimum_minor:
        return _("%(kept)s in the jar: enough to be paid.") % {"kept": kept}
    return _("%(kept)s in the jar; from %(minimum)s it is paid.") % {"kept": kept, "minimum": minimum}


def _lines(statement: Statement) -> Iterator[SumLine]:
    """The sum from the shares to what goes out or waits; a line that would only repeat the next is left out."""
    owed = statement.entitlement
    steps = steps_of(owed)
    left_out = {StepCode.NET} if not statement.earlier_minor else set()
    is_rounded = not ROUNDING.isdisjoint(step.code for step in steps)
    if not is_rounded:
        left_out.add(StepCode.EXACT)
    for step in steps:
        if step.code not in left_out:
            line = line_of(step, owed)
            is_gross = step.code == StepCode.GROSS and not is_rounded
            yield replace(line, note=_("Exactly so: nothing had to be rounded.")) if is_gross else line
    currency = owed.declaration.currency
    if statement.earlier_minor:
        yield money_line(Sign.PLUS.value, _("Open from other dividends"), statement.earlier_minor, currency)
    total_minor = statement.paid_minor or statement.kept_minor
    note = _("Carried forward: not paid now, and not lost.") if _is_kept(statement) else _paid_together(statement)
    yield money_line(Sign.EQUALS.value, _total_label(statement), total_minor, currency, note=note, kind="total")


def _paid_together(statement: Statement) -> str:
    """Say of which dividends the one payment is, so that two statements that name it are not read as two payments."""
    if statement.payout_id is None or not statement.earlier_minor:
        return ""
    declarations = Declaration.objects.filter(entitlements__payout_lines__payout=statement.payout_id).order_by("pk")
    titles = ", ".join(localised(declaration, "title") for declaration in declarations)
    return _("One payment for all of these: %(titles)s.") % {"titles": titles}


def _is_kept(statement: Statement) -> bool:
    return statement.way in KEPT_IN_THE_JAR and statement.kept_minor > 0


def _total_label(statement: Statement) -> str:
    is_alone = not statement.earlier_minor
    if statement.way == Way.BANK:
        return _("Net, to your account") if is_alone else _("To your account")
    if not statement.kept_minor:
        return _("Net dividend")
    if statement.way in KEPT_IN_THE_JAR:
        return _("Net, in your jar") if is_alone else _("In your jar")
    return _("Net, waits for you") if is_alone else _("Waits for you")


def _what(statement: Statement) -> list[tuple[str, str]]:
    """What the dividend is and who declared it, as pairs of words and fact."""
    declaration = statement.entitlement.declaration
    contest = declaration.recommendation.contest
    item = contest.item
    period = {"from": _day(declaration.period_from), "to": _day(declaration.period_to)}
    declared = {
        "day": _day(_local_day(contest.declared_at)),
        "position": item.position,
        "title": localised(item, "title"),
        "meeting": localised(item.meeting, "title"),
        "held": _day(_local_day(item.meeting.starts_at)),
    }
    return [
        (_("Dividend"), localised(declaration, "title")),
        (_("Kind"), _("Final dividend for %(from)s to %(to)s") % period),
        (_("Declared"), _("%(day)s, by the members: item %(position)s, “%(title)s”, %(meeting)s, %(held)s") % declared),
    ]


def _how(statement: Statement) -> list[tuple[str, str]]:
    """When and how it is paid, as pairs of words and fact."""
    declaration = statement.entitlement.declaration
    facts = [
        (_("In the register"), f"{_moment(declaration.record_at)} ({settings.TIME_ZONE})"),
        (_("Payment date"), _day(declaration.pay_on)),
    ]
    if statement.payout is None:
        return [*facts, (_("Method"), capfirst(str(Way(statement.way).label)))]
    sent_on = pays_on(statement)
    if sent_on != declaration.pay_on:
        facts.append((_("Ordered for"), _day(sent_on)))
    facts += [
        (_("Method"), _("Bank transfer to ••••%(ending)s") % {"ending": statement.ending}),
        (_("Reference"), statement.payout.reference),
    ]
    if statement.payout.mandate.scheme != MandateScheme.UK:
        sent_in = {"currency": declaration.currency}
        facts.append((_("Conversion"), _("None: sent in %(currency)s, the currency of the dividend") % sent_in))
    return facts


def _local_day(moment: datetime) -> date:
    return timezone.localtime(moment).date()


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")


def _moment(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")
