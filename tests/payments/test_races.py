"""Real threads on a real database. Each race is first shown to happen with the lock off."""

import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections

from core import clock
from core.errors import Busy, DomainError, constraint_name
from core.transactions import atomic
from payments.enums import PaymentState
from payments.errors import RefundTooLarge
from payments.models import Payment, ProviderEvent, Refund, SandboxRefund, SandboxSession
from payments.sandbox.objects import event_json
from payments.services import refunds, settling
from payments.services.events import act_on, process_event
from payments.services.refunds import request_refund, send_refund
from payments.services.returns import record_return
from payments.services.sweeping import sweep
from tests.payments import fake_purpose
from tests.payments.actions import act, fresh, hear, last_event, open_payment, pay_with, post_event
from tests.payments.fake_purpose import told
from tests.races.crowd import as_owner, meeting

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("committed_db")]
MANY = 20


def together(work: Callable[[int], Any], count: int = MANY) -> list[Any]:
    """Run the work in that many threads, all let go at once; an error is returned in place of a result."""
    barrier = Barrier(count)

    def run(number: int) -> Any:
        connection.ensure_connection()
        barrier.wait(timeout=20)
        try:
            return work(number)
        except (DomainError, DatabaseError) as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def unlocked(rows: Any, **lookup: Any) -> Any:
    """Stand in for `core.locks.lock` with the lock off."""
    return rows.get(**lookup)


def twenty_events() -> tuple[Payment, list[ProviderEvent]]:
    """Pay, and store twenty different events that all say so."""
    payment = pay_with(open_payment())
    body = json.loads(json.dumps(event_json(last_event("checkout.session.completed"))))
    for number in range(MANY):
        assert post_event({**body, "id": f"evt_{number}"}) == 200
    return payment, list(ProviderEvent.objects.all())


def test_events_of_one_payment_at_once_collide_with_the_lock_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """The race is real: several believe to be the first, and only the law of the database stands between."""
    payment, events = twenty_events()
    monkeypatch.setattr(settling, "lock", unlocked)

    results = together(lambda number: act_on(events[number]))

    broken = {constraint_name(result) for result in results if isinstance(result, DatabaseError)}
    assert broken == {"payment_facts_never_change"}
    assert told(payment) == ["paid"]


def test_events_of_one_payment_at_once_tell_once_and_nobody_collides() -> None:
    payment, events = twenty_events()

    results = together(lambda number: act_on(events[number]))

    assert results == [None] * MANY
    assert told(payment) == ["paid"]
    assert ProviderEvent.objects.filter(processed_at__isnull=True).count() == 0


def test_webhook_posted_twenty_times_at_once_is_one_event_and_one_result() -> None:
    payment = pay_with(open_payment())
    event = last_event("checkout.session.completed")

    statuses = together(lambda _number: post_event(event))
    together(lambda _number: process_event(event_id=event.event_id))

    assert statuses == [200] * MANY
    assert ProviderEvent.objects.count() == 1
    assert told(payment) == ["paid"]


def test_return_pages_webhooks_and_sweeps_at_once_are_one_result() -> None:
    payment = pay_with(open_payment())

    def anything(number: int) -> None:
        (lambda: record_return(payment=payment, at=clock.now()), hear, sweep, act)[number % 4]()

    together(anything, 12)
    sweep()

    assert fresh(payment).state == PaymentState.SUCCEEDED
    assert told(payment) == ["paid"]


def test_checkout_pressed_in_twenty_tabs_is_one_payment_and_one_page() -> None:
    payments = together(lambda _number: open_payment())

    assert len({(payment.pk, payment.checkout_url) for payment in payments}) == 1
    assert Payment.objects.count() == 1
    assert SandboxSession.objects.count() == 1


def part_of(payment: Payment, number: int) -> Refund:
    with atomic():
        return request_refund(
            payment=payment, amount_minor=20_000, key=f"part {number}", reason="x", by=None, at=clock.now()
        )


def refunded(payment: Payment) -> int:
    return sum(Refund.objects.filter(payment=payment).values_list("amount_minor", flat=True))


def law_without_its_lock() -> str:
    """Return the trigger's function as it stands, but that it no longer waits for the payment's row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('payments_refunds_within_payment'::regproc)")
        (law,) = cursor.fetchone()
    without, taken_out = re.subn(r"PERFORM 1 FROM payments_payment [^;]* FOR NO KEY UPDATE;", "", law)
    assert taken_out == 1
    return without


def test_refunds_at_once_exceed_the_payment_with_lock_and_law_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sum is the law's alone: where it is dropped, nothing else counts."""
    payment = pay_with(open_payment())
    hear()
    as_owner("DROP TRIGGER refunds_within_payment_insert ON payments_refund")
    monkeypatch.setattr(refunds, "lock", unlocked)

    together(lambda number: part_of(payment, number), 8)

    assert refunded(payment) == 8 * 20_000 > payment.amount_minor


def test_refunds_at_once_slip_past_a_law_that_takes_no_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The race is real: with every lock off, each sum is right when it is taken and wrong when all have committed."""
    payment = pay_with(open_payment())
    hear()
    as_owner(law_without_its_lock())
    monkeypatch.setattr(refunds, "lock", unlocked)
    monkeypatch.setattr(refunds.jobs, "after_commit", meeting(lambda task, **ids: None, 8))

    together(lambda number: part_of(payment, number), 8)

    assert refunded(payment) == 8 * 20_000 > payment.amount_minor


def test_refunds_at_once_never_exceed_the_payment() -> None:
    payment = pay_with(open_payment())
    hear()

    results = together(lambda number: part_of(payment, number), 8)

    made = [result for result in results if isinstance(result, Refund)]
    refused = [result for result in results if isinstance(result, RefundTooLarge | Busy)]
    assert (len(made), len(refused)) == (2, 6)


def test_refunds_at_once_are_stopped_by_the_database_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    payment = pay_with(open_payment())
    hear()
    monkeypatch.setattr(refunds, "lock", unlocked)

    results = together(lambda number: part_of(payment, number), 8)

    assert len([result for result in results if isinstance(result, Refund)]) == 2


def test_refund_sent_by_twenty_workers_at_once_pays_once() -> None:
    payment = pay_with(open_payment())
    hear()
    asked = part_of(payment, 1)

    together(lambda _number: send_refund(refund_id=asked.pk))

    assert SandboxRefund.objects.count() == 1
    assert told(payment) == ["paid", "refunded"]


def test_refund_asked_while_money_events_arrive_does_not_deadlock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A room that holds its rows asks for refunds while events come for them: see Note [Callback lock order]."""
    payment, events = twenty_events()
    record_return(payment=payment, at=clock.now())

    def parent(*, reference: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(7)")

    monkeypatch.setattr(fake_purpose, "lock", parent)

    def either(number: int) -> Any:
        if number % 2:
            return act_on(events[number])
        with atomic():
            parent(reference="application-1")
            return request_refund(
                payment=payment, amount_minor=100, key=f"k{number}", reason="x", by=None, at=clock.now()
            )

    results = together(either)

    assert not [result for result in results if isinstance(result, Exception)]
    assert Refund.objects.count() == MANY // 2
