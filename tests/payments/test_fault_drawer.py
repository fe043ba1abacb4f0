"""The demo's drawer: each fault meets the sandbox once, and the house comes out of it with the money booked once."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from core import clock
from core.processes.leftovers import CHILD, MARK, Records
from core.transactions import atomic
from payments.enums import PaymentState
from payments.errors import OutcomeUnknown, ProviderRefused
from payments.models import ProviderEvent, SandboxDelivery, SandboxFault, SandboxTransfer
from payments.sandbox.cards import Card, confirm
from payments.sandbox.faults import ARMED, OF_WEBHOOKS, Fault
from payments.sandbox.sweeping import sweep
from payments.services.refunds import request_refund
from payments.services.returns import record_return
from payments.services.sweeping import sweep as payments_sweep
from tests.payments.actions import act, fresh, hear, open_payment, pay_with
from tests.payments.bank_wires import bank_over
from tests.payments.fake_purpose import told
from tests.payments.test_sandbox_bank import CLOSED, order, send, to_account

pytestmark = pytest.mark.django_db


def pull(kind: str, **data: str) -> Any:
    return Client().post("/demo/faults/pull/", {"fault": kind, **data})


def fault(kind: Fault) -> SandboxFault:
    return SandboxFault.objects.get(kind=kind)


def log() -> list[str]:
    """Return the lines of the page's log, newest first: what happened, and what the house did."""
    page = Client().get("/demo/faults/").content.decode()
    lines = re.findall(r"<p><strong>(.*?)</strong></p>\s*<p>(.*?)</p>", page, re.S)
    return [unescape(" | ".join(" ".join(part.split()) for part in line)) for line in lines]


def is_watched() -> bool:
    return "hx-trigger" in Client().get("/demo/faults/").content.decode()


def moments_pass(seconds: int) -> None:
    """Let what waits for delivery become due: its time is real time, which tests cannot move."""
    for delivery in SandboxDelivery.objects.filter(delivered_at=None):
        delivery.due_at -= timedelta(seconds=seconds)
        delivery.save(update_fields=["due_at"])


@pytest.mark.parametrize("card", [Card.GOOD, Card.SECURE, Card.SLOW])
def test_declined_card_can_be_followed_by_another(card: Card) -> None:
    payment = open_payment()
    pull(Fault.DECLINE_CARD)

    pay_with(payment, card)
    hear()
    assert (fresh(payment).state, told(payment)) == (PaymentState.CREATED, [])
    assert log() == [
        "A card for £500.00 was declined by its bank. | "
        "Nothing was booked. The payment page is still open: try another card, or the same again."
    ]

    pay_with(payment)
    hear()
    assert (fresh(payment).state, told(payment)) == (PaymentState.SUCCEEDED, ["paid"])


def test_declined_card_is_told_on_the_payment_page() -> None:
    payment = open_payment()
    pull(Fault.DECLINE_CARD)
    bank = {"headers": {"host": "127.0.0.1:8000"}}

    Client().post(f"/pay/{payment.provider_session_id}/card/", {"card": "good"}, **bank)
    page = Client().get(f"/pay/{payment.provider_session_id}/", **bank).content.decode()

    assert "The bank of this card declined it. Nothing was taken." in page


def test_card_without_money_does_not_use_up_the_decline() -> None:
    pull(Fault.DECLINE_CARD)

    pay_with(open_payment(), Card.NO_FUNDS)

    assert fault(Fault.DECLINE_CARD).used_at is None


def test_declined_payment_that_was_confirmed_stays_unpaid() -> None:
    payment = open_payment()
    pull(Fault.DECLINE_CARD)
    pay_with(payment, Card.SECURE)

    with atomic():
        confirm(payment.provider_session_id or "", is_me=True, at=clock.now())
    hear()

    assert fresh(payment).state == PaymentState.CREATED


def test_delayed_message_arrives_late_and_the_house_asked_before() -> None:
    payment = open_payment()
    pull(Fault.DELAY_WEBHOOK)
    pay_with(payment)
    hear()
    assert (fresh(payment).state, ProviderEvent.objects.count()) == (PaymentState.CREATED, 0)
    assert log()[0].endswith("Not here yet. The house hears of the money then, or when the payer comes back.")

    record_return(payment=fresh(payment), at=clock.now())
    assert told(payment) == ["paid"]
    assert "when the payer came back it asked the bank itself" in log()[0]
    moments_pass(31)
    hear()

    assert (told(payment), ProviderEvent.objects.count()) == (["paid"], 2)
    assert "and changed nothing: when the payer came back the house had asked" in log()[0]


