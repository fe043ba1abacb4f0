"""The office's first page: what is due, what waits for whom, what runs, what went wrong."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db.models import Max, Min
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.enums import JobState
from core.languages import localised
from core.models import AuditRecord, JobFailure
from equity.enums import BatchState, OfferState
from equity.models import AllotmentBatch, Offer
from equity.queries.offers import gate
from equity.rules.publish_gate import Missing
from payments.queries.payments import failed_refunds, parked_events
from portal.permissions import may_open
from portal.queries.office_allotments import BATCH_KIND, RETURN_VERB, batches_for_office, offers_to_allot
from portal.queries.office_jobs import JobLine, job_line, jobs_for_office
from portal.queries.office_mails import troubled_mails
from portal.queries.office_people import name_of
from portal.queries.office_today_bank import parked_news, parked_waits
from portal.queries.office_today_dividends import dividend_clocks, dividend_waits, payout_troubles
from portal.queries.office_today_meetings import meeting_clocks, meeting_waits
from portal.queries.office_today_royalties import royalty_waits
from portal.queries.office_today_tax import tax_clocks
from portal.queries.today_lines import DIRECTOR, FINANCE, SECRETARY, SIGNERS, Due, Trouble, Waiting, due_line
from portal.rules.months import months_later

BATCHES_MAX = 20
DRAFTS_MAX = 3
TROUBLES_MAX = 20
SOON_DAYS = 90
DONE_SHOWN_DAYS = 62


def due_items(*, today: date, roles: frozenset[str]) -> list[Due]:
    """Return the clocks that run, and those stopped lately, the soonest first."""
    shares = [*_batch_clocks(today), *_offer_clocks(today)]
    items = [*shares, *meeting_clocks(today), *dividend_clocks(today), *tax_clocks(today)]
    shown = [item for item in items if may_open(roles, item.page)]
    return sorted(shown, key=lambda item: (item.is_done, item.ends_on))


def _batch_clocks(today: date) -> Iterator[Due]:
    rows = batches_for_office().filter(state=BatchState.APPROVED).order_by("-decided_at")[:BATCHES_MAX]
    filed = _filed_batches()
    for batch in rows:
        is_filed = str(batch.pk) in filed
        left = _certificates_left(batch)
        all_made = left == 0
        if is_filed and all_made and batch.resolved_on < today - timedelta(days=DONE_SHOWN_DAYS):
            continue
        profile, name = batch.offer.profile, batch.minute_reference
        yield _clock(_("Entry in the register: %s") % name, _("Companies Act 2006, s.554."), batch, "office:batch",
                     profile.register_months_max, today, is_done=True)  # fmt: skip
        yield _clock(_("Return of allotment (SH01): %s") % name, _("Companies Act 2006, s.555."), batch,
                     "office:batch_return", profile.return_months_max, today, is_done=is_filed)  # fmt: skip
        words = ngettext("%(count)d certificate is not made yet.", "%(count)d certificates are not made yet.", left)
        yield _clock(_("Certificates: %s") % name, words % {"count": left} if left else _("All certificates are made."),
                     batch, "office:batch", profile.certificate_months_max, today, is_done=all_made)  # fmt: skip


def _certificates_left(batch: AllotmentBatch) -> int:
    """Return how many of the batch's certificates have no file yet, as `batches_for_office` counted them."""
    left: int = batch.certificates - batch.files  # type: ignore[attr-defined]
    return left


def _filed_batches() -> set[str]:
    rows = AuditRecord.objects.filter(verb=RETURN_VERB, subject_kind=BATCH_KIND)
    return set(rows.values_list("subject_id", flat=True))


def _clock(
    title: str, sentence: str, batch: AllotmentBatch, page: str, months: int, today: date, *, is_done: bool
) -> Due:
    url = reverse(page, args=[batch.public_id])
    return due_line(months_later(batch.resolved_on, months), title, sentence, url, page, today, is_done=is_done)


def _offer_clocks(today: date) -> Iterator[Due]:
    rows = Offer.objects.filter(state__in=[OfferState.DRAFT, OfferState.OPEN])
    rows = rows.select_related("profile", "authority", "disclosure").annotate(oldest_on=Min("ranking__as_of_on"))
    soon = today + timedelta(days=SOON_DAYS)
    for offer in rows.order_by("-created_at")[:BATCHES_MAX]:
        url, page = reverse("office:offer", args=[offer.slug]), "office:offer"
        if offer.oldest_on:
            ends_on = offer.oldest_on + timedelta(days=offer.profile.ranking_age_days_max)
            yield due_line(ends_on, _("Figures of the ranking: %s") % localised(offer, "title"),
                       _("Then they are too old to be shown."), url, page, today)  # fmt: skip
        promotion_ends_on = offer.disclosure.promotion_expires_on
        if promotion_ends_on and promotion_ends_on <= soon:
            yield due_line(promotion_ends_on, _("Approval of the promotion: %s") % localised(offer, "title"),
                       _("Then the offer may not be shown any more."), url, page, today)  # fmt: skip
        if offer.authority and offer.authority.expires_on <= soon:
            title = _("Directors' authority: %s") % offer.authority.resolution_reference
            words = _("Then no shares can be allotted under it.")
            yield due_line(offer.authority.expires_on, title, words, url, page, today)


