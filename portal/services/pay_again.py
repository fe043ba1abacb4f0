"""Paying again what did not arrive: the room that owes the money prepares it anew."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from core.transactions import needs_transaction
from dividends.services import paying, royalties_paying
from payments.models import Payout, PayoutRun

if TYPE_CHECKING:
    from accounts.models import User

PREPARED_BY: dict[str, Callable[..., PayoutRun]] = {
    paying.PURPOSE: paying.prepare_again,
    royalties_paying.PURPOSE: royalties_paying.prepare_royalty_again,
}


class NobodyOwesIt(DomainError):
    """No room knows how to pay this purpose again."""

    sentence = _("This kind of payment cannot be sent again from here.")
    code = "nobody_owes_it"


@needs_transaction
def pay_again(*, payout: Payout, by: "User", at: datetime, same_account: bool = False) -> PayoutRun:
    """Draft the payment of what a payout did not bring, by the bank details in force now.

    ``same_account``: whoever sends it says that it goes to an account the bank refused, all the same.
    Raises `NobodyOwesIt`, and what the room that owes it refuses: nothing is open, no bank details may be used, another
    draft waits, the account was refused and nobody says so.
    """
    prepare = PREPARED_BY.get(payout.run.purpose)
    if prepare is None:
        raise NobodyOwesIt()
    return prepare(payout=payout, by=by, at=at, same_account=same_account)
