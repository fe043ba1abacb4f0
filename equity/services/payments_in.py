"""What happens to an application when its money moves. Called by payments, by purpose, inside one transaction.

Money that cannot be allotted is refunded by itself: a payment for an application that was withdrawn, has expired, or
was paid by another payment is booked and sent back in the same transaction.
"""

from datetime import datetime

from core import audit
from core.locks import lock
from core.transactions import needs_transaction
from equity.enums import ApplicationState
from equity.models import Application
from equity.queries.offers import is_open
from equity.queries.tracking import board_decides_by
from equity.services.bookings import book_receipt, book_refund
from equity.services.keeping import lock_counters
from equity.services.letters import send_letter
from payments.models import Payment, Refund
from payments.services.refunds import request_refund

OVER = {ApplicationState.WITHDRAWN, ApplicationState.EXPIRED}
NOT_ALLOTTED = "The application could not be completed"


def find(reference: str) -> Application:
    """Return the application that a payment names."""
    return Application.objects.select_related("offer__profile", "applicant", "applicant_user").get(public_id=reference)


@needs_transaction
def lock_reference(*, reference: str) -> None:
    """Take the locks of the application before payments takes its own: see Note [Lock order]."""
    application = find(reference)
    lock_counters(application)
    lock(Application.objects.all(), pk=application.pk)


@needs_transaction
def record_paid(*, payment: Payment, at: datetime, refund: Refund | None = None) -> None:
    """Book the money and mark the application paid, or send the money back when nothing can be allotted for it.

    Told again of the same payment it changes nothing.
    """
    lock_reference(reference=payment.reference)
    application = find(payment.reference)
    if application.payment_id == payment.public_id and application.paid_at is not None:
        return
    book_receipt(application=application, payment=payment, at=at)
    if not _can_be_paid(application, payment, at=at):
        _send_back(application, payment, at=at)
        return
    application.state = ApplicationState.PAID
    application.paid_at = at
    application.payment_id = payment.public_id
    application.save(update_fields=["state", "paid_at", "payment_id"])
    audit.record(by=None, at=at, verb="application_paid", subject=application, payment=payment.public_id)
    send_letter(kind="paid", application=application, at=at, board_by_on=board_decides_by(application))


def _can_be_paid(application: Application, payment: Payment, *, at: datetime) -> bool:
    due = (application.quantity or 0) * (application.price_minor or 0)
    return (
        application.state == ApplicationState.PAYABLE
        and application.payment_id in ("", payment.public_id)
        and payment.amount_minor == due
        and payment.currency == application.currency
        and is_open(application.offer, at=at)
    )


def _send_back(application: Application, payment: Payment, *, at: datetime) -> None:
    # An application that goes on keeps waiting for its own payment; one that is over remembers the late one.
    if application.paid_at is None and application.state in OVER:
        application.paid_at = at
        application.payment_id = payment.public_id
        application.save(update_fields=["paid_at", "payment_id"])
    request_refund(
        payment=payment,
        amount_minor=payment.amount_minor,
        reason=NOT_ALLOTTED,
        key=f"unallottable:{payment.public_id}",
        by=None,
        at=at,
    )
    audit.record(by=None, at=at, verb="payment_sent_back", subject=application, payment=payment.public_id)
    send_letter(kind="sent_back", application=application, at=at, amount_minor=payment.amount_minor)


@needs_transaction
def record_failed(*, payment: Payment, at: datetime, refund: Refund | None = None) -> None:
    """The payment did not go through; the shares stay kept until their time, and another try is open."""
    application = find(payment.reference)
    audit.record(by=None, at=at, verb="payment_failed", subject=application, payment=payment.public_id)
    if application.state == ApplicationState.PAYABLE:
        send_letter(kind="payment_failed", application=application, at=at)


@needs_transaction
def record_expired(*, payment: Payment, at: datetime, refund: Refund | None = None) -> None:
    """The till closed unpaid; the sweeper frees the shares when their time is over."""
    audit.record(by=None, at=at, verb="payment_expired", subject=find(payment.reference), payment=payment.public_id)


@needs_transaction
def record_refunded(*, payment: Payment, at: datetime, refund: Refund | None = None) -> None:
    """Book money that went back; an application whose own money is back is refunded."""
    if refund is None:
        raise ValueError("a refund is told with its refund")
    lock_reference(reference=payment.reference)
    application = find(payment.reference)
    book_refund(application=application, payment=payment, refund=refund, at=at)
    if application.payment_id == payment.public_id and application.state in OVER:
        application.state = ApplicationState.REFUNDED
        application.refunded_at = at
        application.save(update_fields=["state", "refunded_at"])
        audit.record(by=None, at=at, verb="application_refunded", subject=application, refund=refund.public_id)
    send_letter(kind="refunded", application=application, at=at, amount_minor=refund.amount_minor)