def waiting_items(*, now: datetime, today: date, roles: frozenset[str]) -> list[Waiting]:
    """Return what waits for a person, for those who may open it."""
    shares = [*_drafts(today), *_batches(), *_to_allot(), *_payments()]
    items = [*shares, *meeting_waits(now), *dividend_waits(now), *royalty_waits(now), *parked_waits()]
    return [item for item in items if may_open(roles, item.page)]


def _drafts(today: date) -> Iterator[Waiting]:
    # The gate of one draft asks many questions, so only the latest drafts are asked.
    rows = Offer.objects.filter(state=OfferState.DRAFT).order_by("-created_at")
    related = ("share_class", "profile", "authority", "created_by__party")
    for offer in rows.select_related(*related)[:DRAFTS_MAX]:
        missing = set(gate(offer, on=today))
        title, for_whom, page = _next_of_draft(offer, missing)
        url = reverse(page, args=[offer.slug])
        yield Waiting(title, for_whom, name_of(offer.created_by), offer.created_at, url, page)


def _next_of_draft(offer: Offer, missing: set[Missing]) -> tuple[str, Promise, str]:
    if not missing:
        return _("Open the offer: %s") % localised(offer, "title"), SECRETARY, "office:offer"
    if missing == {Missing.APPROVAL}:
        return _("Approve the version: %s") % localised(offer, "title"), DIRECTOR, "office:offer"
    if missing <= {Missing.APPROVAL, Missing.RANKING_SIGNATURES}:
        return _("Sign who is paid first: %s") % localised(offer, "title"), SIGNERS, "office:offer_sign"
    open_ends = len(missing - {Missing.APPROVAL, Missing.RANKING_SIGNATURES})
    words = ngettext("Finish the draft: %(title)s, %(count)d thing is missing",
                     "Finish the draft: %(title)s, %(count)d things are missing", open_ends)  # fmt: skip
    return words % {"title": localised(offer, "title"), "count": open_ends}, SECRETARY, "office:offer"


def _batches() -> Iterator[Waiting]:
    for batch in batches_for_office().filter(state=BatchState.DRAFT):
        url, page = reverse("office:batch", args=[batch.public_id]), "office:batch"
        title = _("Decide the allotment: %s") % batch.minute_reference
        yield Waiting(title, DIRECTOR, name_of(batch.prepared_by), batch.prepared_at, url, page)


def _to_allot() -> Iterator[Waiting]:
    for offer in offers_to_allot().exclude(batches__state=BatchState.DRAFT):
        count = offer.waiting  # type: ignore[attr-defined]
        words = ngettext("Allot: %(count)d paid application waits in %(title)s",
                         "Allot: %(count)d paid applications wait in %(title)s", count)  # fmt: skip
        url = reverse("office:allotments")
        yield Waiting(
            words % {"count": count, "title": localised(offer, "title")}, SECRETARY, "", None, url, "office:allotments"
        )


def _payments() -> Iterator[Waiting]:
    url, page = reverse("office:payments"), "office:payments"
    parked = parked_events().count()
    if parked:
        words = ngettext("%(count)d message of the payment provider must be looked at",
                         "%(count)d messages of the payment provider must be looked at", parked)  # fmt: skip
        yield Waiting(words % {"count": parked}, FINANCE, "", None, url, page)
    failed = failed_refunds().count()
    if failed:
        words = ngettext(
            "%(count)d refund failed and must be settled", "%(count)d refunds failed and must be settled", failed
        )
        yield Waiting(words % {"count": failed}, FINANCE, "", None, url, page)


def running_jobs() -> list[JobLine]:
    """Return jobs that run or are paused."""
    rows = jobs_for_office().filter(state__in=[JobState.RUNNING, JobState.PAUSED])
    return [job_line(job) for job in rows]


def troubles(*, now: datetime, roles: frozenset[str]) -> list[Trouble]:
    """Return what went wrong, latest first."""
    items = [*_failed_jobs(), *_unsent_mails(), *_failed_refunds(), *payout_troubles(), *parked_news()]
    latest = sorted(items, key=lambda item: item.at, reverse=True)
    return [item for item in latest if may_open(roles, item.page)][:TROUBLES_MAX]


def _failed_jobs() -> Iterator[Trouble]:
    rows = JobFailure.objects.values("chunk__job__public_id").annotate(at=Max("failed_at"), reason=Max("reason"))
    for row in rows.order_by("-at")[:TROUBLES_MAX]:
        url = reverse("office:job", args=[row["chunk__job__public_id"]])
        yield Trouble(row["at"], _("A job could not do everything: %s") % row["reason"], url, "office:job")


def _unsent_mails() -> Iterator[Trouble]:
    for mail in troubled_mails()[:TROUBLES_MAX]:
        url = reverse("office:mail", args=[mail.public_id])
        words = _("A mail to %(address)s was not sent: %(reason)s") % {"address": mail.to, "reason": mail.last_error}
        yield Trouble(mail.queued_at, words, url, "office:mail")


def _failed_refunds() -> Iterator[Trouble]:
    for refund in failed_refunds()[:TROUBLES_MAX]:
        words = _("A refund failed: %s") % (refund.failure_reason or refund.reason)
        if refund.failed_at:
            yield Trouble(refund.failed_at, words, reverse("office:payments"), "office:payments")
