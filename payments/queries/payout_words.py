"""Why money did not arrive, in words, and what its owner can do: the one table, for holders and for the office."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from payments.rules.payout_states import PayoutReason


class ReasonWords(NamedTuple):
    """``why`` and ``what_to_do`` are whole sentences; ``by_new_details`` when other bank details mend it."""

    why: Promise
    what_to_do: Promise
    by_new_details: bool


CHECK_THEM = _("Compare your bank details with your card or a statement, and correct them.")
OURS = _("You need not do anything: we look into it and send the money again.")
REASONS = {
    PayoutReason.ACCOUNT_CLOSED: ReasonWords(
        _("The account is closed."), _("Give us the details of an account that is open."), True
    ),
    PayoutReason.NO_SUCH_ACCOUNT: ReasonWords(_("The bank knows no account with this number."), CHECK_THEM, True),
    PayoutReason.NAME_MISMATCH: ReasonWords(
        _("The name you gave is not the name on the account."),
        _("Write the name as your bank has it, or give us an account in your name."),
        True,
    ),
    PayoutReason.REFUSED_BY_BANK: ReasonWords(
        _("The bank refused the payment and did not say why."),
        _("Ask your bank whether the account takes transfers, or give us another account."),
        True,
    ),
    PayoutReason.BAD_REQUEST: ReasonWords(_("Our order to the bank was wrong."), OURS, False),
    PayoutReason.OTHER: ReasonWords(_("The bank did not say why."), OURS, False),
}
BY_NEW_DETAILS = frozenset(reason.value for reason, words in REASONS.items() if words.by_new_details)
# Why a payout was not sent at all: codes of payments.services.payouts and payments.services.payout_runs.
NEVER_SENT = {
    "details_changed": ReasonWords(
        _("The bank details were changed or taken back after the payment was approved."),
        _("If that was not you, tell us at once. If it was, you need not do anything more."),
        False,
    ),
    "details_wait": ReasonWords(
        _("The bank details are new and may not be used yet."),
        _("If you did not give them, tell us at once. If you did, you need not do anything more."),
        False,
    ),
    "cancelled": ReasonWords(
        _("The payment run was stopped before this payment was sent."),
        _("You need not do anything: it is paid with the next run."),
        False,
    ),
}


def payout_reason_words(reason: str) -> ReasonWords:
    """Return the sentences of the reason of a payout that ended; a code nobody knows reads as ``other``."""
    if reason in NEVER_SENT:
        return NEVER_SENT[reason]
    known = PayoutReason(reason) if reason in set(PayoutReason) else PayoutReason.OTHER
    return REASONS[known]
