"""What every provider of payments must do for us, in our words.

Amounts are ISO minor units; moments are aware. Every method that reaches the network refuses to run inside a
transaction and raises only `payments.errors.ProviderError`s.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from payments.rules.outcomes import RefundStatus, State, Terms


@dataclass(frozen=True)
class CheckoutOrder:
    """Everything a payment page is opened with; the same order gives the same request body."""

    payment_id: str
    amount_minor: int
    currency: str
    description: str
    payer_email: str
    language: str
    success_url: str
    cancel_url: str
    expires_at: datetime


@dataclass(frozen=True)
class CheckoutFacts:
    """What the provider holds about a checkout at this moment."""

    session_id: str
    intent_id: str | None
    state: State
    terms: Terms
    url: str
    failure: str


@dataclass(frozen=True)
class RefundOrder:
    """Everything a refund is sent with."""

    refund_id: str
    intent_id: str
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class RefundFacts:
    """What the provider holds about a refund; ``refund_id`` is ours, empty when the refund was not ordered by us."""

    provider_refund_id: str
    refund_id: str
    intent_id: str
    status: RefundStatus
    amount_minor: int
    currency: str
    failure: str


@dataclass(frozen=True)
class EventFacts:
    """A message of the provider whose origin is proven."""

    event_id: str
    type: str
    object_id: str
    livemode: bool
    created_at: datetime
    payload: dict[str, Any]


class Gateway(Protocol):
    """A provider of payments."""

    def open_checkout(self, order: CheckoutOrder, *, key: str) -> CheckoutFacts:
        """Open a payment page; the same key opens it once."""

    def fetch_checkout(self, session_id: str) -> CheckoutFacts:
        """Return what the provider holds now."""

    def close_checkout(self, session_id: str) -> CheckoutFacts:
        """Let the payment page expire; a page that is over stays as it is."""

    def payment_of_intent(self, intent_id: str) -> str:
        """Return our payment's public id from the provider's intent, or an empty string."""

    def send_refund(self, order: RefundOrder, *, key: str) -> RefundFacts:
        """Pay back; the same key pays once."""

    def fetch_refund(self, provider_refund_id: str) -> RefundFacts:
        """Return what the provider holds now."""

    def refunds_of_intent(self, intent_id: str) -> list[RefundFacts]:
        """Return all refunds the provider holds of the intent, also those not ordered by us."""

    def list_events(self, *, since: datetime, limit: int) -> list[EventFacts]:
        """Return at most ``limit`` of the provider's events from that moment on, newest first."""

    def read_webhook(self, body: bytes, signature: str, *, moment: datetime) -> EventFacts:
        """Return the event of a signed body, or raise `BadWebhook`; ``moment`` is the present, in real time."""
