"""Money goes to an account the bank refused only where somebody says so."""

from collections.abc import Iterable

from payments.errors import SameAccountAgain
from payments.models import BankMandate, Payout
from payments.queries.payouts_again import refusal_of


def check_account(*, tried: Iterable[Payout], mandate: BankMandate | None) -> None:
    """Refuse to pay to these details what the payouts did not bring there (`SameAccountAgain`).

    See Note [The same account again] in payments.queries.payouts_again.
    """
    refused = refusal_of(tried, mandate)
    if refused is not None:
        raise SameAccountAgain(refused.ended_at)
