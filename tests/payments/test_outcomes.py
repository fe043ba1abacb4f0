from itertools import permutations

import pytest

from payments.gateways.stripe_facts import NO_AMOUNT_OF_OURS, checkout_facts, event_facts, minor_amount
from payments.rules.outcomes import (
    RefundStatus,
    State,
    Terms,
    checkout_state,
    differences,
    is_forward,
    refund_status,
)


@pytest.mark.parametrize(
    ("session", "payment", "intent", "expected"),
    [
        ("open", "unpaid", "", State.CREATED),
        ("open", "unpaid", "requires_payment_method", State.CREATED),
        ("open", "unpaid", "requires_action", State.CREATED),
        ("complete", "paid", "succeeded", State.SUCCEEDED),
        ("complete", "unpaid", "processing", State.PROCESSING),
        ("complete", "unpaid", "requires_payment_method", State.FAILED),
        ("complete", "unpaid", "canceled", State.FAILED),
        ("complete", "unpaid", "", State.PROCESSING),
        ("expired", "unpaid", "", State.EXPIRED),
    ],
)
def test_checkout_state_by_what_stripe_says(session: str, payment: str, intent: str, expected: State) -> None:
    assert checkout_state(session, payment, intent) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("succeeded", RefundStatus.SUCCEEDED),
        ("failed", RefundStatus.FAILED),
        ("canceled", RefundStatus.FAILED),
        ("pending", RefundStatus.SENT),
        ("requires_action", RefundStatus.SENT),
    ],
)
def test_refund_status_by_what_stripe_says(status: str, expected: RefundStatus) -> None:
    assert refund_status(status) == expected


def test_state_reached_does_not_depend_on_the_order_of_answers() -> None:
    for answers in permutations([State.CREATED, State.PROCESSING, State.SUCCEEDED, State.FAILED]):
        state = State.CREATED
        for answer in answers:
            state = answer if is_forward(state, answer) else state
        assert state == State.SUCCEEDED


def test_state_never_goes_back_and_a_refund_is_the_end() -> None:
    assert [state for state in State if is_forward(State.REFUNDED, state)] == []
    assert [state for state in State if is_forward(State.FAILED, state)] == [State.SUCCEEDED, State.REFUNDED]


@pytest.mark.parametrize("name", ["payment_id", "amount_minor", "currency", "livemode"])
def test_terms_that_differ_are_named(name: str) -> None:
    terms = {"payment_id": "a", "amount_minor": 1, "currency": "GBP", "livemode": False}
    other = {"payment_id": "b", "amount_minor": 2, "currency": "EUR", "livemode": True}

    assert differences(Terms(**terms), Terms(**terms)) == []  # type: ignore[arg-type]
    assert differences(Terms(**terms), Terms(**{**terms, name: other[name]})) == [name]  # type: ignore[arg-type]


def test_paid_amount_is_what_the_intent_received() -> None:
    intent = {"id": "pi_1", "status": "succeeded", "amount_received": 100, "currency": "gbp"}
    session = {
        "id": "cs_1",
        "status": "complete",
        "payment_status": "paid",
        "payment_intent": intent,
        "amount_total": 50_000,
        "currency": "gbp",
        "livemode": False,
        "client_reference_id": "p",
    }

    assert checkout_facts(session).terms == Terms("p", 100, "GBP", False)


def test_amount_that_does_not_fit_the_currency_equals_none_of_ours() -> None:
    assert minor_amount(750, "ugx") == NO_AMOUNT_OF_OURS
    assert minor_amount(700, "ugx") == 7
    assert minor_amount(None, "gbp") == NO_AMOUNT_OF_OURS


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"object": "event"},
        {"object": "v2.core.event", "id": "evt_1", "type": "t", "livemode": False, "created": 1},
        {"object": "event", "id": 7, "type": "t", "livemode": False, "created": 1},
        {"object": "event", "id": "e" * 256, "type": "t", "livemode": False, "created": 1},
        {"object": "event", "id": "evt_1", "type": "t" * 101, "livemode": False, "created": 1},
        {"object": "event", "id": "evt_1", "type": "t", "livemode": "no", "created": 1},
        {"object": "event", "id": "evt_1", "type": "t", "livemode": False, "created": 10**12},
        {"object": "event", "id": "evt_1", "type": "t", "livemode": False, "created": True},
        {"object": "event", "id": "evt_1", "type": "t", "livemode": False, "created": 1, "data": {"object": {"id": 3}}},
        {"object": "event", "id": "evt_1", "type": "t", "livemode": False, "created": 1, "data": {"object": []}},
    ],
)
def test_event_of_another_shape_is_refused(event: dict[str, object]) -> None:
    with pytest.raises((ValueError, AttributeError)):
        event_facts(event)
