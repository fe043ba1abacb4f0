"""No message arrives: the sweep brings everything to the same end."""

from datetime import timedelta
from typing import Any

import pytest

from core import clock
from payments.enums import PaymentState, RefundState
from payments.errors import OutcomeUnknown
from payments.integrity import findings
from payments.models import EventPoll, Payment, ProviderEvent, Refund
from payments.sandbox import delivery
from payments.sandbox.cards import Card
from payments.services import sweeping
from payments.services.sweeping import poll_events, sweep
from tests.payments.actions import drop_deliveries, fresh, hear, last_event, open_payment, pay_with, post_event
from tests.payments.fake_purpose import told
from tests.payments.test_refunds import refund
from tests.payments.wires import Recorder, dropped_before_effect

pytestmark = pytest.mark.django_db


def test_sweep_after_every_webhook_was_lost_finds_the_money() -> None:
    payment = pay_with(open_payment())
    drop_deliveries()

    sweep()
    sweep()

    assert fresh(payment).state == PaymentState.SUCCEEDED
    assert told(payment) == ["paid"]
    assert ProviderEvent.objects.filter(processed_at__isnull=False).exists()


def test_sweep_acts_on_an_event_whose_hint_was_lost() -> None:
    payment = pay_with(open_payment())
    post_event(last_event("checkout.session.completed"))

    sweep()

    assert told(payment) == ["paid"]


def test_sweep_lets_the_slow_bank_answer_after_twenty_seconds() -> None:
    payment = pay_with(open_payment(), Card.SLOW)
    sweep()
    assert fresh(payment).state == PaymentState.PROCESSING

    clock.move_forward(by=timedelta(seconds=21))
    sweep()

    assert fresh(payment).state == PaymentState.SUCCEEDED
    assert told(payment) == ["processing", "paid"]


def test_sweep_lets_the_slow_bank_fail() -> None:
    payment = pay_with(open_payment(), Card.SLOW_FAIL)
    clock.move_forward(by=timedelta(seconds=21))

    sweep()

    assert fresh(payment).state == PaymentState.FAILED
    assert fresh(payment).failure_reason == "bank_said_no"
    assert told(payment)[-1] == "failed"


def test_sweep_expires_a_page_past_its_time() -> None:
    payment = open_payment()
    clock.move_forward(by=timedelta(hours=2, minutes=2))

    sweep()
    sweep()

    assert fresh(payment).state == PaymentState.EXPIRED
    assert told(payment) == ["expired"]


def test_sweep_expires_a_payment_whose_page_never_opened(wire: Recorder) -> None:
    wire.next = [dropped_before_effect]
    with pytest.raises(OutcomeUnknown):
        open_payment()
    clock.move_forward(by=timedelta(hours=2, minutes=2))

    sweep()

    payment = Payment.objects.get()
    assert payment.state == PaymentState.EXPIRED
    assert told(payment) == ["expired"]


def test_sweep_sends_a_refund_whose_hint_was_lost() -> None:
    payment = pay_with(open_payment())
    hear()
    asked = refund(fresh(payment))

    sweep()

    asked.refresh_from_db()
    assert asked.state == RefundState.SUCCEEDED


def test_sweep_goes_on_after_a_refund_that_cannot_be_sent(wire: Recorder) -> None:
    payments = [pay_with(open_payment(reference=name)) for name in "ab"]
    hear()
    asked = [refund(fresh(payment), key=payment.reference) for payment in payments]
    EventPoll.objects.create(provider="sandbox", next_poll_at=clock.now() + timedelta(hours=1))
    wire.next = [dropped_before_effect]

    sweep()

    states = [Refund.objects.get(pk=row.pk).state for row in asked]
    assert states == [RefundState.REQUESTED, RefundState.SUCCEEDED]


def test_sweep_polls_the_list_of_events_every_ten_minutes_only() -> None:
    pay_with(open_payment())

    assert poll_events("sandbox") == 2
    assert poll_events("sandbox") == 0

    clock.move_forward(by=timedelta(minutes=11))
    assert poll_events("sandbox") == 2  # the last hour is read again
    assert ProviderEvent.objects.count() == 2


def test_poll_reads_three_days_back_and_no_more(wire: Recorder) -> None:
    pay_with(open_payment(reference="long ago"))
    drop_deliveries()
    clock.move_forward(by=timedelta(days=3, hours=1))
    pay_with(open_payment(reference="now"))

    assert poll_events("sandbox") == 2


def test_poll_cut_short_does_not_move_on(monkeypatch: pytest.MonkeyPatch) -> None:
    pay_with(open_payment())
    monkeypatch.setattr(sweeping, "EVENTS_PER_POLL", 1)

    poll_events("sandbox")

    assert EventPoll.objects.get().read_until is None


def test_poll_reads_page_after_page(monkeypatch: pytest.MonkeyPatch) -> None:
    from payments.gateways import stripe

    for name in "abc":
        pay_with(open_payment(reference=name))
    monkeypatch.setattr(stripe, "PAGE_SIZE", 2)

    assert poll_events("sandbox") == 6
    assert ProviderEvent.objects.count() == 6


def test_delivery_refused_by_us_is_tried_again(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    pay_with(open_payment())
    monkeypatch.setattr(delivery, "post_by_http", lambda *_args: "503")
    settings.SANDBOX_POST = "payments.sandbox.delivery.post_by_http"
    assert delivery.deliver_waiting() == 0
    settings.SANDBOX_POST = "tests.payments.actions.post_to_test_client"
    assert delivery.deliver_waiting() == 0  # not yet: the next try has to wait

    from payments.models import SandboxDelivery

    SandboxDelivery.objects.update(claimed_until=None)
    assert delivery.deliver_waiting() == 2


def test_delivery_to_nobody_listening_is_kept(settings: Any) -> None:
    from payments.models import SandboxDelivery

    settings.SITE_ORIGIN = "http://127.0.0.1:9"
    settings.SANDBOX_POST = "payments.sandbox.delivery.post_by_http"
    pay_with(open_payment())

    assert delivery.deliver_waiting() == 0
    assert SandboxDelivery.objects.filter(delivered_at__isnull=True, attempts=1).count() == 2


def test_books_of_payments_are_sound_after_all_of_it() -> None:
    payment = pay_with(open_payment())
    hear()
    refund(fresh(payment))
    sweep()

    assert list(findings()) == []


def test_books_of_payments_tell_what_is_wrong() -> None:
    payment = pay_with(open_payment())
    hear()
    Payment.objects.filter(pk=payment.pk).update(state="refunded", refunded_at=clock.now())

    assert list(findings()) == [
        "payments: a payment is called paid back and its refunds do not add up, or the other way round: "
        f"{payment.public_id}, refunded"
    ]
