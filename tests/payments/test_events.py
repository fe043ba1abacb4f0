"""Events in any order, any number of times, lead to one end state."""

import json
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock
from core.errors import Busy
from core.transactions import atomic
from payments.enums import PaymentState
from payments.errors import OutcomeUnknown
from payments.models import Payment, ProviderEvent, SandboxEvent, SandboxSession
from payments.queries.payments import parked_events
from payments.sandbox.cards import Card, bank_answers, confirm, pay
from payments.sandbox.objects import event_json
from payments.services import events
from payments.services.events import dismiss_event, process_event, retry_event
from payments.services.returns import record_return
from tests.payments import fake_purpose
from tests.payments.actions import (
    act,
    drop_deliveries,
    fresh,
    hear,
    last_event,
    open_payment,
    pay_with,
    post_event,
)
from tests.payments.fake_purpose import told
from tests.payments.wires import Recorder, dropped_after_effect, dropped_before_effect, error

pytestmark = pytest.mark.django_db


def slow(payment: Payment, card: Card) -> None:
    pay_with(payment, card)
    record_return(payment=payment, at=clock.now())
    with atomic():
        bank_answers(fresh(payment).provider_intent_id or "", at=clock.now())


def declined_then_paid(payment: Payment) -> None:
    pay_with(payment, Card.NO_FUNDS)
    pay_with(payment, Card.GOOD)


def secure_twice(payment: Payment) -> None:
    for is_me in (False, True):
        pay_with(payment, Card.SECURE)
        with atomic():
            confirm(payment.provider_session_id or "", is_me=is_me, at=clock.now())


SCENARIOS: dict[str, tuple[Callable[[Payment], object], str, list[str]]] = {
    "paid": (pay_with, PaymentState.SUCCEEDED, ["paid"]),
    "slow and paid": (lambda payment: slow(payment, Card.SLOW), PaymentState.SUCCEEDED, ["processing", "paid"]),
    "slow and failed": (lambda payment: slow(payment, Card.SLOW_FAIL), PaymentState.FAILED, ["processing", "failed"]),
    "declined, then paid": (declined_then_paid, PaymentState.SUCCEEDED, ["paid"]),
    "3-D Secure refused, then confirmed": (secure_twice, PaymentState.SUCCEEDED, ["paid"]),
    "declined": (lambda payment: pay_with(payment, Card.NO_FUNDS), PaymentState.CREATED, []),
}


