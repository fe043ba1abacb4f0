"""What the provider holds is not what we asked for: nothing moves, a person is told."""

from typing import Any

import pytest

from core import clock
from core.transactions import atomic
from payments.enums import PaymentState
from payments.errors import ProviderFault
from payments.models import Payment, ProviderEvent, SandboxSession
from payments.queries.payments import parked_events
from payments.sandbox.objects import event_json
from payments.sandbox.sessions import expire
from payments.services.returns import record_return
from tests.payments.actions import act, fresh, hear, last_event, open_payment, pay_with, post_event
from tests.payments.fake_purpose import told
from tests.payments.wires import Answer, Recorder, failed_after_effect

pytestmark = pytest.mark.django_db


def tampered(**changes: Any) -> Payment:
    """Open a payment, and let the provider hold other terms for it when it is paid."""
    payment = open_payment()
    session = SandboxSession.objects.get(pk=payment.provider_session_id)
    for name, value in changes.items():
        setattr(session, name, value)
    session.save()
    return pay_with(payment)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"amount": 49_999}, "differs: amount_minor"),
        ({"amount": 50_001}, "differs: amount_minor"),
        ({"currency": "eur"}, "differs: currency"),
        ({"amount": 1, "currency": "eur"}, "differs: amount_minor, currency"),
    ],
)
def test_money_that_differs_is_parked_and_nothing_moves(changes: dict[str, Any], reason: str) -> None:
    payment = tampered(**changes)

    hear()

    assert {event.parked_reason for event in parked_events()} == {reason}
    assert fresh(payment).state == PaymentState.CREATED
    assert told(payment) == []


def test_money_that_differs_is_not_believed_on_return_either() -> None:
    payment = tampered(amount=1)

    returned = record_return(payment=payment, at=clock.now())

    assert returned.state == PaymentState.CREATED
    assert told(payment) == []


def test_session_of_the_other_mode_is_parked(wire: Recorder) -> None:
    payment = pay_with(open_payment())
    post_event(last_event("checkout.session.completed"))

    def live(go: Any) -> Answer:
        text, status, headers = go()
        return text.replace('"livemode": false', '"livemode": true'), status, headers

    wire.next = [live]
    act()

    assert parked_events().get().parked_reason == "differs: livemode"
    assert fresh(payment).state == PaymentState.CREATED


def test_second_page_paid_for_the_same_payment_is_parked() -> None:
    """Our id on another session: a leftover page is harmless, a paid one is not."""
    payment = pay_with(open_payment())
    hear()
    session = SandboxSession.objects.get()
    session.pk = "cs_test_second"
    session.save(force_insert=True)
    event = last_event("checkout.session.completed")

    body = {**_json(event), "id": "evt_second", "data": {"object": {"id": "cs_test_second"}}}
    post_event(body)
    hear()

    assert parked_events().get(pk="evt_second").parked_reason.startswith("differs:")
    assert told(payment) == ["paid"]


def test_leftover_page_that_expired_is_no_trouble(wire: Recorder) -> None:
    """The provider failed while answering: two pages, of which the payer saw the second only."""
    wire.next = [failed_after_effect]
    with pytest.raises(ProviderFault):
        open_payment()
    leftover = SandboxSession.objects.get()
    payment = pay_with(open_payment())
    hear()

    with atomic():
        expire(leftover.pk, at=clock.now())
    hear()

    assert not parked_events().exists()
    assert ProviderEvent.objects.get(type="checkout.session.expired").processed_at is not None
    assert fresh(payment).state == PaymentState.SUCCEEDED


def _json(event: Any) -> dict[str, Any]:
    return event_json(event)
