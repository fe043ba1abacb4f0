import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection

from core import clock
from core.errors import constraint_name
from core.transactions import InsideTransaction, NoTransaction, atomic
from payments.enums import AttemptOutcome, PaymentState, RefundState
from payments.errors import NothingToRefund, OutcomeUnknown, ProviderFault, RefundKeyReused, RefundTooLarge
from payments.gateways.current import current_gateway
from payments.gateways.port import RefundOrder
from payments.gateways.stripe_facts import refund_facts
from payments.models import Payment, PaymentAttempt, Refund, SandboxRefund
from payments.queries.payments import failed_refunds, parked_events, refundable_minor
from payments.sandbox.happenings import happen
from payments.sandbox.objects import refund_json
from payments.services.refunds import request_refund, send_refund
from payments.services.settling import settle_refund
from payments.services.sweeping import sweep
from tests.payments.actions import fresh, hear, open_payment, pay_with
from tests.payments.fake_purpose import told
from tests.payments.wires import (
    Answer,
    Recorder,
    dropped_after_effect,
    dropped_before_effect,
    error,
    failed_after_effect,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(wire: Recorder) -> Payment:
    payment = pay_with(open_payment())
    hear()
    wire.requests.clear()
    return fresh(payment)


def refund(payment: Payment, amount_minor: int = 50_000, key: str = "withdrawn") -> Refund:
    with atomic():
        return request_refund(
            payment=payment, amount_minor=amount_minor, key=key, reason="Withdrawn", by=None, at=clock.now()
        )


def unclaim() -> None:
    Refund.objects.update(claimed_until=None)


def test_refund_sent_is_paid_back_and_told_once(paid: Payment) -> None:
    asked = refund(paid)
    sweep()
    hear()
    sweep()

    asked.refresh_from_db()
    assert asked.state == RefundState.SUCCEEDED
    assert fresh(paid).state == PaymentState.REFUNDED
    assert told(paid) == ["paid", "refunded"]
    assert SandboxRefund.objects.get().amount == 50_000


def test_refund_asked_twice_with_one_key_is_one_refund(paid: Payment) -> None:
    assert refund(paid).pk == refund(paid).pk


def test_refund_key_of_another_amount_is_refused(paid: Payment) -> None:
    refund(paid, 100)

    with pytest.raises(RefundKeyReused):
        refund(paid, 200)


def test_refund_in_parts_closes_the_payment_with_the_last_penny(paid: Payment) -> None:
    refund(paid, 20_000, "a")
    sweep()
    assert (fresh(paid).state, refundable_minor(paid)) == (PaymentState.SUCCEEDED, 30_000)

    refund(paid, 30_000, "b")
    sweep()

    assert (fresh(paid).state, refundable_minor(paid)) == (PaymentState.REFUNDED, 0)
    assert told(paid) == ["paid", "refunded", "refunded"]


def test_refund_of_more_than_is_left_is_refused(paid: Payment) -> None:
    refund(paid, 30_000, "a")

    with pytest.raises(RefundTooLarge):
        refund(paid, 20_001, "b")


def test_refund_of_unpaid_payment_is_refused(wire: Recorder) -> None:
    payment = open_payment()

    with pytest.raises(NothingToRefund):
        refund(payment)


def test_refund_sum_is_a_law_of_the_database_itself(paid: Payment) -> None:
    def row(key: str) -> Refund:
        return Refund(payment=paid, amount_minor=30_000, key=key, reason="x", requested_at=clock.now())

    with pytest.raises(IntegrityError) as broken, atomic():
        Refund.objects.bulk_create([row("a"), row("b")])

    assert constraint_name(broken.value) == "refund_sum_within_payment"


def test_refund_service_needs_a_transaction_and_sending_refuses_one(paid: Payment) -> None:
    with pytest.raises(NoTransaction):
        # Outside of a block the test's own transaction counts, so ask the guard itself.
        _outside_any_block(paid)
    with pytest.raises(InsideTransaction), atomic():
        send_refund(refund_id=refund(paid).pk)


def _outside_any_block(payment: Payment) -> None:
    connection.in_atomic_block = False
    try:
        request_refund(payment=payment, amount_minor=1, key="k", reason="x", by=None, at=clock.now())
    finally:
        connection.in_atomic_block = True


@pytest.mark.parametrize("drop", [dropped_after_effect, dropped_before_effect])
def test_refund_connection_lost_same_key_pays_once(paid: Payment, wire: Recorder, drop: Any) -> None:
    asked = refund(paid)
    wire.next = [drop]
    with pytest.raises(OutcomeUnknown):
        send_refund(refund_id=asked.pk)
    unclaim()

    send_refund(refund_id=asked.pk)

    assert wire.keys == [f"refund:{asked.public_id}:1"] * 2
    assert SandboxRefund.objects.count() == 1
    assert fresh(paid).state == PaymentState.REFUNDED


@pytest.mark.parametrize(("trouble", "made"), [(failed_after_effect, True), (error(500, "api_error"), False)])
def test_refund_after_a_server_error_looks_first(paid: Payment, wire: Recorder, trouble: Any, made: bool) -> None:
    asked = refund(paid)
    wire.next = [trouble]
    with pytest.raises(ProviderFault):
        send_refund(refund_id=asked.pk)
    unclaim()

    send_refund(refund_id=asked.pk)

    assert wire.requests[1].path.startswith("/v1/refunds?payment_intent=")
    assert len(wire.keys) == (1 if made else 2)
    assert len(set(wire.keys)) == len(wire.keys)
    assert SandboxRefund.objects.count() == 1
    assert fresh(paid).state == PaymentState.REFUNDED


def test_refund_with_a_key_too_old_looks_first_and_takes_a_new_one(paid: Payment, wire: Recorder) -> None:
    asked = refund(paid)
    wire.next = [dropped_after_effect]
    with pytest.raises(OutcomeUnknown):
        send_refund(refund_id=asked.pk)
    unclaim()
    clock.move_forward(by=timedelta(hours=21))

    send_refund(refund_id=asked.pk)

    outcomes = list(PaymentAttempt.objects.filter(refund=asked).order_by("pk").values_list("outcome", flat=True))
    assert outcomes == [AttemptOutcome.ABANDONED, AttemptOutcome.ACCEPTED]
    assert SandboxRefund.objects.count() == 1


def test_refund_refused_by_the_provider_fails_is_told_and_frees_the_amount(paid: Payment, wire: Recorder) -> None:
    asked = refund(paid)
    wire.next = [error(400, "invalid_request_error", "charge_disputed")]

    send_refund(refund_id=asked.pk)

    asked.refresh_from_db()
    assert (asked.state, asked.failure_reason) == (RefundState.FAILED, "charge_disputed as the test asked")
    assert told(paid) == ["paid", "refund_failed"]
    assert list(failed_refunds()) == [asked]
    assert refundable_minor(paid) == 50_000


def test_refund_another_worker_is_sending_is_left_alone(paid: Payment, wire: Recorder) -> None:
    asked = refund(paid)
    wire.next = [dropped_before_effect]
    with pytest.raises(OutcomeUnknown):
        send_refund(refund_id=asked.pk)

    assert send_refund(refund_id=asked.pk) is False


def test_refund_pending_at_the_provider_is_settled_by_its_event(paid: Payment, wire: Recorder) -> None:
    asked = refund(paid)

    def pending(go: Any) -> Answer:
        text, status, headers = go()
        SandboxRefund.objects.update(status="pending")
        return text.replace('"succeeded"', '"pending"'), status, headers

    wire.next = [pending]
    send_refund(refund_id=asked.pk)
    asked.refresh_from_db()
    assert (asked.state, told(paid)) == (RefundState.SENT, ["paid"])

    _provider_settles("succeeded")
    hear()

    assert fresh(paid).state == PaymentState.REFUNDED
    assert told(paid) == ["paid", "refunded"]


def _provider_settles(status: str) -> None:
    at_provider = SandboxRefund.objects.get()
    at_provider.status = status
    at_provider.save()
    with atomic():
        happen("refund.updated", refund_json(at_provider), at=clock.now())


def test_refund_taken_back_by_the_provider_after_success_is_parked(paid: Payment) -> None:
    refund(paid)
    sweep()
    hear()

    _provider_settles("failed")
    hear()

    assert parked_events().get().parked_reason == "differs: status"
    assert fresh(paid).state == PaymentState.REFUNDED


def test_refund_made_at_the_provider_by_hand_is_parked(paid: Payment) -> None:
    current_gateway().send_refund(RefundOrder("of nobody", paid.provider_intent_id or "", 100, "GBP"), key="by hand")
    hear()

    assert parked_events().get().parked_reason == "this refund was not ordered here"


def test_refund_of_another_amount_at_the_provider_is_parked(paid: Payment, wire: Recorder) -> None:
    asked = refund(paid)
    wire.next = [dropped_after_effect]
    with pytest.raises(OutcomeUnknown):
        send_refund(refund_id=asked.pk)
    SandboxRefund.objects.update(amount=1)

    hear()

    assert parked_events().get().parked_reason == "differs: amount_minor"
    assert told(paid) == ["paid"]


def test_refund_settled_again_with_older_facts_stays(paid: Payment) -> None:
    asked = refund(paid)
    sweep()
    older = refund_facts(json.loads(json.dumps({**refund_json(SandboxRefund.objects.get()), "status": "pending"})))

    with atomic():
        settled = settle_refund(refund_id=asked.pk, facts=older, at=clock.now())

    assert settled.state == RefundState.SUCCEEDED
    assert told(paid) == ["paid", "refunded"]
