"""The drawer's faults of money out, on real payment runs: a lost answer, money that comes back, a killed worker."""

from typing import Any

import pytest
from django.test import Client

from core import clock
from core.jobs import engine
from core.transactions import atomic
from payments.enums import PayoutState
from payments.models import Payout, PayoutRun, SandboxTransfer
from payments.sandbox import bank
from payments.sandbox.faults import Fault
from payments.services import payout_sweeping
from tests.factories.payouts import approve, drive, make_payee, make_run, states
from tests.payments import fake_payout_purpose
from tests.payments.fake_payout_purpose import told
from tests.payments.test_fault_drawer import is_watched, log, pull

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def payouts_of_the_tests(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PAYOUT_HANDLERS = {fake_payout_purpose.PURPOSE: fake_payout_purpose.HANDLERS}
    monkeypatch.setattr(engine, "PUT_OFF_SECONDS", -1)  # meet it again at once


def begun_run(payees: int = 1) -> PayoutRun:
    """Return an approved run whose job has started and done nothing yet."""
    run = approve(make_run([make_payee() for _ in range(payees)]))
    payout_sweeping.begin_due_runs()
    return run


def test_lost_answer_of_a_payment_is_asked_for_again_with_the_same_key() -> None:
    pull(Fault.LOSE_BANK_ANSWER)
    run = begun_run()
    lease = engine.claim()
    assert lease is not None
    engine.work_on(lease)
    payout = Payout.objects.get(run=run)
    assert (payout.state, SandboxTransfer.objects.count()) == (PayoutState.SENDING, 1)
    assert log() == [
        "The bank took £0.70 for the account ending 4471, and its answer was lost. | "
        "The house does not know whether it was paid. It asks again with the same key, which pays only once."
    ]
    assert is_watched()

    drive()

    assert (states(run), told(payout)) == (["settled"], ["sent", "settled"])
    assert log()[0].endswith(
        "The house asked again and was told what had been done. Keys it used: 1. Payments made: 1."
    )
    assert not is_watched()


def test_returned_payment_is_reversed_and_told_once() -> None:
    run = begun_run(payees=2)
    drive()
    newest = SandboxTransfer.objects.order_by("-changed_at", "-number").first()
    assert newest is not None

    pull(Fault.RETURN_PAYOUT)
    assert log()[0].endswith("The house reads the bank's list every few seconds, and has not come to this yet.")
    assert is_watched()
    drive()
    drive()

    payout = Payout.objects.get(public_id=newest.reference)
    assert (payout.state, payout.reason) == (PayoutState.RETURNED, "name_mismatch")
    assert told(payout) == ["sent", "settled", "returned"]
    assert sorted(states(run)) == ["returned", "settled"]
    assert log()[0].endswith("The payment is marked as returned, and the money is owed to its holder again.")
    assert not is_watched()


def test_payment_to_choose_is_shown_with_its_holder_and_ending() -> None:
    run = begun_run(payees=2)
    drive()
    first = Payout.objects.filter(run=run).order_by("pk").first()
    assert first is not None
    transfer = SandboxTransfer.objects.get(reference=first.public_id)

    page = Client().get("/demo/").content.decode()
    pull(Fault.RETURN_PAYOUT, transfer=transfer.transfer_id)
    drive()

    assert f'<option value="{transfer.transfer_id}">£0.70 · …4471 · {transfer.holder_name}</option>' in page
    assert sorted(states(run)) == ["returned", "settled"]
    first.refresh_from_db()
    assert first.state == PayoutState.RETURNED


def test_worker_stopped_in_the_middle_of_a_run_is_told_with_where_it_stood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.services.demo_faults.kill_sibling", lambda name: [101, 102])
    monkeypatch.setattr("portal.queries.demo_fault_stories.find_sibling", lambda name: 202)
    run = begun_run(payees=3)
    lease = engine.claim()
    assert lease is not None
    handler = engine._handler_of("payouts")
    handler(lease, lease.begin_item())  # one of three is stored, then the worker dies

    pull(Fault.STOP_WORKER)
    before = Client().get("/demo/faults/").content.decode()
    lease.release()
    drive()

    assert "1 of 3 when it was killed, 1 now." in before
    assert "taken up again when its lease ends, after 60 seconds." in before
    assert "1 of 3 when it was killed, 3 now." in Client().get("/demo/faults/").content.decode()
    assert log()[0] == (
        "The worker was killed (process 101) with what it had started, 2 processes in all. | "
        "The supervisor started another one (process 202)."
    )
    assert (states(run), SandboxTransfer.objects.count()) == (["settled"] * 3, 3)
    assert not is_watched()


def test_money_of_a_stranger_that_comes_back_is_no_payout_of_ours() -> None:
    from tests.payments.test_sandbox_bank import send

    send("12345678", "not-of-ours")
    with atomic():
        bank.pass_time(at=clock.now())

    pull(Fault.RETURN_PAYOUT)

    assert log()[0].endswith(
        "The house knows no payment of that number, and noted it in the audit trail for a person to look at."
    )
