"""What dividends and payments ask of the office today: days that bind, what waits for a person, what did not arrive."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db.models import BooleanField, Case, Exists, F, OuterRef, Q, QuerySet, When
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from core.enums import JobState
from core.languages import localised
from core.models import JobChunk
from core.money import format_minor
from dividends.enums import DeclarationState
from dividends.models import Declaration, Statement
from dividends.queries.issuing import not_issuable
from dividends.queries.resolutions import carried_resolutions
from dividends.services.paying import PURPOSE
from payments.enums import PayoutRoute, PayoutState, RunState
from payments.models import BankAnswerFile, Payout, PayoutRun
from payments.queries.mandates import stopped_lately
from portal.queries.office_payout_words import why_not_words
from portal.queries.office_payouts_back import owed_again
from portal.queries.office_people import name_of
from portal.queries.today_lines import DIRECTOR, FINANCE, SECRETARY, Due, Trouble, Waiting, due_line

SHOWN_MAX = 20
DONE_SHOWN_DAYS = 62
STOPPED_DAYS = 14


def _declared() -> QuerySet[Declaration]:
    """Dividends that stand, each with whether a run of it was prepared, and whether one was carried out."""
    runs = PayoutRun.objects.filter(purpose=PURPOSE, reference=OuterRef("public_id"))
    # The statements of a dividend may be 20,000: they are looked at only where their job is not through.
    failed = JobChunk.objects.filter(job=OuterRef("statements_job"), failed__gt=0)
    unmade = Statement.objects.filter(entitlement__declaration=OuterRef("pk"), file__isnull=True)
    is_through = Q(statements_job__state=JobState.DONE) & ~Exists(failed)
    rows = Declaration.objects.exclude(state=DeclarationState.DROPPED).annotate(
        is_prepared=Exists(runs.exclude(state=RunState.CANCELLED)),
        is_paid=Exists(runs.filter(state=RunState.DONE)),
        are_made=Case(When(is_through, then=True), default=~Exists(unmade), output_field=BooleanField()),
    )
    return rows.select_related("proposed_by__party").order_by("-pay_on", "-pk")[:SHOWN_MAX]


def dividend_clocks(today: date) -> Iterator[Due]:
    """Yield the payment days that were declared and the statements that follow them. One query.

    Statements are done when every file is made: until then nobody was told anything.
    """
    for row in _declared():
        title, url, page = localised(row, "title"), reverse("office:dividend", args=[row.public_id]), "office:dividend"
        is_issued = row.statements_issued_at is not None
        is_told = is_issued and row.are_made  # type: ignore[attr-defined]
        if row.pay_on < today - timedelta(days=DONE_SHOWN_DAYS) and row.is_paid and is_told:  # type: ignore[attr-defined]
            continue
        words = _("A declared dividend is a debt to every holder.")
        yield due_line(row.pay_on, _("Pay: %s") % title, words, url, page, today, is_done=row.is_paid)  # type: ignore[attr-defined]
        words = _("Corporation Tax Act 2010, s.1104: amount and day of payment, within a reasonable time.")
        if is_issued and not is_told:
            words = _("They are issued; their files are being made and mailed.")
        yield due_line(row.pay_on, _("Statements: %s") % title, words, url, page, today, is_done=is_told)


def dividend_waits(now: datetime) -> Iterator[Waiting]:
    """Yield what waits for a person, in the order of a dividend's way; the queries are as many for ten as for one."""
    for recommendation in carried_resolutions()[:SHOWN_MAX]:
        title = _("Propose the dividend: %s") % localised(recommendation.contest, "title")
        yield Waiting(title, FINANCE, "", None, reverse("office:dividends"), "office:dividends")
    rows = list(_declared())
    unissued = [row for row in rows if row.state == DeclarationState.COMPUTED and row.statements_issued_at is None]
    issuable = {row.pk for row in unissued} - not_issuable(unissued, at=now).keys()
    for row in rows:
        yield from _steps_of(row, now, may_issue=row.pk in issuable)
    yield from _runs()
    yield from _files()
    yield from _back()
    yield from _stopped(now)