@pytest.mark.parametrize("name", SCENARIOS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_events_in_any_order_and_number_lead_to_one_end(name: str, data: st.DataObject) -> None:
    happens, state, stories = SCENARIOS[name]
    before = SandboxEvent.objects.count()
    payment = open_payment(reference=f"application {before} {data.draw(st.uuids())}")
    happens(payment)
    drop_deliveries()
    arrived = list(SandboxEvent.objects.order_by("number")[before:])
    arrived += data.draw(st.lists(st.sampled_from(arrived), max_size=4)) if arrived else []
    arrived = data.draw(st.permutations(arrived))

    for event in arrived:
        assert post_event(event) == 200
        if data.draw(st.booleans(), label="act at once"):
            act()
    act()

    assert fresh(payment).state == state
    assert told(payment) == stories
    assert not parked_events().exists()


def test_event_heard_twice_tells_once() -> None:
    payment = pay_with(open_payment())
    hear()

    process_event(event_id=last_event("checkout.session.completed").event_id)
    post_event(last_event("checkout.session.completed"))
    act()

    assert told(payment) == ["paid"]


def test_return_before_webhook_is_one_result() -> None:
    payment = pay_with(open_payment())

    returned = record_return(payment=payment, at=clock.now())
    hear()

    assert returned.state == PaymentState.SUCCEEDED
    assert told(payment) == ["paid"]


def test_webhook_before_return_is_one_result(wire: Recorder) -> None:
    payment = pay_with(open_payment())
    hear()
    calls = len(wire.requests)

    returned = record_return(payment=fresh(payment), at=clock.now())

    assert returned.state == PaymentState.SUCCEEDED
    assert told(payment) == ["paid"]
    assert len(wire.requests) == calls


def test_return_when_the_provider_cannot_be_reached_shows_the_payment_as_it_is(wire: Recorder) -> None:
    payment = pay_with(open_payment())
    wire.next = [dropped_before_effect]

    returned = record_return(payment=payment, at=clock.now())

    assert returned.state == PaymentState.CREATED
    assert told(payment) == []


def test_event_before_our_own_answer_is_adopted(wire: Recorder) -> None:
    wire.next = [dropped_after_effect]
    with pytest.raises(OutcomeUnknown):
        open_payment()
    payment = Payment.objects.get()
    session = SandboxSession.objects.get()
    with atomic():
        pay(session.pk, Card.GOOD, at=clock.now())

    hear()

    assert fresh(payment).state == PaymentState.SUCCEEDED
    assert fresh(payment).provider_session_id == session.pk


def test_event_about_an_object_nobody_knows_is_parked() -> None:
    pay_with(open_payment())
    event = {**_completed(), "id": "evt_forged"}
    event["data"] = {"object": {"id": "cs_test_unknown"}}

    post_event(event)
    act()

    assert parked_events().get(pk="evt_forged").parked_reason == "the provider knows no such object"


def test_event_about_a_payment_that_is_not_ours_is_parked() -> None:
    payment = pay_with(open_payment())

    session = SandboxSession.objects.get()
    session.params["client_reference_id"] = "of another shop"
    session.pk = "cs_test_other"
    session.save(force_insert=True)

    post_event({**_completed(), "id": "evt_other", "data": {"object": {"id": "cs_test_other"}}})
    act()

    assert parked_events().get().parked_reason == "no payment of ours has this checkout"
    assert told(payment) == []


def _completed() -> dict:  # type: ignore[type-arg]
    return json.loads(json.dumps(event_json(last_event("checkout.session.completed"))))


def test_event_of_a_disputed_payment_is_parked_for_a_person() -> None:
    pay_with(open_payment())

    post_event({**_completed(), "id": "evt_d", "type": "charge.dispute.created"})
    act()

    assert parked_events().get().parked_reason == "a payer disputes a payment at their bank"


def test_event_nobody_needs_is_processed_without_a_call(wire: Recorder) -> None:
    pay_with(open_payment())
    calls = len(wire.requests)
    post_event({**_completed(), "id": "evt_c", "type": "customer.created"})
    act()

    assert ProviderEvent.objects.get(pk="evt_c").processed_at is not None
    assert len(wire.requests) == calls


@pytest.mark.parametrize("trouble", [dropped_before_effect, error(500, "api_error"), error(429, "rate_limit")])
def test_event_waits_while_the_provider_cannot_be_asked(wire: Recorder, trouble) -> None:  # type: ignore[no-untyped-def]
    payment = pay_with(open_payment())
    post_event(last_event("checkout.session.completed"))
    event = ProviderEvent.objects.get()
    wire.next = [trouble]

    process_event(event_id=event.pk)

    event.refresh_from_db()
    assert (event.processed_at, event.parked_at, event.tries) == (None, None, 1)
    assert fresh(payment).state == PaymentState.CREATED


def test_event_waits_when_somebody_holds_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    pay_with(open_payment())
    post_event(last_event("checkout.session.completed"))

    def busy(*, reference: str) -> None:
        raise Busy()

    monkeypatch.setattr(fake_purpose, "lock", busy)
    act()

    event = ProviderEvent.objects.get()
    assert (event.processed_at, event.parked_at) == (None, None)


def test_event_whose_handler_fails_changes_nothing_and_is_parked_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    payment = pay_with(open_payment())
    post_event(last_event("checkout.session.completed"))
    event = ProviderEvent.objects.get()

    def fails(**_kwargs: object) -> None:
        raise RuntimeError("a mistake in the handler")

    monkeypatch.setattr(fake_purpose, "paid", fails)
    for _turn in range(events.TRIES_MAX):
        ProviderEvent.objects.filter(pk=event.pk).update(claimed_until=None)
        process_event(event_id=event.pk)

    event.refresh_from_db()
    assert event.parked_reason == "gave up after 10 tries: RuntimeError"
    assert fresh(payment).state == PaymentState.CREATED


def test_parked_event_taken_up_again_is_acted_on() -> None:
    payment = pay_with(open_payment())
    post_event(last_event("checkout.session.completed"))
    event = ProviderEvent.objects.get()
    with atomic():
        events.park_event(event=event, reason="by a test", at=clock.now())
    act()
    assert told(payment) == []

    with atomic():
        retry_event(event=event, by=None, at=clock.now())
    act()

    assert told(payment) == ["paid"]


def test_parked_event_dismissed_is_off_the_list_and_stays_in_the_book() -> None:
    pay_with(open_payment())
    post_event({**_completed(), "id": "evt_d", "type": "charge.dispute.created"})
    act()
    event = ProviderEvent.objects.get()

    with atomic():
        dismiss_event(event=event, by=None, at=clock.now(), note="answered by post")  # type: ignore[arg-type]

    assert not parked_events().exists()
    event.refresh_from_db()
    assert event.parked_reason != ""
