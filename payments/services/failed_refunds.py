"""What becomes of a refund that the provider would not make: a person sends it again, or pays it back another way."""

import re
from datetime import datetime
from typing import TYPE_CHECKING

from core import audit
from core.locks import lock
from core.transactions import needs_transaction
from payments.errors import RefundNotOpen
from payments.models import Payment, Refund
from payments.queries.payments import failed_refunds
from payments.services.callbacks import lock_parents, tell
from payments.services.refunds import request_refund

if TYPE_CHECKING:
    from accounts.models import User

TURN = re.compile(r":again-(\d+)\Z")


@needs_transaction
def send_again(*, refund: Refund, by: "User", at: datetime) -> Refund:
    """Ask for the same amount anew, as a refund of its own whose key counts the turns. Raises `RefundNotOpen`."""
    refund = _locked(refund)
    again = request_refund(
        payment=refund.payment,
        amount_minor=refund.amount_minor,
        key=next_key(refund.key),
        reason=refund.reason,
        by=by,
        at=at,
        again_of=refund,
    )
    audit.record(by=by, at=at, verb="refund_sent_again", subject=refund, again=again.public_id)
    return again


@needs_transaction
def settle_otherwise(*, refund: Refund, note: str, by: "User", at: datetime) -> Refund:
    """Write that a person paid it back another way, and how; the purpose books it. Raises `RefundNotOpen`."""
    refund = _locked(refund)
    refund.settled_at, refund.settled_by, refund.settled_note = at, by, note[:300]
    refund.save(update_fields=["settled_at", "settled_by", "settled_note"])
    audit.record(by=by, at=at, verb="refund_settled", subject=refund, note=note[:300])
    tell(refund.payment, "refund_settled", at=at, refund=refund)
    return refund


def next_key(key: str) -> str:
    """Return the key of the next turn: ``k``, ``k:again-2``, ``k:again-3``."""
    turn = TURN.search(key)
    return f"{TURN.sub('', key)}:again-{int(turn[1]) + 1 if turn else 2}"


def _locked(refund: Refund) -> Refund:
    lock_parents(refund.payment)
    payment = lock(Payment.objects.all(), pk=refund.payment_id)
    standing = failed_refunds().filter(pk=refund.pk).first()
    if standing is None:
        raise RefundNotOpen()
    standing.payment = payment
    return standing
