from datetime import timedelta

import pytest

from core import clock
from core.transactions import InsideTransaction, atomic
from payments.enums import AttemptOutcome, PaymentState
from payments.errors import (
    AlreadyPaid,
    AmountNotPayable,
    CheckoutExpired,
    CheckoutRefused,
    OtherAmountUnderWay,
    OutcomeUnknown,
    ProviderBusy,
    ProviderFault,
)
from payments.models import Payment, PaymentAttempt, SandboxSession
from payments.services import checkouts
from payments.services.checkouts import close_checkout
from tests.payments.actions import fresh, hear, open_payment, pay_with
from tests.payments.fake_purpose import told
from tests.payments.wires import (
    Recorder,
    dropped_after_effect,
    dropped_before_effect,
    error,
    failed_after_effect,
)

pytestmark = pytest.mark.django_db


def test_checkout_opened_has_an_address_on_the_sandbox_origin() -> None:
    payment = open_payment()

    assert payment.state == PaymentState.CREATED
    assert payment.checkout_url == f"http://127.0.0.1:8000/pay/{payment.provider_session_id}/"
    assert payment.livemode is False


def test_checkout_pressed_twice_is_one_payment_and_one_call(wire: Recorder) -> None:
    first = open_payment()

    second = open_payment()

    assert (second.pk, second.checkout_url) == (first.pk, first.checkout_url)
    assert len(wire.requests) == 1


def test_checkout_attempt_is_committed_before_the_call(wire: Recorder) -> None:
    seen: list[str] = []

    def look(go):  # type: ignore[no-untyped-def]
        seen.extend(PaymentAttempt.objects.values_list("outcome", flat=True))
        return go()

    wire.next = [look]

    open_payment()

    assert seen == [AttemptOutcome.OPEN]
    assert PaymentAttempt.objects.get().outcome == AttemptOutcome.ACCEPTED


@pytest.mark.parametrize("drop", [dropped_after_effect, dropped_before_effect])
def test_checkout_connection_lost_same_key_gives_one_session(wire: Recorder, drop) -> None:  # type: ignore[no-untyped-def]
    wire.next = [drop]
    with pytest.raises(OutcomeUnknown):
        open_payment()

    payment = open_payment()

    assert wire.keys == [f"test_purpose:{payment.public_id}:1"] * 2
    assert SandboxSession.objects.count() == 1
    assert payment.provider_session_id == SandboxSession.objects.get().pk
    assert Payment.objects.count() == 1


def test_checkout_provider_failed_takes_a_new_key(wire: Recorder) -> None:
    wire.next = [failed_after_effect]
    with pytest.raises(ProviderFault):
        open_payment()

    payment = open_payment()

    assert [key[-2:] for key in wire.keys] == [":1", ":2"]
    assert payment.checkout_url != ""


@pytest.mark.parametrize("status", [409, 429])
def test_checkout_provider_busy_keeps_the_key(wire: Recorder, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkouts, "OTHER_TAB_SECONDS", 0)
    wire.next = [error(status, "invalid_request_error")]
    with pytest.raises(ProviderBusy):
        open_payment()

    open_payment()

    assert wire.keys[0] == wire.keys[1]


def test_checkout_key_at_work_in_another_tab_waits_for_its_page(wire: Recorder) -> None:
    def the_other_tab_is_faster(_go):  # type: ignore[no-untyped-def]
        open_payment()
        return error(409, "invalid_request_error", "idempotency_key_in_use")(_go)

    wire.next = [the_other_tab_is_faster]

    payment = open_payment()

    assert payment.checkout_url.endswith(f"/pay/{SandboxSession.objects.get().pk}/")


def test_checkout_refused_by_provider_fails_the_payment_and_tells(wire: Recorder) -> None:
    wire.next = [error(400, "invalid_request_error", "parameter_invalid")]

    with pytest.raises(CheckoutRefused):
        open_payment()

    payment = Payment.objects.get()
    assert payment.state == PaymentState.FAILED
    assert payment.failure_reason == "parameter_invalid as the test asked"
    assert told(payment) == ["failed"]


def test_checkout_after_a_refusal_may_be_tried_anew(wire: Recorder) -> None:
    wire.next = [error(400, "invalid_request_error")]
    with pytest.raises(CheckoutRefused):
        open_payment()

    assert open_payment().state == PaymentState.CREATED


def test_checkout_of_paid_thing_is_refused() -> None:
    pay_with(open_payment())
    hear()

    with pytest.raises(AlreadyPaid):
        open_payment()


def test_checkout_of_other_amount_while_open_is_refused() -> None:
    open_payment()

    with pytest.raises(OtherAmountUnderWay):
        open_payment(amount_minor=60_000)


@pytest.mark.parametrize(("amount", "currency"), [(29, "GBP"), (1_231, "KWD"), (49, "JPY"), (150, "MGA"), (0, "GBP")])
def test_checkout_of_amount_the_provider_cannot_charge_is_refused(amount: int, currency: str) -> None:
    with pytest.raises(AmountNotPayable):
        open_payment(amount_minor=amount, currency=currency)

    assert not Payment.objects.exists()


def test_checkout_inside_a_transaction_is_refused() -> None:
    with pytest.raises(InsideTransaction), atomic():
        open_payment()


def test_checkout_past_its_time_expires_and_tells_once() -> None:
    payment = open_payment()
    later = payment.expires_at

    with pytest.raises(CheckoutExpired):
        open_payment(at=later)

    # The sandbox goes by the database's clock, so the page was closed on request.
    assert fresh(payment).state == PaymentState.EXPIRED
    assert told(payment) == ["expired"]
    assert SandboxSession.objects.get().status == "expired"


def test_checkout_closed_on_withdrawal_cannot_be_paid() -> None:
    payment = open_payment()

    close_checkout(payment=payment, at=clock.now())
    pay_with(payment)

    assert fresh(payment).state == PaymentState.EXPIRED
    assert SandboxSession.objects.get().payment_status == "unpaid"


def test_checkout_closed_before_its_page_was_known_frees_the_way_for_another(wire: Recorder) -> None:
    wire.next = [dropped_after_effect]
    with pytest.raises(OutcomeUnknown):
        open_payment()

    close_checkout(payment=Payment.objects.get(), at=clock.now())

    assert open_payment(amount_minor=60_000).amount_minor == 60_000
    assert told(Payment.objects.get(amount_minor=50_000)) == ["expired"]


def test_checkout_closed_in_another_tab_while_opening_hands_out_no_address(wire: Recorder) -> None:
    def closed_meanwhile(go):  # type: ignore[no-untyped-def]
        reply = go()
        close_checkout(payment=Payment.objects.get(), at=clock.now())
        return reply

    wire.next = [closed_meanwhile]

    with pytest.raises(CheckoutExpired):
        open_payment()

    assert SandboxSession.objects.get().status == "expired"
    assert Payment.objects.get().state == PaymentState.EXPIRED


def test_checkout_closed_after_paying_stays_paid() -> None:
    payment = pay_with(open_payment())

    close_checkout(payment=payment, at=clock.now())

    assert fresh(payment).state == PaymentState.SUCCEEDED


@pytest.mark.parametrize(("hours", "expected"), [(0, 31 * 60), (2, 7_200), (48, 23 * 3600 + 59 * 60)])
def test_checkout_expiry_is_kept_within_what_the_provider_can_do(hours: int, expected: int) -> None:
    at = clock.now()

    payment = open_payment(at=at, expires_at=at + timedelta(hours=hours))

    assert abs((payment.expires_at - at).total_seconds() - expected) <= 1
