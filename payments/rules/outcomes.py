"""What the provider's words mean for us, and which way a payment may move.

Note [Monotonic state]: events come twice, late and in any order. So an event never says what happened: it says where
to look. The object is fetched again, its state mapped here, and a payment only ever moves to a higher rank. Two
answers that overtake each other therefore end in the same state whatever their order.
"""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """A payment's life."""

    CREATED = "created"
    PROCESSING = "processing"
    FAILED = "failed"
    EXPIRED = "expired"
    SUCCEEDED = "succeeded"
    REFUNDED = "refunded"


class RefundStatus(StrEnum):
    """A refund's life; ``sent`` means that the provider has taken it."""

    REQUESTED = "requested"
    SENT = "sent"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


# Money that did arrive outranks our belief that it would not.
RANK = {
    State.CREATED: 0,
    State.PROCESSING: 1,
    State.FAILED: 2,
    State.EXPIRED: 2,
    State.SUCCEEDED: 3,
    State.REFUNDED: 4,
}
REFUND_RANK = {
    RefundStatus.REQUESTED: 0,
    RefundStatus.SENT: 1,
    RefundStatus.SUCCEEDED: 2,
    RefundStatus.FAILED: 2,
}
INTENT_NEEDS_ANOTHER_TRY = frozenset({"requires_payment_method", "canceled"})


def is_forward(present: str, proposed: str) -> bool:
    """Return whether a payment may move from the present to the proposed state."""
    return RANK[State(proposed)] > RANK[State(present)]


def is_refund_forward(present: str, proposed: str) -> bool:
    """Return whether a refund may move from the present to the proposed state."""
    return REFUND_RANK[RefundStatus(proposed)] > REFUND_RANK[RefundStatus(present)]


def checkout_state(session_status: str, payment_status: str, intent_status: str) -> State:
    """Return the state that Stripe's Checkout Session and its PaymentIntent stand for.

    An open session is ``created`` whatever was tried in it: a declined card may be followed by another.
    ``intent_status`` is empty when there is no intent.
    """
    if session_status == "expired":
        return State.EXPIRED
    if session_status != "complete":
        return State.CREATED
    if payment_status == "paid":
        return State.SUCCEEDED
    return State.FAILED if intent_status in INTENT_NEEDS_ANOTHER_TRY else State.PROCESSING


def refund_status(provider_status: str) -> RefundStatus:
    """Return our word for Stripe's refund status (pending, requires_action, succeeded, failed, canceled)."""
    if provider_status == "succeeded":
        return RefundStatus.SUCCEEDED
    return RefundStatus.FAILED if provider_status in {"failed", "canceled"} else RefundStatus.SENT


@dataclass(frozen=True)
class Terms:
    """What must be the same on both sides before money counts; the amount in ISO minor units."""

    payment_id: str
    amount_minor: int
    currency: str
    livemode: bool


def differences(expected: Terms, found: Terms) -> list[str]:
    """Return the names of the terms that differ, in a fixed order; empty when all agree."""
    names = ("payment_id", "amount_minor", "currency", "livemode")
    return [name for name in names if getattr(expected, name) != getattr(found, name)]
