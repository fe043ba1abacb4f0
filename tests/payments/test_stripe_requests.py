"""Every request of the adapter, held against the SDK's own types and against Stripe's OpenAPI description."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jsonschema
import pytest
from stripe.params import (
    EventListParams,
    PaymentIntentRetrieveParams,
    RefundCreateParams,
    RefundListParams,
    RefundRetrieveParams,
)
from stripe.params.checkout import SessionCreateParams, SessionExpireParams, SessionRetrieveParams

from core import clock
from core.transactions import atomic
from payments.gateways.current import current_gateway
from payments.gateways.stripe import API_VERSION, EVENT_TYPES
from payments.sandbox.forms import decode
from payments.services.checkouts import close_checkout
from payments.services.refunds import request_refund
from payments.services.returns import record_return
from payments.services.sweeping import sweep
from tests.payments.actions import fresh, hear, open_payment, pay_with
from tests.payments.params_checker import problems
from tests.payments.wires import Recorder, Request

pytestmark = pytest.mark.django_db
DESCRIPTION = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "stripe-requests-2024-04-10.json"

# Parameters that are newer than the description of 2024-04-10; each was found in the SDK's types of 2026-10-28.
NEWER_THAN_DESCRIPTION = {
    ("post", "/v1/checkout/sessions"): {
        "adaptive_pricing": "Adaptive Pricing came in 2024-05; sent as enabled=false",
        "allowed_payment_method_types": "replaces payment_method_types in 2026-10-28.endive",
    },
}
PARAMS: dict[tuple[str, str], Any] = {
    ("post", "/v1/checkout/sessions"): SessionCreateParams,
    ("get", "/v1/checkout/sessions/{session}"): SessionRetrieveParams,
    ("post", "/v1/checkout/sessions/{session}/expire"): SessionExpireParams,
    ("get", "/v1/payment_intents/{intent}"): PaymentIntentRetrieveParams,
    ("post", "/v1/refunds"): RefundCreateParams,
    ("get", "/v1/refunds"): RefundListParams,
    ("get", "/v1/refunds/{refund}"): RefundRetrieveParams,
    ("get", "/v1/events"): EventListParams,
}
PREFIXES = {"cs": "{session}", "pi": "{intent}", "re": "{refund}"}


@pytest.fixture
def spoken(wire: Recorder) -> list[Request]:
    """Drive every method of the adapter in its ordinary use and return what went over the line."""
    paid = pay_with(open_payment())
    record_return(payment=paid, at=clock.now())
    close_checkout(payment=open_payment(reference="withdrawn", currency="UGX", amount_minor=5_000), at=clock.now())
    with atomic():
        request_refund(payment=paid, amount_minor=100, key="k", reason="test", by=None, at=clock.now())
    sweep()
    hear()
    gateway = current_gateway()
    gateway.refunds_of_intent(fresh(paid).provider_intent_id or "")
    gateway.payment_of_intent(fresh(paid).provider_intent_id or "")
    return wire.requests


def route(request: Request) -> tuple[str, str]:
    """Return method and path as the description writes them."""
    parts = urlsplit(request.path).path.split("/")
    return request.method, "/".join(
        PREFIXES.get(part.split("_")[0], part) if "_test_" in part else part for part in parts
    )


def encoded(request: Request) -> str:
    return request.body if request.method == "post" else urlsplit(request.path).query


def test_every_endpoint_is_spoken_to(spoken: list[Request]) -> None:
    assert {route(request) for request in spoken} == set(PARAMS)


def test_every_request_pins_version_and_every_post_has_our_key(spoken: list[Request]) -> None:
    ours = ("test_purpose:", "refund:")
    versions = {request.headers["Stripe-Version"] for request in spoken}
    # Expiring a session twice is harmless: it is the one POST that needs no key of ours.
    keyless = [
        route(request)[1]
        for request in spoken
        if request.method == "post" and not request.headers["Idempotency-Key"].startswith(ours)
    ]

    assert versions == {API_VERSION}
    assert set(keyless) == {"/v1/checkout/sessions/{session}/expire"}


def test_every_request_fits_the_types_of_the_sdk(spoken: list[Request], monkeypatch: pytest.MonkeyPatch) -> None:
    found = {route(request): problems(typed(request), PARAMS[route(request)]) for request in spoken}

    assert found == {path: [] for path in PARAMS}


def typed(request: Request) -> dict[str, Any]:
    """Return the request's values with the types they had before form encoding."""
    values: dict[str, Any] = numbers(decode(encoded(request)))
    return values


