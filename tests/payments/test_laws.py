"""What the database refuses, whoever asks."""

from typing import Any

import pytest
from django.db import DatabaseError

from core import clock
from core.errors import constraint_name
from core.transactions import atomic
from payments.models import Payment, PaymentAttempt, ProviderEvent
from tests.payments.actions import hear, last_event, open_payment, pay_with, post_event

pytestmark = pytest.mark.django_db


def refusal(model: Any, **changes: Any) -> str:
    """Update every row of the model and return the name of the law that forbids it."""
    with pytest.raises(DatabaseError) as broken, atomic():
        model.objects.update(**changes)
    return constraint_name(broken.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"amount_minor": 1},
        {"currency": "EUR"},
        {"purpose": "other"},
        {"reference": "other"},
        {"livemode": True},
        {"payer_email": "thief@example.org"},
        {"success_url": "http://elsewhere/"},
    ],
)
def test_payment_terms_never_change(changes: dict[str, Any]) -> None:
    open_payment()

    assert refusal(Payment, **changes) == "payment_terms_never_change"


@pytest.mark.parametrize("changes", [{"provider_session_id": "cs_other"}, {"provider_session_id": None}])
def test_payment_session_never_changes(changes: dict[str, Any]) -> None:
    open_payment()

    assert refusal(Payment, **changes) == "payment_facts_never_change"


@pytest.mark.parametrize("state", ["created", "processing", "failed", "expired"])
def test_payment_paid_never_goes_back(state: str) -> None:
    pay_with(open_payment())
    hear()

    assert refusal(Payment, state=state) == "payment_goes_forward"


MOMENT_LAWS = [
    ({"state": "processing"}, "payment_processing_has_moment"),
    ({"state": "succeeded"}, "payment_paid_through_provider"),
    ({"state": "succeeded", "provider_intent_id": "pi_1"}, "payment_succeeded_at_when_paid"),
    ({"state": "failed"}, "payment_failed_at_when_failed"),
    ({"state": "expired"}, "payment_expired_at_when_expired"),
    ({"failed_at": "now"}, "payment_created_has_no_outcome"),
    ({"succeeded_at": "now"}, "payment_created_has_no_outcome"),
]


@pytest.mark.parametrize(("changes", "law"), MOMENT_LAWS)
def test_payment_state_and_moments_belong_together(changes: dict[str, Any], law: str) -> None:
    open_payment()
    at = clock.now()

    assert refusal(Payment, **{name: at if value == "now" else value for name, value in changes.items()}) == law


def row(**changes: Any) -> Payment:
    at = clock.now()
    values = {
        "purpose": "p",
        "reference": "r",
        "amount_minor": 100,
        "currency": "GBP",
        "provider": "sandbox",
        "livemode": False,
        "created_at": at,
        "expires_at": at.replace(year=at.year + 1),
        "next_check_at": at,
    }
    return Payment(**{**values, **changes})


@pytest.mark.parametrize(
    ("changes", "law"),
    [
        ({"amount_minor": 0}, "payment_amount_positive"),
        ({"amount_minor": -1}, "payment_amount_positive"),
        ({"currency": "gbp"}, "payment_currency_is_code"),
        ({"currency": "KWD", "amount_minor": 1_234}, "payment_amount_fits_step"),
        ({"currency": "MGA", "amount_minor": 150}, "payment_amount_fits_step"),
        ({"state": "lost"}, "payment_state_known"),
    ],
)
def test_payment_that_cannot_be_is_refused(changes: dict[str, Any], law: str) -> None:
    with pytest.raises(DatabaseError) as broken, atomic():
        row(**changes).save()

    assert constraint_name(broken.value) == law


def test_payment_open_twice_for_one_thing_is_refused() -> None:
    row().save()

    with pytest.raises(DatabaseError) as broken, atomic():
        row().save()

    assert constraint_name(broken.value) == "payment_one_open_per_reference"


@pytest.mark.parametrize("model", [Payment, PaymentAttempt, ProviderEvent])
def test_rows_of_money_are_never_deleted(model: Any) -> None:
    pay_with(open_payment())
    hear()

    with pytest.raises(DatabaseError), atomic():
        model.objects.all()._raw_delete("default")


def test_attempt_ends_once() -> None:
    open_payment()

    assert refusal(PaymentAttempt, outcome="open", ended_at=None) == "attempt_ends_once"


def test_event_facts_never_change() -> None:
    pay_with(open_payment())
    post_event(last_event("checkout.session.completed"))

    assert refusal(ProviderEvent, payload={"forged": True}) == "event_facts_never_change"


def test_event_processed_stays_processed() -> None:
    pay_with(open_payment())
    hear()

    assert refusal(ProviderEvent, processed_at=None) == "event_facts_never_change"