def test_delayed_message_of_a_payer_who_never_came_back_books_when_it_arrives() -> None:
    pull(Fault.DELAY_WEBHOOK)
    payment = pay_with(open_payment())
    moments_pass(29)
    hear()
    assert told(payment) == []

    moments_pass(2)
    hear()

    assert told(payment) == ["paid"]
    assert "acted on." in log()[0]


def test_duplicated_message_has_one_effect() -> None:
    payment = open_payment()
    pull(Fault.DUPLICATE_WEBHOOK)
    pay_with(payment)

    hear()
    assert "Posted so far: 4 of 6. Kept, each message once: 2." in log()[0]
    assert is_watched()
    moments_pass(5)
    hear()

    assert told(payment) == ["paid"]
    answers = SandboxDelivery.objects.values_list("last_answer", flat=True)
    assert (sorted(answers), ProviderEvent.objects.count()) == (["200"] * 6, 2)
    assert log()[0].startswith(
        "2 messages about £500.00 are posted three times each. | Posted so far: 6 of 6. Kept, each message once: 2."
    )


def test_duplicated_message_of_a_refund_pays_back_once() -> None:
    payment = pay_with(open_payment())
    hear()
    pull(Fault.DUPLICATE_WEBHOOK)
    with atomic():
        request_refund(payment=fresh(payment), amount_minor=50_000, reason="r", key="k", by=None, at=clock.now())

    payments_sweep()
    moments_pass(5)
    hear()

    assert told(payment) == ["paid", "refunded"]
    assert log()[0].startswith("A message about £500.00 is posted three times. | Posted so far: 3 of 3.")


def test_mixed_up_messages_arrive_in_the_other_order_and_change_nothing() -> None:
    payment = open_payment()
    pull(Fault.REORDER_WEBHOOKS)
    pay_with(payment)

    hear()
    moments_pass(7)
    hear()

    arrived = ProviderEvent.objects.order_by("received_at").values_list("type", flat=True)
    assert list(arrived) == ["checkout.session.completed", "payment_intent.succeeded"]
    assert told(payment) == ["paid"]
    assert log()[0].startswith("Of the messages about £500.00 the second overtakes the first. | A message only tells")


def test_fault_of_messages_is_met_once_and_only_by_messages_about_money() -> None:
    pull(Fault.DELAY_WEBHOOK)

    pay_with(open_payment(), Card.NO_FUNDS)
    assert fault(Fault.DELAY_WEBHOOK).used_at is None
    first = pay_with(open_payment(reference="a"))
    second = pay_with(open_payment(reference="b"))
    hear()

    assert (told(first), told(second)) == ([], ["paid"])


def test_two_faults_of_messages_are_met_one_after_the_other() -> None:
    pull(Fault.DELAY_WEBHOOK)
    pull(Fault.DUPLICATE_WEBHOOK)

    for reference in "ab":
        pay_with(open_payment(reference=reference))

    met = [len(fault(kind).outcome["events"]) for kind in (Fault.DELAY_WEBHOOK, Fault.DUPLICATE_WEBHOOK)]
    assert (met, SandboxDelivery.objects.count()) == ([2, 2], 8)


def test_forged_messages_are_refused_and_change_nothing() -> None:
    payment = open_payment()

    pull(Fault.FORGE_WEBHOOK)
    act()

    assert [one["answer"] for one in fault(Fault.FORGE_WEBHOOK).outcome["tried"]] == ["400"] * 4
    assert ProviderEvent.objects.count() == 0
    assert (fresh(payment).state, told(payment)) == (PaymentState.CREATED, [])
    assert log() == [
        "Four forged messages told the house that £500.00 had been paid. | "
        "None of them was kept. The payment is where it was: waiting for the payer."
    ]
    assert Client().get("/demo/faults/").content.decode().count("refused (400)") == 4