NUMBERS = {"unit_amount", "quantity", "expires_at", "amount", "limit", "gte"}
FLAGS = {"enabled"}


def numbers(value: Any, name: str = "") -> Any:
    """Give numbers and flags back their types; what is not written as one stays text and will not fit."""
    if isinstance(value, dict):
        return {key: numbers(part, key) for key, part in value.items()}
    if isinstance(value, list):
        return [numbers(part) for part in value]
    if name in NUMBERS and value.lstrip("-").isdigit():
        return int(value)
    return {"true": True, "false": False}.get(value, value) if name in FLAGS else value


def test_every_request_fits_stripes_own_description(spoken: list[Request]) -> None:
    if not DESCRIPTION.exists():
        pytest.skip("Stripe's description is not beside the project (../shared/data)")
    paths = json.loads(DESCRIPTION.read_text())["paths"]

    for request in spoken:
        method, path = route(request)
        values = typed(request)
        newer = NEWER_THAN_DESCRIPTION.get((method, path), {})
        jsonschema.validate(
            {name: part for name, part in values.items() if name not in newer}, schema(paths, method, path)
        )


def test_no_documented_difference_is_idle(spoken: list[Request]) -> None:
    for (method, path), names in NEWER_THAN_DESCRIPTION.items():
        sent = {name for request in spoken if route(request) == (method, path) for name in typed(request)}
        assert set(names) <= sent


def schema(paths: dict[str, Any], method: str, path: str) -> dict[str, Any]:
    """Return the JSON schema of the request's body, or one made of its query parameters."""
    operation = paths[path][method]
    if method == "post":
        body: dict[str, Any] = operation["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
        return body
    named = {part["name"]: part["schema"] for part in operation["parameters"] if part["in"] == "query"}
    return {"type": "object", "additionalProperties": False, "properties": named}


def test_description_refuses_a_wrong_request() -> None:
    if not DESCRIPTION.exists():
        pytest.skip("Stripe's description is not beside the project (../shared/data)")
    paths = json.loads(DESCRIPTION.read_text())["paths"]

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"mode": "paiment"}, schema(paths, "post", "/v1/checkout/sessions"))


def test_events_are_asked_for_by_type_and_time(wire: Recorder) -> None:
    since = clock.now() - timedelta(days=3)

    current_gateway().list_events(since=since, limit=10)

    query = dict(parse_qsl(urlsplit(wire.requests[0].path).query))
    assert query["created[gte]"] == str(int(since.timestamp()))
    assert len(EVENT_TYPES) <= 20  # Stripe takes no more


@pytest.mark.parametrize(
    ("amount_minor", "currency", "unit_amount"),
    [
        (50_000, "GBP", 50_000),
        (500, "JPY", 500),
        (5_000, "UGX", 500_000),
        (1_230, "KWD", 1_230),
        (50_000, "VND", 50_000),
    ],
)
def test_request_amount_is_in_stripes_units(
    wire: Recorder, amount_minor: int, currency: str, unit_amount: int, new_payment: Callable[..., Any]
) -> None:
    payment = new_payment(amount_minor=amount_minor, currency=currency)

    price = typed(wire.requests[0])["line_items"][0]["price_data"]
    assert (price["unit_amount"], price["currency"]) == (unit_amount, currency.lower())
    assert record_return(payment=pay_with(payment), at=clock.now()).state == "succeeded"
