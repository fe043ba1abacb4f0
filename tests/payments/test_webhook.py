"""The webhook truth table: what is a signed event of ours, and what is answered with 400 and never with 500."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from core import clock
from payments.gateways.stripe import sign_webhook
from payments.models import ProviderEvent
from tests.payments.actions import WEBHOOK, post_body, post_event

pytestmark = pytest.mark.django_db
EVENT: dict[str, Any] = {
    "id": "evt_1",
    "object": "event",
    "type": "customer.created",
    "livemode": False,
    "created": 1_790_000_000,
    "data": {"object": {"id": "cus_1"}},
}


def post(body: bytes, signature: str | None) -> int:
    headers = {} if signature is None else {"Stripe-Signature": signature}
    return Client().post(WEBHOOK, body, content_type="application/json", headers=headers).status_code


def signed(body: str, secret: str = "whsec_tests", moment: datetime | None = None) -> str:
    return sign_webhook(body, secret, moment or datetime.now(UTC))


def test_webhook_signed_is_stored_with_its_payload() -> None:
    assert post_event(EVENT) == 200

    event = ProviderEvent.objects.get()
    assert (event.pk, event.type, event.object_id) == ("evt_1", "customer.created", "cus_1")
    assert event.payload == EVENT


def test_webhook_twice_is_stored_once_and_answered_200() -> None:
    assert [post_event(EVENT), post_event(EVENT)] == [200, 200]

    assert ProviderEvent.objects.count() == 1


@pytest.mark.parametrize(("seconds_ago", "status"), [(299, 200), (310, 400), (-299, 200), (-310, 400), (-86_400, 400)])
def test_webhook_age_is_limited_in_both_directions(seconds_ago: int, status: int) -> None:
    assert post_event(EVENT, seconds_ago=seconds_ago) == status


@pytest.mark.parametrize(("secret", "status"), [("whsec_new", 200), ("whsec_old", 200), ("whsec_older", 400)])
def test_webhook_secret_in_rotation(settings: Any, secret: str, status: int) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_new", "whsec_old"]

    assert post_event(EVENT, secret=secret) == status


def test_webhook_with_two_signatures_of_which_one_is_ours_is_taken() -> None:
    body = json.dumps(EVENT)
    header = signed(body)
    stamp, ours = header.split(",")

    assert post(body.encode(), f"{stamp},v1={'0' * 64},{ours}") == 200


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "garbage",
        "t=,v1=",
        "t=12",
        "v1=abc",
        "t=abc,v1=abc",
        "t=1,t=2,v1=3",
        "=,=,=",
        "t=1790000000,v0=" + "a" * 64,
        "t=99999999999999999999999,v1=" + "a" * 64,
        "t=1790000000,v1=é",
    ],
)
def test_webhook_with_a_bad_header_is_refused(signature: str | None) -> None:
    assert post(json.dumps(EVENT).encode(), signature) == 400
    assert not ProviderEvent.objects.exists()


def test_webhook_with_v0_only_is_refused() -> None:
    body = json.dumps(EVENT)

    assert post(body.encode(), signed(body).replace("v1=", "v0=")) == 400


def test_webhook_changed_after_signing_is_refused() -> None:
    body = json.dumps(EVENT)

    assert post(body.replace("cus_1", "cus_2").encode(), signed(body)) == 400


def test_webhook_reserialised_by_somebody_is_refused() -> None:
    body = json.dumps(EVENT)

    assert post(json.dumps(json.loads(body), indent=1).encode(), signed(body)) == 400


def test_webhook_signed_for_the_empty_secret_is_refused(settings: Any) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = [""]

    assert post_event(EVENT, secret="") == 400


def test_webhook_without_any_secret_set_is_refused(settings: Any) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = []

    assert post_event(EVENT) == 400


@pytest.mark.parametrize("body", [b"\xff\xfe\x00", b"", b"{", b"\xc3\x28"])
def test_webhook_body_that_is_no_text_is_refused(body: bytes) -> None:
    assert post(body, signed("x")) == 400


@pytest.mark.parametrize(
    "body",
    [
        "",
        "not json",
        "[]",
        "null",
        "7",
        '"text"',
        "{}",
        '{"object": "event"}',
        json.dumps({**EVENT, "object": "v2.core.event"}),
        json.dumps({**EVENT, "created": float("nan")}),
        json.dumps({**EVENT, "id": None}),
        json.dumps({**EVENT, "data": None}).replace("cus_1", ""),
        json.dumps({**EVENT, "data": {"object": {"id": "a\x00b"}}}),
        json.dumps({**EVENT, "data": {"object": {"id": "\ud800"}}}),
        "[" * 100_000,
        "1" * 5_000,
    ],
)
def test_webhook_signed_but_no_event_is_refused(body: str) -> None:
    refused = post_body(body.encode())

    expected = 200 if json_has_event(body) else 400
    assert refused == expected


def json_has_event(body: str) -> bool:
    """An event about nothing is an event; it has no object id and is kept."""
    return body == json.dumps({**EVENT, "data": None}).replace("cus_1", "")


def test_webhook_by_get_is_not_there() -> None:
    assert Client().get(WEBHOOK).status_code == 405


def test_webhook_needs_no_csrf_token() -> None:
    body = json.dumps(EVENT)
    client = Client(enforce_csrf_checks=True)

    response = client.post(WEBHOOK, body, content_type="application/json", headers={"Stripe-Signature": signed(body)})

    assert response.status_code == 200


def test_webhook_of_the_other_mode_is_parked() -> None:
    assert post_event({**EVENT, "livemode": True}) == 200

    event = ProviderEvent.objects.get()
    assert event.parked_reason == "other mode: livemode differs"
    assert event.processed_at is None


def test_webhook_signature_follows_real_time_while_the_demo_clock_is_ahead() -> None:
    clock.move_forward(by=timedelta(days=7))

    assert post_event(EVENT) == 200