def test_forgeries_would_be_taken_if_they_were_what_they_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same body, signed with the true key, now: so what was refused is the forgery, not the shape."""
    payment = open_payment()
    from payments.sandbox import forging

    monkeypatch.setattr(forging, "OLD", timedelta(0))
    pull(Fault.FORGE_WEBHOOK)
    act()

    assert [one["answer"] for one in fault(Fault.FORGE_WEBHOOK).outcome["tried"]] == ["400", "400", "400", "200"]
    assert (fresh(payment).state, told(payment)) == (PaymentState.CREATED, [])
    assert "Kept of them: 1!" in log()[0]


def test_forged_messages_without_an_open_payment_tell_of_an_invented_one() -> None:
    pull(Fault.FORGE_WEBHOOK)

    assert log() == ["Four forged messages told the house that somebody had paid. | None of them was kept."]
    assert ProviderEvent.objects.count() == 0


def test_lost_answer_is_asked_for_again_and_pays_once() -> None:
    pull(Fault.LOSE_BANK_ANSWER)

    with pytest.raises(OutcomeUnknown):
        bank_over().send(order(), key="k")
    assert SandboxTransfer.objects.count() == 1
    facts = bank_over().send(order(), key="k")

    assert [found.provider_id for found in bank_over().find("payout-1")] == [facts.provider_id]
    assert log()[0].startswith("The bank took £2.50 for the account ending 5678, and its answer was lost.")


@pytest.mark.parametrize("kind", OF_WEBHOOKS)
def test_payment_to_a_holder_does_not_use_up_a_fault_of_messages(kind: Fault) -> None:
    pull(kind)

    send("12345678", "payout-0")
    sweep()

    assert [change.facts.status for change in bank_over().changes_since(0, limit=9)] == ["settled"]
    assert fault(kind).used_at is None


def test_refused_order_does_not_use_up_the_lost_answer() -> None:
    pull(Fault.LOSE_BANK_ANSWER)

    with pytest.raises(ProviderRefused):
        bank_over().send(order(to=to_account("12340010")), key="k")

    assert fault(Fault.LOSE_BANK_ANSWER).used_at is None


def test_returned_payment_is_the_newest_or_the_chosen_one() -> None:
    chosen = send("12345678", "payout-0").provider_id
    for number in (1, 2):
        send("12345678", f"payout-{number}")
        sweep()

    pull(Fault.RETURN_PAYOUT)
    pull(Fault.RETURN_PAYOUT, transfer=chosen)

    returned = SandboxTransfer.objects.filter(status="returned").order_by("reference")
    assert [transfer.reference for transfer in returned] == ["payout-0", "payout-2"]
    assert log()[0].startswith("£2.50 came back from the account ending 5678: the name does not match.")


def test_nothing_to_return_says_so() -> None:
    send(CLOSED)
    sweep()

    pull(Fault.RETURN_PAYOUT)

    assert log() == [
        "There was nothing to return. | No payment has arrived at a holder's bank yet: pay a dividend first."
    ]


def test_page_counts_what_was_paid_twice() -> None:
    send("12345678")
    assert "None was made twice." in Client().get("/demo/faults/").content.decode()

    bank_over().send(order(), key="another")

    assert "1 was made twice." in Client().get("/demo/faults/").content.decode()


OF_CARDS = "Pulled out: it waits for the next card payment or refund. Payments to holders do not meet it."
WAITS = {
    Fault.DECLINE_CARD: "Pulled out: it waits for the next card that is tried.",
    Fault.DELAY_WEBHOOK: OF_CARDS,
    Fault.DUPLICATE_WEBHOOK: OF_CARDS,
    Fault.REORDER_WEBHOOKS: OF_CARDS,
    Fault.LOSE_BANK_ANSWER: "Pulled out: it waits for the next payment to a holder. Cards do not meet it.",
}


@pytest.mark.parametrize("kind", ARMED)
def test_fault_pulled_twice_waits_once_and_can_be_put_back(kind: Fault) -> None:
    pull(kind)
    answer = pull(kind)
    assert (answer.status_code, answer["Location"]) == (303, "/demo/#faults")
    assert list(SandboxFault.objects.values_list("kind", "used_at")) == [(kind.value, None)]
    assert re.findall(r'drawer-armed">(.*?)</p>', Client().get("/demo/").content.decode()) == [WAITS[kind]]

    Client().post("/demo/faults/back/", {"fault": kind})

    assert SandboxFault.objects.count() == 0


def test_used_fault_cannot_be_put_back() -> None:
    pull(Fault.DECLINE_CARD)
    pay_with(open_payment())

    Client().post("/demo/faults/back/", {"fault": Fault.DECLINE_CARD})

    assert fault(Fault.DECLINE_CARD).used_at is not None


@pytest.mark.parametrize("address", ["pull", "back"])
@pytest.mark.parametrize("named", ["", "burn_the_house"])
def test_unknown_fault_is_a_bad_request(address: str, named: str) -> None:
    assert Client().post(f"/demo/faults/{address}/", {"fault": named}).status_code == 400
    assert Client().get(f"/demo/faults/{address}/").status_code == 405


@pytest.mark.parametrize("changes", [{"PAYMENTS": "stripe"}, {"DEMO": False}])
def test_drawer_is_not_there_beside_real_money(settings: Any, changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)

    from portal.queries.demo_faults import find_drawer
    from portal.services.demo_faults import NoDrawer, put_fault_back, use_fault

    assert find_drawer() is None
    for kind in Fault:
        with pytest.raises(NoDrawer):
            use_fault(kind=kind)
        with pytest.raises(NoDrawer):
            put_fault_back(kind=kind)
    assert SandboxFault.objects.count() == 0


def test_nobody_pulled_anything_and_nothing_is_different() -> None:
    payment = pay_with(open_payment())
    hear()

    assert (told(payment), SandboxDelivery.objects.count(), SandboxFault.objects.count()) == (["paid"], 2, 0)


def test_drawer_asks_as_much_for_many_payments_as_for_one(django_assert_max_num_queries: Any) -> None:
    pull(Fault.DECLINE_CARD)
    for number in range(30):
        send("12345678", f"payout-{number}")
    sweep()

    with django_assert_max_num_queries(6):
        page = Client().get("/demo/faults/").content.decode()

    assert 'The bank has made <span class="number">30</span> payments' in page


def test_page_of_the_demo_opens_the_drawer_once_it_was_used() -> None:
    assert '<details class="drawer">' in Client().get("/demo/").content.decode()

    pull(Fault.FORGE_WEBHOOK)

    assert '<details class="drawer" open>' in Client().get("/demo/").content.decode()


@pytest.fixture
def worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[bytes]]:
    """Two processes that say they are the worker and the web of a supervisor, which is also ours."""
    monkeypatch.setenv(MARK, str(tmp_path))
    sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
    names = ("worker", "web")
    started = [subprocess.Popen(sleep, env={**os.environ, MARK: str(tmp_path), CHILD: name}) for name in names]
    yield started[0]
    for process in started:
        process.kill()
        process.wait()


def test_stopped_worker_is_killed_and_nobody_else(worker: subprocess.Popen[bytes], tmp_path: Path) -> None:
    pull(Fault.STOP_WORKER)

    assert worker.wait(timeout=5) == -signal.SIGKILL
    assert len(Records(tmp_path).running("web")) == 1
    assert log()[0] == (
        f"The worker was killed (process {worker.pid}). | "
        "The supervisor has not started another one yet. What is to be done lies in rows, not in the worker."
    )
    assert is_watched()


def test_stopped_worker_that_came_back_is_told(worker: subprocess.Popen[bytes], tmp_path: Path) -> None:
    pull(Fault.STOP_WORKER)
    sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
    again = subprocess.Popen(sleep, env={**os.environ, MARK: str(tmp_path), CHILD: "worker"})

    told_now = log()[0]

    again.kill()
    again.wait()
    assert told_now.endswith(f"The supervisor started another one (process {again.pid}).")


def test_without_a_supervisor_nothing_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(MARK, raising=False)

    pull(Fault.STOP_WORKER)

    assert fault(Fault.STOP_WORKER).outcome["killed"] == []
    assert log()[0].startswith("There was no worker to stop.")


def test_stories_write_amounts_as_the_reader_does() -> None:
    open_payment()
    pull(Fault.FORGE_WEBHOOK)
    client = Client()
    client.cookies["django_language"] = "vi"

    with translation.override("en"):  # what the page leaves behind must not reach the next test
        page = client.get("/demo/faults/").content.decode()

    assert "£500,00" in page
