"""Why money did not arrive, as the office reads it: the one table of payments, but for what it says to the payee."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from payments.queries.payout_words import payout_reason_words
from payments.rules.payout_states import PayoutReason

ABOUT_THE_PAYEE: dict[str, Promise] = {
    PayoutReason.NAME_MISMATCH.value: _("The name given is not the name on the account."),
}


def why_not_words(reason: str) -> str:
    """Return why a payment did not arrive or was not sent, as a sentence about the payee."""
    return str(ABOUT_THE_PAYEE.get(reason) or payout_reason_words(reason).why)
