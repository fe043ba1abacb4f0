"""The audit trail in words."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.models import AuditRecord
from portal.queries.office_people import name_of

SENTENCES: dict[str, Promise] = {
    "accounts_entered": _("Entered accounts that justify dividends"),
    "agenda_item_added": _("Put an item on the agenda"),
    "agenda_item_changed": _("Changed an item of the agenda"),
    "agenda_item_moved": _("Moved an item of the agenda"),
    "agenda_item_removed": _("Took an item off the agenda"),
    "allotment_approved": _("Approved the allotment"),
    "allotment_prepared": _("Prepared an allotment"),
    "allotment_rejected": _("Sent the allotment back"),
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
    "assessor_bundle_made": _("Made the bundle of a vote for an independent assessor"),
    "authority_recorded": _("Recorded an authority of the directors"),
    "bank_answers_bad_taken": _("Downloaded the lines of a bank's answer that could not be taken in"),
    "bank_answers_taken_in": _("Took in what the bank answered"),
    "bank_answers_uploaded": _("Uploaded what the bank answered"),
    "bank_file_taken": _("Downloaded the file for the bank"),
    "bank_file_written": _("Wrote the file for the bank"),
    "books_proved": _("Proved the books"),
    "call_opened": _("Opened a call for ideas"),
    "certificate_made": _("Made a certificate's file"),
    "challenge_answered": _("Answered a challenge of a result"),
    "challenge_raised": _("Challenged a result"),
    "change_email": _("Changed an e-mail address"),
    "change_factor": _("Changed a factor of signing in"),
    "change_name": _("Changed a name"),
    "choose_language": _("Chose a language"),
    "claim_person": _("Proved an address of the books and became that person"),
    "contest_changed": _("Changed the rules of a vote"),
    "contest_closed": _("Closed a vote"),
    "contest_closing_announced": _("Announced the end of a vote"),
    "contest_counted": _("Counted a vote"),
    "contest_declared": _("Declared a result"),
    "contest_dropped": _("Dropped the draft of a vote"),
    "contest_frozen": _("Fixed the rules of a vote"),
    "contest_opened": _("Opened a vote"),
    "contest_prepared": _("Prepared a vote"),
    "contest_published": _("Published a vote's papers and proofs"),
    "dividend_dropped": _("Dropped the proposal of a dividend"),
    "dividend_proposed": _("Proposed a dividend"),
    "dividend_recommended": _("Wrote what the directors recommend"),
    "end_factors": _("Took away all factors of signing in"),
    "end_sessions": _("Ended sessions"),
    "entitlements_fixed": _("Fixed who is owed what of a dividend"),
    "envelopes_handed_over": _("Handed the sealed envelopes to the scrutineer"),
    "event_dismissed": _("Laid a message of the payment provider aside"),
    "event_parked": _("A message of the payment provider waits for a person"),
    "event_retried": _("Took a message of the payment provider up again"),
    "example_company_made": _("Made the example company"),
    "give_role": _("Gave a role in the office"),
    "idea_answered": _("Answered an idea"),
    "idea_proposed": _("Proposed an idea"),
    "idea_support_withdrawn": _("Withdrew support from an idea"),
    "idea_supported": _("Supported an idea"),
    "job_cancelled": _("Cancelled the job"),
    "job_paused": _("Paused the job"),
    "job_running": _("Resumed the job"),
    "job_started": _("Started a job"),
    "make_joint_party": _("Wrote joint holders"),
    "make_organisation": _("Wrote an organisation"),
    "make_recovery_codes": _("Made recovery codes"),
    "make_user": _("Made somebody able to sign in"),
    "mandate_given": _("Gave bank details"),
    "mandate_stopped": _("Bank details were stopped: their holder had not given them"),
    "mandate_withdrawn": _("Took bank details back"),
    "meeting_changed": _("Changed the meeting"),
    "meeting_ended": _("Ended the meeting"),
    "meeting_opened": _("Opened the meeting"),
    "meeting_prepared": _("Prepared a meeting"),
    "meeting_roll_frozen": _("Fixed the roll of the meeting"),
    "meeting_scrutineer": _("Appointed who opens the meeting's envelopes"),
    "notice_approved": _("Approved the notice of the meeting"),
    "notice_posted": _("Posted the printed notices"),
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
    "papers_taken_in": _("Took in the opened papers"),
    "payment_created": _("Opened a payment page"),
    "payment_expired": _("The payment page closed unpaid"),
    "payment_failed": _("The payment did not go through"),
    "payment_processing": _("The payment is under way at the bank"),
    "payment_refunded": _("The payment was paid back in full"),
    "payment_sent_back": _("Money that cannot be allotted goes back"),
    "payment_succeeded": _("The payment went through"),
    "payout_again": _("Prepared a payment again that did not arrive"),
    "payout_failed": _("The bank could not pay a payment"),
    "payout_file_handed_over": _("Gave the bank its file"),
    "payout_file_made": _("Kept the file for the bank"),
    "payout_held": _("Held a payment back"),
    "payout_holder_told": _("Told a payee why a payment did not arrive"),
    "payout_news_closed": _("Dealt with a message of the bank"),
    "payout_news_parked": _("A message of the bank waits for a person"),
    "payout_returned": _("A payment came back"),
    "payout_run_approved": _("Approved a payment run"),
    "payout_run_cancelled": _("Cancelled a payment run"),
    "payout_run_done": _("A payment run was carried out"),
    "payout_run_prepared": _("Prepared a payment run"),
    "profile_loaded": _("Loaded a profile of the law"),
    "promise_told": _("Told how a promise fares"),
    "quantity_chosen": _("Chose a number of shares"),
    "questions_answered": _("Answered the questions"),
    "ranking_signed": _("Signed who is paid first"),
    "refund_failed": _("A refund failed"),
    "refund_requested": _("Asked for a refund"),
    "refund_sent": _("The refund was sent"),
    "refund_sent_again": _("Sent a failed refund again"),
    "refund_settled": _("Paid a failed refund back another way"),
    "refund_succeeded": _("The refund arrived"),
    "register_person": _("Wrote a person"),
    "register_written": _("Wrote entries in the register of members"),
    "return_delivered": _("Delivered the return of allotment"),
    "risk_acknowledged": _("Read the risk warning and went on"),
    "roll_frozen": _("Fixed a roll of voters"),
    "royalties_stated": _("Stated what creators earned"),
    "royalty_agreed": _("Approved an agreement with creators"),
    "royalty_dropped": _("Laid an agreement with creators aside"),
    "royalty_earned": _("Booked what a beer earned its creators"),
    "royalty_ended": _("Ended an agreement with creators"),
    "royalty_proposed": _("Proposed an agreement with creators"),
    "royalty_statement_made": _("Made a creator's statement"),
    "sales_approved": _("Approved a figure of sales"),
    "sales_dropped": _("Laid a figure of sales aside"),
    "sales_entered": _("Entered a figure of sales"),
    "scrutineer_appointed": _("Wrote a scrutineer and the public key"),
    "sold_beer_opened": _("Opened a beer for sales"),
    "statement_given": _("Gave a statement of category"),
    "statement_made": _("Made a dividend statement's file"),
    "statements_issued": _("Issued the statements of a dividend"),
    "take_role": _("Took a role in the office away"),
    "tax_document_entered": _("Entered a holder's tax document"),
    "tax_document_refused": _("Refused a holder's tax document"),
    "tax_document_taken": _("Downloaded a holder's tax document"),
    "use_recovery_code": _("Used a recovery code"),
    "went_on_after_thinking": _("Chose to go on after the time to think"),
    "winner_adopted": _("Adopted the winner of a ballot"),
    "withholding_rule_ended": _("Ended a rule of withholding"),
    "withholding_rule_entered": _("Entered a rule of withholding"),
}
# What stands in the trail's detail and helps a reader; everything else stays in the database.
TOLD = {
    "shares": _("shares"),
    "quantity": _("quantity"),
    "minute": _("minute"),
    "reason": _("reason"),
    "note": _("note"),
    "findings": _("findings"),
    "ending": _("account ending"),
    "replaces": _("instead of the account ending"),
    "restored": _("again in force, account ending"),
    "items": _("items"),
    "role": _("role"),
    "delivered_on": _("delivered on"),
    "version": _("version"),
    "what": _("what"),
    "title": _("title"),
    "scrutineer": _("scrutineer"),
    "members": _("members"),
    "envelopes": _("envelopes"),
    "papers": _("papers"),
    "spoiled": _("spoiled"),
    "holders": _("holders"),
    "statements": _("statements"),
    "payouts": _("payments"),
    "refused": _("lines not taken in"),
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
