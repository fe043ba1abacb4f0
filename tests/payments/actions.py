"""What payers, the sandbox and the house do in these tests."""

import json
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.test import Client

from core import clock
from core.transactions import atomic
from payments.gateways.stripe import sign_webhook
from payments.models import Payment, SandboxDelivery, SandboxEvent
from payments.sandbox.cards import Card, pay
from payments.sandbox.delivery import deliver_waiting
from payments.sandbox.objects import event_json
from payments.services.checkouts import open_checkout
from payments.services.events import process_event, waiting_events
from tests.payments.fake_purpose import PURPOSE

WEBHOOK = "/payments/webhook/stripe/"


def open_payment(**changes: Any) -> Payment:
    """Open a checkout of 500.00 pounds unless told otherwise."""
    at = clock.now()
    terms: dict[str, Any] = {
        "purpose": PURPOSE,
        "reference": "application-1",
        "amount_minor": 50_000,
        "currency": "GBP",
        "payer_email": "customer@demo.example",
        "description": "20 shares",
        "success_url": f"{settings.SITE_ORIGIN}/back/",
        "cancel_url": f"{settings.SITE_ORIGIN}/cancelled/",
        "expires_at": at + timedelta(hours=2),
        "by": None,
        "at": at,
    }
    return open_checkout(**{**terms, **changes})


def pay_with(payment: Payment, card: Card = Card.GOOD, *, at: datetime | None = None) -> Payment:
    """Let the payer try a card on the sandbox's page."""
    with atomic():
        pay(payment.provider_session_id or "", card, at=at or clock.now())
    return payment


def hear() -> None:
    """Deliver what the sandbox has to tell, and act on it."""
    deliver_waiting()
    act()


def act() -> None:
    """Act on every stored event that waits."""
    for event_id in waiting_events(100):
        process_event(event_id=event_id)


def fresh(payment: Payment) -> Payment:
    """Read the payment again."""
    return Payment.objects.get(pk=payment.pk)


def last_event(kind: str) -> SandboxEvent:
    """Return the sandbox's latest event of the type."""
    return SandboxEvent.objects.filter(type=kind).latest("number")


def drop_deliveries() -> None:
    """Lose every webhook that waits."""
    SandboxDelivery.objects.update(delivered_at=clock.now())


def post_to_test_client(path: str, body: str, signature: str) -> str:
    """Stand in for HTTP: post into the site and return the status as text."""
    response = Client().post(path, body, content_type="application/json", headers={"Stripe-Signature": signature})
    return str(response.status_code)


def post_event(event: dict[str, Any] | SandboxEvent, **signing: Any) -> int:
    """Post an event signed now; return the status."""
    body = json.dumps(event_json(event) if isinstance(event, SandboxEvent) else event)
    return post_body(body.encode(), **signing)


def post_body(body: bytes, *, secret: str = "whsec_tests", seconds_ago: int = 0) -> int:
    """Sign any body and post it; return the status."""
    moment = clock.now() - clock.offset() - timedelta(seconds=seconds_ago)
    signature = sign_webhook(body.decode("utf-8"), secret, moment)
    response = Client().post(WEBHOOK, body, content_type="application/json", headers={"Stripe-Signature": signature})
    return response.status_code
