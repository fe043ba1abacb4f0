"""One class per broken rule of payments."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from payments.rules.bank_answers import AnswersUnreadable, FileProblem
from payments.rules.bank_details import DetailProblem, DetailRefused


class AlreadyPaid(DomainError):
    """The thing has been paid for."""

    sentence = _("This has been paid already. Nothing more was taken.")
    code = "already_paid"


class OtherAmountUnderWay(DomainError):
    """A payment of another amount is open for the same thing; close it first."""

    sentence = _("A payment of another amount is already open for this. Please cancel it first.")
    code = "other_amount_under_way"


class CheckoutExpired(DomainError):
    """The time to pay ran out before the payer came back."""

    sentence = _("The time to pay has run out. Nothing was taken.")
    code = "checkout_expired"


class CheckoutRefused(DomainError):
    """The provider will not take this payment at all."""

    sentence = _("The payment provider did not accept this payment. Nothing was taken.")
    code = "checkout_refused"


class AmountNotPayable(DomainError):
    """The provider cannot charge exactly this amount."""

    sentence = _("This amount cannot be paid by card in this currency.")
    code = "amount_not_payable"


class RefundTooLarge(DomainError):
    """More would be paid back than was paid."""

    sentence = _("This is more than what is left to pay back.")
    code = "refund_too_large"


class NothingToRefund(DomainError):
    """The payment has not succeeded."""

    sentence = _("Nothing was paid that could be paid back.")
    code = "nothing_to_refund"


class RefundKeyReused(DomainError):
    """The key belongs to a refund of another amount or payment."""

    sentence = _("This refund was asked for before with another amount.")
    code = "refund_key_reused"


class RefundNotOpen(DomainError):
    """The refund did not fail, was sent again, or was paid back another way."""

    sentence = _("This refund has been sent again or settled meanwhile.")
    code = "refund_not_open"


class BadWebhook(DomainError):
    """What was posted is not an event signed by the provider."""

    sentence = _("This is not a signed event.")
    code = "bad_webhook"


class ProviderError(DomainError):
    """Base of what goes wrong in a call to the provider."""

    sentence = _("The payment provider could not be reached. Nothing is lost: please try again.")
    code = "provider_error"


class OutcomeUnknown(ProviderError):
    """The connection was lost: it may have happened. Call again with the same key."""

    code = "outcome_unknown"


class ProviderBusy(ProviderError):
    """Too many calls at once, or the same key is at work in another call: nothing was done. Same key later."""

    code = "provider_busy"


class ProviderNotAvailable(ProviderError):
    """The provider does not let us in (key, permission): nothing was done."""

    sentence = _("Payments are not possible at the moment. Nothing was taken; we have been told.")
    code = "provider_not_available"


class ProviderFault(ProviderError):
    """The provider failed and keeps that answer under the key: look first, then use a new key."""

    code = "provider_fault"


class ProviderRefused(ProviderError):
    """The provider says no, and would say no again; ``reason`` is its own code or words for staff."""

    sentence = _("The payment provider refused this.")
    code = "provider_refused"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__()


class UnknownToProvider(ProviderRefused):
    """The provider knows no such object."""

    code = "unknown_to_provider"


class Mismatch(DomainError):
    """What the provider holds is not what we asked for; ``differing`` names the terms. For staff, never the payer."""

    sentence = _("The provider's record differs from ours.")
    code = "mismatch"

    def __init__(self, differing: list[str]) -> None:
        self.differing = differing
        super().__init__()


DETAIL_SENTENCES = {
    DetailProblem.NAME_EMPTY: _("Type the name on the account."),
    DetailProblem.NAME_TOO_LONG: _("Banks take names of at most %(longest)s letters. Shorten it as your bank does."),
    DetailProblem.NAME_CHARACTER: _(
        "Banks take Latin letters, digits and a few signs. Write the name as it stands on your card."
    ),
    DetailProblem.NAME_NO_LETTER: _("A name needs at least one letter."),
    DetailProblem.SORT_CODE_EMPTY: _("Type the sort code."),
    DetailProblem.SORT_CODE_CHARACTER: _("A sort code has digits only, for example 60-16-13."),
    DetailProblem.SORT_CODE_LENGTH: _("A sort code has 6 digits. This one has %(count)s."),
    DetailProblem.ACCOUNT_EMPTY: _("Type the account number."),
    DetailProblem.ACCOUNT_IS_IBAN: _("This looks like an IBAN. Choose IBAN above and type it there."),
    DetailProblem.ACCOUNT_CHARACTER: _("An account number has digits only."),
    DetailProblem.ACCOUNT_LENGTH: _("An account number has 8 digits, older ones 6 or 7. This one has %(count)s."),
    DetailProblem.ONLY_ZEROS: _("These are only zeros. Look at your bank card or a statement."),
    DetailProblem.IBAN_EMPTY: _("Type the IBAN."),
    DetailProblem.IBAN_BEGINNING: _(
        "An IBAN begins with two letters and two digits, for example DE89 or GB29. Check the beginning."
    ),
    DetailProblem.IBAN_COUNTRY: _("We know no IBAN that begins with %(country)s. Check the first two letters."),
    DetailProblem.IBAN_LENGTH: _(
        "An IBAN that begins with %(country)s has %(expected)s characters. This one has %(count)s."
    ),
    DetailProblem.IBAN_CHECK: _("This IBAN does not add up: a digit is wrong, or two changed places. Compare each."),
    DetailProblem.IBAN_CHARACTER: _("Something in this IBAN stands in the wrong place. Compare each letter and digit."),
}


class BadBankDetails(DomainError):
    """What was typed cannot be bank details; ``problem`` says why. The sentence never repeats the numbers."""

    code = "bad_bank_details"

    def __init__(self, refused: DetailRefused) -> None:
        self.problem = refused.problem
        super().__init__(str(DETAIL_SENTENCES[refused.problem]) % refused.facts)


class DetailsUnreadable(DomainError):
    """What was opened is not what was sealed in this row: somebody wrote to the table, or a key is missing."""

    sentence = _("These bank details cannot be read. Nothing is paid to them.")
    code = "details_unreadable"


class StopLinkUnknown(DomainError):
    """The secret belongs to no details that could be stopped by it; says nothing more to whoever holds it."""

    sentence = _("This link does nothing any more.")
    code = "stop_link_unknown"


class NothingToPay(DomainError):
    """No row to pay."""

    sentence = _("There is nobody to pay: nothing is owed, or what is owed still waits for something.")
    code = "nothing_to_pay"


class RunDraftWaits(DomainError):
    """One draft of a purpose and currency at a time: two would pay the same twice over."""

    sentence = _("Another payment run waits for its approval. Approve or cancel that one first.")
    code = "run_draft_waits"

    def __init__(self, who: str = "", at: datetime | None = None) -> None:
        """``who`` prepared it and when, where the draft is known."""
        words = _("Another payment run waits for its approval: %(who)s prepared it on %(when)s. Approve or cancel that "
                  "one first.")  # fmt: skip
        when = date_format(localtime(at), "DATETIME_FORMAT") if at else ""
        super().__init__(words % {"who": who, "when": when} if at else None)


class SameAccountAgain(DomainError):
    """The bank refused this account for a reason that stays, and nobody said to send there all the same."""

    sentence = _("The bank refused this account, and only other bank details mend that. Ask the holder for them, or "
                 "confirm that the money goes to the same account all the same.")  # fmt: skip
    code = "same_account_again"

    def __init__(self, at: datetime | None = None) -> None:
        """``at``: when the bank refused it, where known."""
        words = _("The bank refused this account on %(day)s, and only other bank details mend that. Ask the holder for "
                  "them, or confirm that the money goes to the same account all the same.")  # fmt: skip
        super().__init__(words % {"day": date_format(localtime(at), "SHORT_DATE_FORMAT")} if at else None)


class MakerCannotPay(DomainError):
    """Four eyes: whoever prepared a run does not approve it."""

    sentence = _("You prepared this payment run, so somebody else has to approve it.")
    code = "maker_cannot_pay"


class RunChanged(DomainError):
    """The rows are not those that were read."""

    sentence = _(
        "Something changed since this payment run was prepared: somebody's bank details, for example. "
        "Nothing was paid. Cancel it and prepare a new one."
    )
    code = "run_changed"


class NewsDealtWith(DomainError):
    """Another person has dealt with what the bank told."""

    code = "news_dealt_with"

    def __init__(self, who: str, at: datetime, note: str) -> None:
        self.who = who
        words = {"who": who, "when": date_format(localtime(at), "DATETIME_FORMAT"), "note": note}
        super().__init__(_("%(who)s was quicker and has dealt with this on %(when)s: “%(note)s”") % words)


class NewsDiffers(DomainError):
    """What the bank told differs from our record, and nobody has dealt with it: no further run begins."""

    sentence = _(
        "The bank told something that does not agree with our record. Until finance has dealt with it, no further "
        "payment run is approved."
    )
    code = "news_differs"


class SomebodyDecided(DomainError):
    """Another person approved or cancelled the run first."""

    code = "somebody_decided"

    def __init__(self, who: str) -> None:
        self.who = who
        super().__init__(_("%(who)s was quicker and has decided this payment run already.") % {"who": who})


class RunNotReady(DomainError):
    """The run is not at the step this needs."""

    sentence = _("This payment run is not ready for that yet.")
    code = "run_not_ready"


class RunIsOver(DomainError):
    """A run that is done or cancelled stays so."""

    sentence = _("This payment run is over.")
    code = "run_is_over"


class FilePerhapsWithTheBank(DomainError):
    """The file was made, and nobody said that it is not with the bank: cancelled, it would be paid twice."""

    sentence = _("The file of this run was made. Say that the bank does not have it: otherwise it would be paid twice.")
    code = "file_perhaps_with_the_bank"


class FileTakenByYou(DomainError):
    """Whoever could have given the file to the bank cannot be the one who says that it is not there."""

    code = "file_taken_by_you"

    def __init__(self, who: str) -> None:
        """``who`` took the file away, by name."""
        words = _("The file of this run was taken away by %(who)s. A second person, who neither prepared the run nor "
                  "made or took its file, must say that the bank does not have it, and cancel it.")  # fmt: skip
        super().__init__(words % {"who": who})


class DirectorPaused(DomainError):
    """What a director stopped only a director lets go on."""

    sentence = _("A director paused these payments, so a director must let them go on.")
    code = "director_paused"


class FileIsWithTheBank(DomainError):
    """A file cannot be called back from here."""

    sentence = _("The bank has this file already. Ask the bank to stop it, then enter its answers here.")
    code = "file_is_with_the_bank"


FILE_SENTENCES = {
    FileProblem.EMPTY: _("There is no line with an answer in this file."),
    FileProblem.NOT_TEXT: _("This file is no text. Save it as CSV and upload that."),
    FileProblem.NO_HEAD: _("The first line must name the columns. These are missing: %(missing)s."),
    FileProblem.TOO_LONG: _("This file has more lines than can be read at once. Split it in two."),
}


class AnswersRefused(DomainError):
    """Nothing of a bank's file of answers can be read; the sentence says why."""

    code = "answers_refused"

    def __init__(self, refused: AnswersUnreadable) -> None:
        self.problem = refused.problem
        super().__init__(str(FILE_SENTENCES[refused.problem]) % refused.values)


class NothingNewAnswered(DomainError):
    """No line of the file says anything that is not known."""

    sentence = _("There is nothing to take in: no line tells anything new.")
    code = "nothing_new_answered"


class AnswerDoesNotFit(DomainError):
    """The payment is not where the answer finds it: something else became known meanwhile."""

    sentence = _("What the bank answered does not fit what is known of this payment. Somebody must look at it.")
    code = "answer_does_not_fit"
