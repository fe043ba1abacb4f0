"""Money back to the payer: asked for inside a transaction, sent outside of any."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, connection

from core import audit, clock, jobs
from core.errors import constraint_name, constraints_as
from core.locks import lock
from core.transactions import atomic, needs_transaction, refuses_transaction
from payments.enums import AttemptOutcome, RefundState
from payments.errors import NothingToRefund, ProviderFault, ProviderRefused, RefundKeyReused, RefundTooLarge
from payments.gateways.current import current_gateway
from payments.gateways.port import RefundFacts, RefundOrder
from payments.models import Payment, PaymentAttempt, Refund
from payments.services.attempts import begin_attempt, end_attempt, must_look_first
from payments.services.callbacks import lock_parents, tell
from payments.services.settling import settle_refund

if TYPE_CHECKING:
    from accounts.models import User

LAWS = {"refund_sum_within_payment": RefundTooLarge, "refund_of_paid_payment": NothingToRefund}

CLAIM = """
UPDATE payments_refund SET tries = tries + 1,
       claimed_until = clock_timestamp() + make_interval(secs => 60 * LEAST(tries + 1, 10))
WHERE id = %s AND state = 'requested' AND (claimed_until IS NULL OR claimed_until < clock_timestamp())
"""


@needs_transaction
def request_refund(
    *,
    payment: Payment,
    amount_minor: int,
    key: str,
    reason: str,
    by: "User | None",
    at: datetime,
    again_of: Refund | None = None,
) -> Refund:
    """Write that the amount goes back and hint that it waits to be sent; with the same key again, the same refund.

    ``again_of`` is the failed refund that this one takes up (`payments.services.failed_refunds`). Takes the payment's
    lock: hold your own rows before. Refuses `RefundTooLarge`, `NothingToRefund`, `RefundKeyReused`. The purpose's
    ``refunded`` handler is told once the provider has paid it back.
    """
    payment = lock(Payment.objects.all(), pk=payment.pk)
    existing = Refund.objects.filter(key=key).first()
    if existing is not None:
        return _same(existing, payment, amount_minor)
    try:
        with constraints_as(LAWS), atomic():
            refund = Refund.objects.create(
                payment=payment,
                amount_minor=amount_minor,
                key=key,
                reason=reason[:300],
                requested_by=by,
                requested_at=at,
                again_of=again_of,
            )
    except IntegrityError as error:
        if constraint_name(error) != "refund_key_once":
            raise
        return _same(Refund.objects.get(key=key), payment, amount_minor)
    audit.record(by=by, at=at, verb="refund_requested", subject=refund, amount_minor=amount_minor, reason=reason[:300])
    jobs.after_commit("payments.tasks.send_refund", refund_id=refund.pk)
    return refund


def _same(refund: Refund, payment: Payment, amount_minor: int) -> Refund:
    if (refund.payment_id, refund.amount_minor) != (payment.pk, amount_minor):
        raise RefundKeyReused()
    return refund


@refuses_transaction
def send_refund(*, refund_id: int) -> bool:
    """Order the refund at the provider unless another worker is at it; return whether it was ours to send.

    Raises `ProviderError`s that leave it waiting; a refusal by the provider fails the refund and tells the purpose.
    """
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [refund_id])
        if cursor.rowcount != 1:
            return False
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    with atomic():
        lock(Payment.objects.all(), pk=refund.payment_id)
        attempt = begin_attempt(payment=refund.payment, refund=refund, at=clock.now())
    try:
        facts = _made_before(refund, attempt) or current_gateway().send_refund(order_of(refund), key=attempt.key)
    except ProviderRefused as refusal:
        with atomic():
            fail_refund(refund=refund, attempt=attempt, reason=refusal.reason, at=clock.now())
        return True
    except ProviderFault:
        with atomic():
            end_attempt(attempt=attempt, outcome=AttemptOutcome.SERVER_ERROR, at=clock.now())
        raise
    with atomic():
        at = clock.now()
        settle_refund(refund_id=refund.pk, facts=facts, at=at)
        end_attempt(attempt=attempt, outcome=AttemptOutcome.ACCEPTED, at=at, detail=facts.provider_refund_id)
    return True


def _made_before(refund: Refund, attempt: PaymentAttempt) -> RefundFacts | None:
    """Return what an earlier attempt with another key did after all."""
    if not must_look_first(attempt):
        return None
    known = current_gateway().refunds_of_intent(refund.payment.provider_intent_id or "")
    return next((facts for facts in known if facts.refund_id == refund.public_id), None)


@needs_transaction
def fail_refund(*, refund: Refund, attempt: PaymentAttempt, reason: str, at: datetime) -> None:
    """Write that the provider will not make this refund; its amount may be refunded anew."""
    lock_parents(refund.payment)
    payment = lock(Payment.objects.all(), pk=refund.payment_id)
    end_attempt(attempt=attempt, outcome=AttemptOutcome.REFUSED, at=at, detail=reason)
    refund = Refund.objects.get(pk=refund.pk)
    if refund.state != RefundState.REQUESTED:
        return
    refund.state = RefundState.FAILED
    refund.failed_at = at
    refund.failure_reason = reason[:300]
    refund.save(update_fields=["state", "failed_at", "failure_reason"])
    audit.record(by=None, at=at, verb="refund_failed", subject=refund, reason=reason[:300])
    tell(payment, "refund_failed", at=at, refund=refund)


@refuses_transaction
def check_refund(*, refund: Refund) -> Refund:
    """Ask the provider where a refund under way stands, and write it."""
    facts = current_gateway().fetch_refund(refund.provider_refund_id or "")
    with atomic():
        return settle_refund(refund_id=refund.pk, facts=facts, at=clock.now())


def order_of(refund: Refund) -> RefundOrder:
    """Return what the refund is ordered with, from the rows alone."""
    payment = refund.payment
    return RefundOrder(refund.public_id, payment.provider_intent_id or "", refund.amount_minor, payment.currency)
