"""The sandbox keeps to Stripe's shapes, keys and errors."""

from typing import Any

import pytest
import stripe
from django.core.exceptions import ImproperlyConfigured

from payments.gateways.current import current_gateway
from payments.gateways.stripe import API_VERSION, InProcessClient
from payments.models import SandboxIntent, SandboxRefund, SandboxSession
from payments.sandbox import objects
from payments.sandbox.api import answer
from payments.sandbox.forms import decode
from tests.payments.actions import hear, last_event, open_payment, pay_with
from tests.payments.params_checker import problems, resolve
from tests.payments.test_refunds import refund

pytestmark = pytest.mark.django_db


def client(key: str = "sk_test_sandbox", version: str = API_VERSION) -> stripe.StripeClient:
    return stripe.StripeClient(key, stripe_version=version, max_network_retries=0, http_client=InProcessClient(answer))


def session_params(**changes: Any) -> Any:
    from core import clock

    price = {"currency": "gbp", "unit_amount": 100, "product_data": {"name": "x"}}
    return {
        "mode": "payment",
        "line_items": [{"quantity": 2, "price_data": price}],
        "success_url": "http://localhost/",
        "expires_at": int(clock.now().timestamp()) + 3_600,
        **changes,
    }


def misfits(shown: dict[str, Any], resource: Any) -> list[str]:
    """Return what of an answer the SDK's resource class does not know or types otherwise."""
    fields = {
        name: kind for cls in reversed(resource.__mro__) for name, kind in vars(cls).get("__annotations__", {}).items()
    }
    found = [name for name in shown if name not in fields]
    simple = {"int", "str", "bool", "Optional[int]", "Optional[str]", "List[str]"}
    for name, value in shown.items():
        if name in fields and str(fields[name]) in simple:
            found += problems(value, resolve(fields[name], resource.__module__), module=resource.__module__, path=name)
    return found


def test_answers_know_only_fields_of_stripes_resources() -> None:
    payment = pay_with(open_payment())
    hear()
    refund(type(payment).objects.get())
    from payments.services.sweeping import sweep

    sweep()
    session, intent, paid_back = SandboxSession.objects.get(), SandboxIntent.objects.get(), SandboxRefund.objects.get()

    assert misfits(objects.session_json(session), stripe.checkout.Session) == []
    assert misfits(objects.intent_json(intent), stripe.PaymentIntent) == []
    assert misfits(objects.refund_json(paid_back), stripe.Refund) == []
    assert misfits(objects.event_json(last_event("refund.created")), stripe.Event) == []
    assert misfits({**objects.session_json(session), "livemode": "no", "colour": 1}, stripe.checkout.Session) != []


def test_event_types_are_stripes_own() -> None:
    from stripe.params import WebhookEndpointCreateParams

    from payments.gateways.stripe import EVENT_TYPES

    known = {"url": "http://localhost/", "enabled_events": EVENT_TYPES}
    assert problems(known, WebhookEndpointCreateParams) == []
    assert problems({**known, "enabled_events": ["checkout.session.invented"]}, WebhookEndpointCreateParams) != []


def test_same_key_and_body_gives_the_same_answer() -> None:
    params = session_params()

    first = client().v1.checkout.sessions.create(params, {"idempotency_key": "k"})
    second = client().v1.checkout.sessions.create(params, {"idempotency_key": "k"})

    assert first.id == second.id
    assert SandboxSession.objects.count() == 1
    assert first.amount_total == 200


def test_same_key_with_another_body_is_an_idempotency_error() -> None:
    client().v1.checkout.sessions.create(session_params(), {"idempotency_key": "k"})

    with pytest.raises(stripe.IdempotencyError):
        client().v1.checkout.sessions.create(session_params(success_url="http://other/"), {"idempotency_key": "k"})


def test_refused_request_does_not_use_up_its_key() -> None:
    with pytest.raises(stripe.InvalidRequestError):
        client().v1.checkout.sessions.create(session_params(mode=""), {"idempotency_key": "k"})

    assert client().v1.checkout.sessions.create(session_params(), {"idempotency_key": "k"}).status == "open"


@pytest.mark.parametrize("seconds", [60, 1_700, 90_000])
def test_session_time_outside_what_stripe_takes_is_refused(seconds: int) -> None:
    from core import clock

    with pytest.raises(stripe.InvalidRequestError):
        client().v1.checkout.sessions.create(session_params(expires_at=int(clock.now().timestamp()) + seconds))


def test_unknown_objects_are_missing() -> None:
    for call in (
        client().v1.checkout.sessions.retrieve,
        client().v1.payment_intents.retrieve,
        client().v1.refunds.retrieve,
    ):
        with pytest.raises(stripe.InvalidRequestError) as missing:
            call("cs_test_nothing")
        assert (missing.value.http_status, missing.value.code) == (404, "resource_missing")


def test_complete_session_cannot_be_expired() -> None:
    payment = pay_with(open_payment())

    with pytest.raises(stripe.InvalidRequestError):
        client().v1.checkout.sessions.expire(payment.provider_session_id or "")


def test_refund_beyond_what_is_left_is_refused() -> None:
    payment = pay_with(open_payment())
    hear()
    intent = type(payment).objects.get().provider_intent_id or ""
    client().v1.refunds.create({"payment_intent": intent, "amount": 49_999})

    with pytest.raises(stripe.InvalidRequestError):
        client().v1.refunds.create({"payment_intent": intent, "amount": 2})


def test_foreign_key_is_not_let_in() -> None:
    with pytest.raises(stripe.AuthenticationError):
        client("sk_live_real").v1.events.list()


def test_other_version_is_refused() -> None:
    with pytest.raises(stripe.InvalidRequestError):
        client(version="2024-04-10").v1.events.list()


def test_address_stripe_does_not_have_is_refused() -> None:
    with pytest.raises(stripe.InvalidRequestError):
        client().v1.customers.list()


@pytest.mark.parametrize(
    ("changes", "word"),
    [({"STRIPE_SECRET_KEY": "sk_live_x"}, "live key"), ({"DEMO": False}, "outside the demo")],
)
def test_sandbox_beside_real_money_does_not_answer(settings: Any, changes: dict[str, Any], word: str) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)

    with pytest.raises(ImproperlyConfigured, match=word):
        current_gateway()
    with pytest.raises(ImproperlyConfigured, match=word):
        answer("get", "https://api.stripe.com/v1/events", {}, None)


def test_form_encoding_is_read_back_nested() -> None:
    text = "a[0][b]=1&a[0][c][d]=x&a[1][b]=2&e[]=p&e[]=q&f=&g[h]=%20"

    assert decode(text) == {
        "a": [{"b": "1", "c": {"d": "x"}}, {"b": "2"}],
        "e": ["p", "q"],
        "f": "",
        "g": {"h": " "},
    }
