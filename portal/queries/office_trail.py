"""The audit trail in words."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.models import AuditRecord
from portal.queries.office_people import name_of

SENTENCES: dict[str, Promise] = {
    "allotment_approved": _("Approved the allotment"),
    "allotment_prepared": _("Prepared an allotment"),
    "allotment_rejected": _("Sent the allotment back"),
    "went_on_after_thinking": _("Chose to go on after the time to think"),
    "application_confirmed": _("Confirmed the answers and went to pay"),
    "application_details_given": _("Gave name and address"),
    "application_expired": _("The application ended unfinished or unallotted"),
    "application_holder_chosen": _("Chose who will stand in the register"),
    "application_paid": _("The money arrived"),
    "application_refund_failed": _("The bank refused the refund; finance must settle it"),
    "application_refunded": _("The money is back with the payer"),
    "application_reopened": _("Went back from the till to the answers"),
    "application_started": _("Started an application"),
    "application_withdrawn": _("Withdrew the application"),
    "authority_recorded": _("Recorded an authority of the directors"),
    "books_proved": _("Proved the books"),
    "certificate_made": _("Made a certificate's file"),
    "change_factor": _("Changed a factor of signing in"),
    "change_name": _("Changed a name"),
    "choose_language": _("Chose a language"),
    "end_factors": _("Took away all factors of signing in"),
    "end_sessions": _("Ended sessions"),
    "event_dismissed": _("Laid a message of the payment provider aside"),
    "event_parked": _("A message of the payment provider waits for a person"),
    "event_retried": _("Took a message of the payment provider up again"),
    "example_company_made": _("Made the example company"),
    "give_role": _("Gave a role in the office"),
    "job_cancelled": _("Cancelled the job"),
    "job_paused": _("Paused the job"),
    "job_running": _("Resumed the job"),
    "job_started": _("Started a job"),
    "make_joint_party": _("Wrote joint holders"),
    "make_organisation": _("Wrote an organisation"),
    "make_recovery_codes": _("Made recovery codes"),
    "make_user": _("Made somebody able to sign in"),
    "offer_approved": _("Approved this version of the offer"),
    "offer_closed": _("Closed the offer"),
    "offer_created": _("Made the draft of an offer"),
    "offer_disclosure_changed": _("Changed what the offer tells"),
    "offer_document_added": _("Added a document to the offer"),
    "offer_failed": _("The offer failed: the minimum was not reached"),
    "offer_opened": _("Opened the offer"),
    "offer_ranking_changed": _("Changed who is paid first"),
    "offer_terms_changed": _("Changed the terms of the offer"),
    "offer_uses_changed": _("Changed the use of the money"),
    "payment_created": _("Opened a payment page"),
    "payment_expired": _("The payment page closed unpaid"),
    "payment_failed": _("The payment did not go through"),
    "payment_processing": _("The payment is under way at the bank"),
    "payment_refunded": _("The payment was paid back in full"),
    "payment_sent_back": _("Money that cannot be allotted goes back"),
    "payment_succeeded": _("The payment went through"),
    "profile_loaded": _("Loaded a profile of the law"),
    "quantity_chosen": _("Chose a number of shares"),
    "questions_answered": _("Answered the questions"),
    "ranking_signed": _("Signed who is paid first"),
    "refund_failed": _("A refund failed"),
    "refund_requested": _("Asked for a refund"),
    "refund_sent_again": _("Sent a failed refund again"),
    "refund_sent": _("The refund was sent"),
    "refund_settled": _("Paid a failed refund back another way"),
    "refund_succeeded": _("The refund arrived"),
    "register_person": _("Wrote a person"),
    "register_written": _("Wrote entries in the register of members"),
    "return_delivered": _("Delivered the return of allotment"),
    "risk_acknowledged": _("Read the risk warning and went on"),
    "statement_given": _("Gave a statement of category"),
    "take_role": _("Took a role in the office away"),
    "use_recovery_code": _("Used a recovery code"),
}
# What stands in the trail's detail and helps a reader; everything else stays in the database.
TOLD = {
    "shares": _("shares"),
    "quantity": _("quantity"),
    "minute": _("minute"),
    "reason": _("reason"),
    "note": _("note"),
    "findings": _("findings"),
    "items": _("items"),
    "role": _("role"),
    "delivered_on": _("delivered on"),
    "version": _("version"),
    "what": _("what"),
}
# What the house itself writes as a reason, in English; whatever a person or the bank wrote stays as it is.
REASONS = {
    "Withdrawn by the applicant": _("Withdrawn by the applicant"),
    "The minimum of the offer was not reached": _("The minimum of the offer was not reached"),
    "The application could not be completed": _("The application could not be completed"),
}


@dataclass(frozen=True)
class TrailEvent:
    """One line of a timeline; ``by`` is empty when the house did it by itself."""

    at: datetime
    sentence: str
    by: str


def trail(*, search: str = "", verb: str = "", newest_first: bool = True) -> QuerySet[AuditRecord]:
    """Return the audit rows whose actor's address, subject or subject's number match, of one verb when named."""
    rows = AuditRecord.objects.select_related("by__party").order_by("-id" if newest_first else "id")
    if verb:
        rows = rows.filter(verb=verb)
    if search:
        match = Q(by__email__icontains=search) | Q(subject_kind__icontains=search) | Q(subject_id=search)
        rows = rows.filter(match)
    return rows


def event_of(row: AuditRecord) -> TrailEvent:
    """Return the row in words."""
    return TrailEvent(row.at, sentence_of(row), name_of(row.by) if row.by_id else "")


def sentence_of(row: AuditRecord) -> str:
    """Return what was done, with the few facts that help; a verb without a sentence is shown as it is."""
    words = str(SENTENCES.get(row.verb, row.verb.replace("_", " ")))
    told = [
        f"{label} {REASONS.get(str(row.detail[name]), row.detail[name])}"
        for name, label in TOLD.items()
        if row.detail.get(name) not in (None, "")
    ]
    return f"{words} ({', '.join(told)})" if told else words


def timeline_of(subjects: list[tuple[str, str]]) -> list[TrailEvent]:
    """Return what happened to the subjects, each (kind, id), newest first."""
    match = Q(pk__in=[])
    for kind, subject_id in subjects:
        match |= Q(subject_kind=kind, subject_id=subject_id)
    rows = AuditRecord.objects.filter(match).select_related("by__party").order_by("-id")
    return [event_of(row) for row in rows]
