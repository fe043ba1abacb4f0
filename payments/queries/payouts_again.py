"""Whether the bank refused an account before, for good.

Note [The same account again]: some reasons pass by themselves; that an account is closed does not. Sent there again
the money comes back again, weeks later, and its owner has waited for nothing. So for these reasons
(`payments.queries.payout_words`) other details are asked for, and the same account needs somebody who says so.
"""

from collections.abc import Iterable

from payments.enums import PayoutState
from payments.models import BankMandate, Payout
from payments.queries.payout_words import BY_NEW_DETAILS

CAME_BACK = (PayoutState.FAILED, PayoutState.RETURNED)


def refusal_of(tried: Iterable[Payout], mandate: BankMandate | None) -> Payout | None:
    """Return the last payout the bank did not bring to these details for a reason that only other ones mend.

    Details that a stop brought back (`BankMandate.restores`) are the old account.
    """
    if mandate is None:
        return None
    rows = [row for row in tried if row.mandate_id in {mandate.pk, mandate.restores_id}]
    refused = [row for row in rows if row.state in CAME_BACK and row.reason in BY_NEW_DETAILS]
    return max(refused, key=lambda row: row.pk, default=None)
