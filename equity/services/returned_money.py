"""Refunds of share money that the bank would not make. Called by payments, by purpose, inside one transaction."""

from datetime import datetime

from core import audit
from core.transactions import needs_transaction
from equity.enums import ApplicationState
from equity.services.bookings import book_refund_otherwise
from equity.services.payments_in import OVER, find, lock_reference
from payments.models import Payment, Refund


@needs_transaction
def record_refund_failed(*, payment: Payment, at: datetime, refund: Refund | None = None) -> None:
    """The money is still here and still the payer's: say so in the trail; finance settles it, the tracker tells."""
    audit.record(
        by=None,
        at=at,
        verb="application_refund_failed",
        subject=find(payment.reference),
        refund=refund.public_id if refund else "",
        reason=refund.failure_reason if refund else "",
    )


@needs_transaction
def record_refund_settled(*, payment: Payment, at: datetime, refund: Refund | None = None) -> None:
    """Finance paid the money back from the bank: book it; an application whose own money is back is refunded."""
    if refund is None:
        raise ValueError("a settlement is told with its refund")
    lock_reference(reference=payment.reference)
    application = find(payment.reference)
    book_refund_otherwise(application=application, payment=payment, refund=refund, at=at)
    if application.payment_id == payment.public_id and application.state in OVER:
        application.state = ApplicationState.REFUNDED
        application.refunded_at = at
        application.save(update_fields=["state", "refunded_at"])
        audit.record(
            by=refund.settled_by, at=at, verb="application_refunded", subject=application, refund=refund.public_id
        )
