"""What an event leads to: which object to fetch, and which row of ours it concerns."""

from dataclasses import dataclass
from datetime import datetime

from core.transactions import needs_transaction, refuses_transaction
from payments.errors import Mismatch
from payments.gateways.current import current_gateway
from payments.gateways.port import CheckoutFacts, RefundFacts
from payments.models import Payment, ProviderEvent, Refund
from payments.rules.outcomes import State
from payments.services.settling import settle_checkout, settle_refund

OF_ANOTHER_PAGE = {"session_id", "intent_id"}
HARMLESS = {State.CREATED, State.EXPIRED, State.FAILED}


class NotOurs(Exception):
    """The event concerns nothing we asked for; a person must look."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True)
class News:
    """Facts fetched about one of our rows; all empty when the event needs no action."""

    payment_id: int | None = None
    refund_id: int | None = None
    checkout: CheckoutFacts | None = None
    refund: RefundFacts | None = None


@refuses_transaction
def fetch_news(event: ProviderEvent) -> News:
    """Fetch the object of the event; raise `NotOurs` when no row of ours belongs to it."""
    if event.type.startswith("checkout.session."):
        return checkout_news(event.object_id)
    if event.type.startswith("payment_intent."):
        return intent_news(event.object_id)
    if event.type.startswith("refund."):
        return refund_news(event.object_id)
    if event.type.startswith("charge.dispute."):
        raise NotOurs("a payer disputes a payment at their bank")
    return News()


def checkout_news(session_id: str) -> News:
    """Fetch a checkout and find its payment by our id inside it."""
    facts = current_gateway().fetch_checkout(session_id)
    payment = Payment.objects.filter(public_id=facts.terms.payment_id).first()
    payment = payment or Payment.objects.filter(provider_session_id=session_id).first()
    if payment is None:
        raise NotOurs("no payment of ours has this checkout")
    return News(payment_id=payment.pk, checkout=facts)


def intent_news(intent_id: str) -> News:
    """Find the payment of an intent and fetch its checkout; before its checkout is known there is nothing to do."""
    payment = Payment.objects.filter(provider_intent_id=intent_id).first()
    if payment is None:
        public_id = current_gateway().payment_of_intent(intent_id)
        payment = Payment.objects.filter(public_id=public_id).first()
    if payment is None:
        raise NotOurs("no payment of ours has this intent")
    if payment.provider_session_id is None:
        return News()  # the checkout's own event will bring its id
    return News(payment_id=payment.pk, checkout=current_gateway().fetch_checkout(payment.provider_session_id))


def refund_news(provider_refund_id: str) -> News:
    """Fetch a refund and find its row by our id inside it."""
    facts = current_gateway().fetch_refund(provider_refund_id)
    refund = Refund.objects.filter(public_id=facts.refund_id).first()
    refund = refund or Refund.objects.filter(provider_refund_id=provider_refund_id).first()
    if refund is None:
        raise NotOurs("this refund was not ordered here")
    return News(refund_id=refund.pk, refund=facts)


@needs_transaction
def settle_news(news: News, *, at: datetime) -> None:
    """Write what was fetched. Raises `Mismatch`."""
    if news.checkout is not None and news.payment_id is not None:
        try:
            settle_checkout(payment_id=news.payment_id, facts=news.checkout, at=at)
        except Mismatch as mismatch:
            if not _is_leftover_page(mismatch, news.checkout):
                raise
    if news.refund is not None and news.refund_id is not None:
        settle_refund(refund_id=news.refund_id, facts=news.refund, at=at)


def _is_leftover_page(mismatch: Mismatch, facts: CheckoutFacts) -> bool:
    """A second page of the same payment, made when the provider failed while answering; nobody was sent to it."""
    return "session_id" in mismatch.differing and set(mismatch.differing) <= OF_ANOTHER_PAGE and facts.state in HARMLESS
