"""A purpose for tests: writes an audit row for everything it is told, in the transaction it is told in."""

from datetime import datetime

from core import audit
from core.models import AuditRecord
from payments.models import Payment, Refund

PURPOSE = "test_purpose"
HANDLERS = {
    name: f"tests.payments.fake_purpose.{name}"
    for name in ("lock", "paid", "failed", "expired", "refunded", "processing", "refund_failed")
}


def lock(*, reference: str) -> None:
    """Nothing to lock: the payment's own lock must be enough."""


def paid(*, payment: Payment, at: datetime, refund: Refund | None = None) -> None:
    audit.record(by=None, at=at, verb="told_paid", subject=payment)


def failed(*, payment: Payment, at: datetime, refund: Refund | None = None) -> None:
    audit.record(by=None, at=at, verb="told_failed", subject=payment)


def expired(*, payment: Payment, at: datetime, refund: Refund | None = None) -> None:
    audit.record(by=None, at=at, verb="told_expired", subject=payment)


def processing(*, payment: Payment, at: datetime, refund: Refund | None = None) -> None:
    audit.record(by=None, at=at, verb="told_processing", subject=payment)


def refunded(*, payment: Payment, at: datetime, refund: Refund | None = None) -> None:
    audit.record(by=None, at=at, verb="told_refunded", subject=payment, refund=refund.public_id if refund else "")


def refund_failed(*, payment: Payment, at: datetime, refund: Refund | None = None) -> None:
    audit.record(by=None, at=at, verb="told_refund_failed", subject=payment)


def told(payment: Payment) -> list[str]:
    """Return what the purpose was told about the payment, in order."""
    rows = AuditRecord.objects.filter(
        subject_id=str(payment.pk), verb__startswith="told_", subject_kind="payments.payment"
    )
    return [verb.removeprefix("told_") for verb in rows.order_by("pk").values_list("verb", flat=True)]