def _steps_of(row: Declaration, now: datetime, *, may_issue: bool) -> Iterator[Waiting]:
    by, at = name_of(row.proposed_by), row.proposed_at
    url, title = reverse("office:dividend", args=[row.public_id]), localised(row, "title")
    is_computed = row.state == DeclarationState.COMPUTED
    is_issued = row.statements_issued_at is not None
    if not is_computed and row.record_at <= now:
        yield Waiting(_("Fix the entitlements: %s") % title, FINANCE, by, at, url, "office:dividend")
    if may_issue:
        yield Waiting(_("Issue the statements: %s") % title, FINANCE, by, at, url, "office:dividend")
    elif is_computed and not is_issued and not row.is_prepared:  # type: ignore[attr-defined]
        yield Waiting(_("Prepare the payments: %s") % title, FINANCE, by, at, url, "office:dividend")


def _runs() -> Iterator[Waiting]:
    is_file = Q(state=RunState.APPROVED, route=PayoutRoute.CSV, handed_over_at__isnull=True)
    rows = PayoutRun.objects.filter(Q(state=RunState.DRAFT) | is_file).select_related("prepared_by__party")
    for run in rows.order_by("pk")[:SHOWN_MAX]:
        url, by = reverse("office:payout", args=[run.public_id]), name_of(run.prepared_by)
        title = localised(run, "title")
        if run.state == RunState.DRAFT:
            yield Waiting(_("Approve the payments: %s") % title, DIRECTOR, by, run.prepared_at, url, "office:payout")
        elif run.file_sha256:
            words = _("Give the bank its file, and say so: %s") % title
            yield Waiting(words, FINANCE, by, run.prepared_at, url, "office:payout")
        else:
            words = _("Make the file for the bank: %s") % title
            yield Waiting(words, FINANCE, by, run.prepared_at, url, "office:payout")


def _files() -> Iterator[Waiting]:
    """Files of answers that were uploaded and not taken in, and runs the bank has not answered about."""
    for file in (
        BankAnswerFile.objects.filter(taken_in_at__isnull=True).select_related("run").order_by("pk")[:SHOWN_MAX]
    ):
        url = reverse("office:payout_answers_check", args=[file.run.public_id, file.public_id])
        title = _("Take in what the bank answered: %s") % file.name
        yield Waiting(title, FINANCE, "", None, url, "office:payout_answers_check")
    unanswered = Payout.objects.filter(run=OuterRef("pk"), state=PayoutState.SENT)
    rows = PayoutRun.objects.filter(Exists(unanswered), handed_over_at__isnull=False)
    for run in rows.order_by("pk")[:SHOWN_MAX]:
        title = _("Enter what the bank answered: %s") % localised(run, "title")
        url = reverse("office:payout_answers", args=[run.public_id])
        yield Waiting(title, FINANCE, "", None, url, "office:payout_answers")


def _back() -> Iterator[Waiting]:
    count = owed_again().count()
    if count:
        words = ngettext("%(count)d payment did not arrive and is owed again",
                         "%(count)d payments did not arrive and are owed again", count)  # fmt: skip
        url = reverse("office:payouts_back")
        yield Waiting(words % {"count": count}, FINANCE, "", None, url, "office:payouts_back")


def _stopped(now: datetime) -> Iterator[Waiting]:
    rows = stopped_lately(at=now, days=STOPPED_DAYS).annotate(member_number=F("party__member__number"))
    for mandate in rows[:SHOWN_MAX]:
        name = mandate.party.display_name
        title = _("Bank details stopped, the holder had not given them: %s") % name
        number = mandate.member_number
        if number is None:
            yield Waiting(title, SECRETARY, "", None, reverse("office:payouts"), "office:payouts")
        else:
            yield Waiting(title, SECRETARY, "", None, reverse("office:member", args=[number]), "office:member")


def payout_troubles() -> Iterator[Trouble]:
    """Yield payments that did not arrive and are owed still, latest first. One query."""
    for payout in owed_again().order_by("-ended_at")[:SHOWN_MAX]:
        amount = format_minor(payout.amount_minor, payout.currency, get_language() or "en")
        words = _("%(amount)s to %(name)s did not arrive: %(why)s") % {
            "amount": amount,
            "name": payout.party.display_name,
            "why": why_not_words(payout.reason),
        }
        if payout.ended_at:
            yield Trouble(payout.ended_at, words, reverse("office:payouts_back"), "office:payouts_back")
