"""Reading payments, refunds and events."""

from datetime import datetime

from django.conf import settings
from django.db.models import F, QuerySet, Sum

from payments.enums import PaymentState, RefundState
from payments.models import Payment, PaymentAttempt, ProviderEvent, Refund
from payments.models.payment import OPEN_STATES


def find_live_payment(*, purpose: str, reference: str) -> Payment | None:
    """Return the payment that has paid for the thing, else the open one; a constraint lets one be open only."""
    live = Payment.objects.filter(
        purpose=purpose, reference=reference, state__in=[*OPEN_STATES, PaymentState.SUCCEEDED]
    )
    return live.order_by(F("succeeded_at").asc(nulls_last=True), "pk").first()


def payments_of(*, purpose: str, reference: str) -> QuerySet[Payment]:
    """Return every payment ever asked for the thing, newest first."""
    return Payment.objects.filter(purpose=purpose, reference=reference).order_by("-pk")


def get_payment(public_id: str) -> Payment:
    """Return the payment of that public id, or raise `Payment.DoesNotExist`."""
    return Payment.objects.get(public_id=public_id)


def refundable_minor(payment: Payment) -> int:
    """Return what may still be paid back, in minor units; 0 when nothing was paid."""
    if payment.succeeded_at is None:
        return 0
    taken = payment.refunds.exclude(state=RefundState.FAILED).aggregate(sum=Sum("amount_minor", default=0))["sum"]
    return int(payment.amount_minor - taken)


def refunded_minor(payment: Payment) -> int:
    """Return what has been paid back, in minor units."""
    paid = payment.refunds.filter(state=RefundState.SUCCEEDED).aggregate(sum=Sum("amount_minor", default=0))["sum"]
    return int(paid)


def parked_events() -> QuerySet[ProviderEvent]:
    """Return the events a person must look at, oldest first; ``parked_reason`` says why."""
    return ProviderEvent.objects.filter(parked_at__isnull=False, processed_at__isnull=True).order_by("parked_at")


def failed_refunds() -> QuerySet[Refund]:
    """Return refunds the provider would not make and nobody has settled, newest first."""
    unsettled = Refund.objects.filter(state=RefundState.FAILED, settled_at__isnull=True, again__isnull=True)
    return unsettled.select_related("payment").order_by("-failed_at")


def last_attempt(*, payment: Payment, refund: Refund | None = None) -> PaymentAttempt | None:
    """Return the latest call made for the checkout, or for the refund when one is named."""
    return PaymentAttempt.objects.filter(payment=payment, refund=refund).order_by("-pk").first()


def refunds_to_send(limit: int) -> QuerySet[Refund]:
    """Return refunds the provider has not taken yet, oldest first."""
    waiting = Refund.objects.filter(state=RefundState.REQUESTED, payment__provider=settings.PAYMENTS)
    return waiting.order_by("pk")[:limit]


def refunds_to_check(before: datetime, limit: int) -> QuerySet[Refund]:
    """Return refunds that the provider took before the moment and has not told the end of."""
    under_way = Refund.objects.filter(state=RefundState.SENT, sent_at__lt=before, payment__provider=settings.PAYMENTS)
    return under_way.order_by("pk")[:limit]
