"""The one place where a payment or a refund moves, whoever brought the news."""

from datetime import datetime, timedelta

from core import audit
from core.locks import lock
from core.transactions import needs_transaction
from payments.enums import PaymentState, RefundState
from payments.errors import Mismatch
from payments.gateways.port import CheckoutFacts, RefundFacts
from payments.models import Payment, Refund
from payments.queries.payments import refunded_minor
from payments.rules.outcomes import RefundStatus, State, Terms, differences, is_forward, is_refund_forward
from payments.services.callbacks import lock_parents, tell

CHECK_AGAIN_AFTER = timedelta(minutes=10)
MOMENTS = {
    State.PROCESSING: "processing_at",
    State.SUCCEEDED: "succeeded_at",
    State.FAILED: "failed_at",
    State.EXPIRED: "expired_at",
}
STORIES = {State.PROCESSING: "processing", State.SUCCEEDED: "paid", State.FAILED: "failed", State.EXPIRED: "expired"}


@needs_transaction
def settle_checkout(*, payment_id: int, facts: CheckoutFacts, at: datetime) -> Payment:
    """Move the payment to where the provider's facts say it is, once; tell the purpose.

    Raises `Mismatch` when the facts are not about what we asked for: then nothing changes. Safe to call with the same
    or older facts again. Money that arrives where another payment has paid is told like any other: the purpose sends
    it back.
    """
    payment = Payment.objects.get(pk=payment_id)
    compare(payment, facts)
    if not (_is_news(payment, facts)):
        return payment
    lock_parents(payment)
    payment = lock(Payment.objects.all(), pk=payment_id)
    compare(payment, facts)
    adopt(payment, facts)
    if is_forward(payment.state, facts.state):
        move(payment, facts.state, at=at, reason=facts.failure)
    return payment


def compare(payment: Payment, facts: CheckoutFacts) -> None:
    """Raise `Mismatch` unless our id, amount, currency, mode and session agree."""
    expected = Terms(payment.public_id, payment.amount_minor, payment.currency, payment.livemode)
    differing = differences(expected, facts.terms)
    if payment.provider_session_id not in {None, facts.session_id}:
        differing.append("session_id")
    if payment.provider_intent_id is not None and facts.intent_id != payment.provider_intent_id:
        differing.append("intent_id")
    if differing:
        raise Mismatch(differing)


def _is_news(payment: Payment, facts: CheckoutFacts) -> bool:
    """Whether anything would change: spares repeated messages the locks of everybody else."""
    known = payment.provider_session_id is not None and (facts.intent_id is None or payment.provider_intent_id)
    return not known or is_forward(payment.state, facts.state)


def adopt(payment: Payment, facts: CheckoutFacts) -> None:
    """Keep the provider's ids and address: after a lost answer they arrive with the first message."""
    payment.provider_session_id = facts.session_id
    payment.provider_intent_id = payment.provider_intent_id or facts.intent_id
    payment.checkout_url = payment.checkout_url or facts.url
    payment.save(update_fields=["provider_session_id", "provider_intent_id", "checkout_url"])


@needs_transaction
def move(payment: Payment, state: State, *, at: datetime, reason: str = "") -> None:
    """Set the state of the locked payment with its moment, and tell the purpose."""
    payment.state = PaymentState(state)
    payment.failure_reason = reason[:300] if state == State.FAILED else payment.failure_reason
    setattr(payment, MOMENTS[state], at)
    payment.next_check_at = at + CHECK_AGAIN_AFTER
    payment.save(update_fields=["state", "failure_reason", "next_check_at", MOMENTS[state]])
    audit.record(by=None, at=at, verb=f"payment_{state}", subject=payment, amount_minor=payment.amount_minor)
    tell(payment, STORIES[state], at=at)


@needs_transaction
def settle_refund(*, refund_id: int, facts: RefundFacts, at: datetime) -> Refund:
    """Move the refund to where the provider's facts say it is, once; tell the purpose when the money is back.

    The payment becomes ``refunded`` with the last penny. Raises `Mismatch`. A refund that the provider takes back
    after it had succeeded is a `Mismatch` too: a person must look.
    """
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    lock_parents(refund.payment)
    payment = lock(Payment.objects.all(), pk=refund.payment_id)
    refund = Refund.objects.get(pk=refund_id)
    refund.payment = payment
    compare_refund(refund, facts)
    if is_refund_forward(refund.state, facts.status):
        move_refund(refund, facts, at=at)
    return refund


def compare_refund(refund: Refund, facts: RefundFacts) -> None:
    """Raise `Mismatch` unless the provider's refund is the one we ordered."""
    pairs = {
        "refund_id": (refund.public_id, facts.refund_id),
        "intent_id": (refund.payment.provider_intent_id, facts.intent_id),
        "amount_minor": (refund.amount_minor, facts.amount_minor),
        "currency": (refund.payment.currency, facts.currency),
        "provider_refund_id": (refund.provider_refund_id or facts.provider_refund_id, facts.provider_refund_id),
    }
    differing = [name for name, (ours, theirs) in pairs.items() if ours != theirs]
    over = {RefundState.SUCCEEDED.value, RefundState.FAILED.value}
    if refund.state in over and facts.status.value in over and refund.state != facts.status.value:
        differing.append("status")
    if differing:
        raise Mismatch(differing)


@needs_transaction
def move_refund(refund: Refund, facts: RefundFacts, *, at: datetime) -> None:
    """Set the state of a refund whose payment is locked."""
    refund.provider_refund_id = facts.provider_refund_id
    refund.sent_at = refund.sent_at or at
    refund.state = RefundState(facts.status)
    refund.failure_reason = facts.failure[:300]
    if facts.status == RefundStatus.SUCCEEDED:
        refund.succeeded_at = at
    if facts.status == RefundStatus.FAILED:
        refund.failed_at = at
    refund.save()
    audit.record(by=None, at=at, verb=f"refund_{refund.state}", subject=refund, amount_minor=refund.amount_minor)
    if facts.status == RefundStatus.SUCCEEDED:
        _close_refunded(refund.payment, at=at)
        tell(refund.payment, "refunded", at=at, refund=refund)
    if facts.status == RefundStatus.FAILED:
        tell(refund.payment, "refund_failed", at=at, refund=refund)


def _close_refunded(payment: Payment, *, at: datetime) -> None:
    if refunded_minor(payment) == payment.amount_minor:
        payment.state = PaymentState.REFUNDED
        payment.refunded_at = at
        payment.save(update_fields=["state", "refunded_at"])
        audit.record(by=None, at=at, verb="payment_refunded", subject=payment, amount_minor=payment.amount_minor)
