"""Against Stripe itself, for a maintainer who has a test key: ``STRIPE_TEST_KEY=sk_test_... pytest -m live_stripe``.

Proves that the request is taken by the real service and that its answers read as ours do. Moves no money.
"""

import _socket
import os
import secrets
import socket
from datetime import UTC, datetime, timedelta

import pytest

from payments.errors import ProviderRefused, UnknownToProvider
from payments.gateways.port import CheckoutOrder
from payments.gateways.stripe import StripeGateway
from payments.rules.outcomes import State, Terms

KEY = os.environ.get("STRIPE_TEST_KEY", "")
pytestmark = [
    pytest.mark.live_stripe,
    pytest.mark.skipif(not KEY.startswith(("sk_test_", "rk_test_")), reason="STRIPE_TEST_KEY names no test key"),
]


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> StripeGateway:
    """The adapter with a real connection: the one test that may leave this machine."""
    monkeypatch.setattr(socket.socket, "connect", _socket.socket.connect)
    return StripeGateway(KEY, ())


def order(**changes: object) -> CheckoutOrder:
    terms = {
        "payment_id": secrets.token_urlsafe(16),
        "amount_minor": 50_000,
        "currency": "GBP",
        "description": "20 shares",
        "payer_email": "customer@example.com",
        "language": "vi",
        "success_url": "https://example.com/back",
        "cancel_url": "https://example.com/cancelled",
        "expires_at": datetime.now(UTC) + timedelta(hours=1),
    }
    return CheckoutOrder(**{**terms, **changes})  # type: ignore[arg-type]


@pytest.mark.django_db
def test_live_checkout_opens_repeats_and_closes(gateway: StripeGateway) -> None:
    wanted = order()

    opened = gateway.open_checkout(wanted, key=wanted.payment_id)
    again = gateway.open_checkout(wanted, key=wanted.payment_id)
    closed = gateway.close_checkout(opened.session_id)

    assert opened.state == State.CREATED
    assert opened.terms == Terms(wanted.payment_id, 50_000, "GBP", False)
    assert opened.url.startswith("https://checkout.stripe.com/")
    assert again.session_id == opened.session_id
    assert closed.state == State.EXPIRED


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("amount_minor", "currency"), [(5_000, "JPY"), (200_000, "VND"), (20_000, "UGX"), (1_000, "KWD")]
)
def test_live_checkout_shows_the_amount_we_mean(gateway: StripeGateway, amount_minor: int, currency: str) -> None:
    wanted = order(amount_minor=amount_minor, currency=currency)

    opened = gateway.open_checkout(wanted, key=wanted.payment_id)
    gateway.close_checkout(opened.session_id)

    assert (opened.terms.amount_minor, opened.terms.currency) == (amount_minor, currency)


@pytest.mark.django_db
def test_live_unknown_and_refused_are_told_apart(gateway: StripeGateway) -> None:
    with pytest.raises(UnknownToProvider):
        gateway.fetch_checkout("cs_test_nothing")
    with pytest.raises(ProviderRefused):
        gateway.open_checkout(order(success_url="no address"), key=secrets.token_urlsafe(8))


@pytest.mark.django_db
def test_live_events_can_be_listed(gateway: StripeGateway) -> None:
    events = gateway.list_events(since=datetime.now(UTC) - timedelta(days=3), limit=150)

    assert all(event.livemode is False for event in events)
