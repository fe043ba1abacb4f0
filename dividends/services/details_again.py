"""Asking who is owed money for other bank details, where the bank refused the ones we have."""

from datetime import datetime
from typing import TYPE_CHECKING

from core.locks import lock
from core.models import OutgoingMail
from core.transactions import needs_transaction
from dividends.again_errors import AskedLately, NobodyToWriteTo, NothingToAskFor
from dividends.queries.tried import ASK_AGAIN_AFTER, asked_at, is_owed_again
from dividends.services.payout_letters import send_returned_letter
from payments.models import Payout
from payments.queries.mandates import mandate_of
from payments.queries.payout_words import BY_NEW_DETAILS
from payments.queries.payouts_again import refusal_of

if TYPE_CHECKING:
    from accounts.models import User


@needs_transaction
def ask_for_other_details(*, payout: Payout, by: "User", at: datetime) -> OutgoingMail:
    """Write once more to who was to be paid: what the bank said, and that other details mend it; once a day at most.

    Raises `NothingToAskFor` when nothing is owed, other details would mend nothing or were given since, `AskedLately`,
    `NobodyToWriteTo` for somebody without an address.
    """
    payout = lock(Payout.objects.all(), pk=payout.pk)
    mandate = mandate_of(payout.party_id)
    is_mended = mandate is not None and refusal_of([payout], mandate) is None
    if payout.reason not in BY_NEW_DETAILS or is_mended or not is_owed_again(payout):
        raise NothingToAskFor()
    asked = asked_at(payout)
    if asked is not None and asked > at - ASK_AGAIN_AFTER:
        raise AskedLately(asked)
    mail = send_returned_letter(payout=payout, at=at, by=by)
    if mail is None:
        raise NobodyToWriteTo()
    return mail
