"""Races around the call to the bank, each first shown to happen with its lock off: nobody is paid twice or unseen."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import connection

from accounts.models import Party
from core import clock, jobs
from core.errors import Busy
from core.jobs import engine
from core.models import Job, JobChunk, JobFailure
from core.transactions import atomic
from payments.errors import Mismatch
from payments.models import Payout, PayoutRun, SandboxTransfer
from payments.services import payout_sweeping, payouts
from payments.services.payout_attempts import Begun, open_attempt
from payments.services.payout_runs import cancel_run
from tests.factories.banking import make_mandate
from tests.factories.payouts import approve, drive, make_payee, make_run, states
from tests.factories.people import make_staff
from tests.payments import fake_payout_purpose
from tests.payments.fake_payout_purpose import told
from tests.payments.wires import error
from tests.races.bank_line import Line, line, passes
from tests.races.crowd import as_owner

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("committed_db")]


@pytest.fixture(autouse=True)
def bank(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Line:
    """Our own purpose, our own line; put off means met again at once, left behind means looked up at once."""
    settings.PAYOUT_HANDLERS = {fake_payout_purpose.PURPOSE: fake_payout_purpose.HANDLERS}
    settings.SANDBOX_BANK_TRANSPORT = "tests.races.bank_line.transport"
    settings.CELERY_BROKER_URL = "memory://"
    monkeypatch.setattr(engine, "PUT_OFF_SECONDS", -1)
    monkeypatch.setattr(payout_sweeping, "STUCK_AFTER_SECONDS", 0)
    line.orders, line.keys = [], []
    return line


class beside:
    """Do something in another thread, with a connection of its own, while the block runs."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self.errors: list[BaseException] = []
        self._act, self._thread = act, Thread(target=self._run)

    def _run(self) -> None:
        try:
            self._act()
        except BaseException as error:
            self.errors.append(error)
        finally:
            connection.close()

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *exception: object) -> None:
        self._thread.join()
        if self.errors and exception[0] is None:
            raise self.errors[0]


def preceded(act: Callable[[], object], function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function, but that somebody else acts just before its first call."""
    acts = [act]

    def called(*args: Any, **kwargs: Any) -> Any:
        if acts:
            with beside(acts.pop()):
                pass
        return function(*args, **kwargs)

    return called


def begin_blindly(*, payout_id: int) -> Begun:
    """Begin an attempt as if nothing could have changed since the payout was read."""
    Payout.objects.filter(pk=payout_id, state="ready").update(state="sending")
    return open_attempt(Payout.objects.get(pk=payout_id))


def make_begun(*parties: Party) -> PayoutRun:
    run = approve(make_run(parties or [make_payee()]))
    payout_sweeping.begin_due_runs()
    return run


def send(payout: Payout) -> None:
    payouts.send_payout(payout_id=payout.pk, store=atomic)


def cancel(run: PayoutRun) -> None:
    with atomic():
        cancel_run(run=run, reason="stop", by=make_staff("director"), at=clock.now())


def change_details(party: Party) -> None:
    make_mandate(party, ending="9999", usable_from=clock.now() + timedelta(days=7))


def paid() -> int:
    return SandboxTransfer.objects.count()


def let_anybody_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """Switch off the lock that lets one process at a time call the bank about a payout."""
    monkeypatch.setattr(payouts, "only_caller", nullcontext)
    monkeypatch.setattr(payout_sweeping, "only_caller", nullcontext)


def test_run_cancelled_before_a_blind_attempt_without_the_law_is_paid_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = make_begun()
    as_owner("DROP TRIGGER payout_attempt_of_one_being_sent ON payments_payoutattempt")
    monkeypatch.setattr(payouts, "begin_attempt", preceded(lambda: cancel(run), begin_blindly))

    drive()

    assert (states(run), paid()) == (["cancelled"], 1)


def test_run_cancelled_before_a_blind_attempt_is_kept_from_the_bank_by_the_law(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = make_begun()
    monkeypatch.setattr(payouts, "begin_attempt", preceded(lambda: cancel(run), begin_blindly))

    drive()

    assert (states(run), paid()) == (["cancelled"], 0)
    assert "only a payment that is being sent is attempted" in JobFailure.objects.get().reason


def test_run_cancelled_between_look_and_attempt_is_not_paid(monkeypatch: pytest.MonkeyPatch) -> None:
    run = make_begun()
    monkeypatch.setattr(payouts, "begin_attempt", preceded(lambda: cancel(run), payouts.begin_attempt))

    drive()

    assert (states(run), paid(), told(Payout.objects.get())) == (["cancelled"], 0, ["released"])


def test_details_changed_before_a_blind_attempt_are_paid_to_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    party = make_payee(ending="4471")
    run = make_begun(party)
    monkeypatch.setattr(payouts, "begin_attempt", preceded(lambda: change_details(party), begin_blindly))

    drive()

    assert (states(run), SandboxTransfer.objects.get().ending) == (["settled"], "4471")


def test_details_changed_between_look_and_attempt_hold_the_payout(monkeypatch: pytest.MonkeyPatch) -> None:
    party = make_payee()
    run = make_begun(party)
    monkeypatch.setattr(payouts, "begin_attempt", preceded(lambda: change_details(party), payouts.begin_attempt))

    drive()

    assert (states(run), paid(), Payout.objects.get().reason) == (["held"], 0, "details_changed")


def test_details_changed_while_another_is_paid_hold_the_payout(bank: Line) -> None:
    first, second = make_payee(), make_payee()
    run = make_begun(first, second)
    gate = bank.gate(passes)

    with beside(drive):
        gate.wait()
        change_details(second)
        gate.opened.set()

    assert (states(run), paid()) == (["settled", "held"], 1)


def test_details_changed_while_the_bank_is_busy_hold_what_it_never_heard_of(bank: Line) -> None:
    """It was begun, so the job leaves it; the sweep asks the bank when no call can be under way any more."""
    party = make_payee()
    run = make_begun(party)
    bank.orders.append(error(429, "rate_limited"))
    with pytest.raises(Busy):
        send(Payout.objects.get())

    change_details(party)
    drive()

    assert (states(run), paid(), Payout.objects.get().reason) == (["held"], 0, "details_changed")


def meet_at_one_payout(bank: Line) -> None:
    """One's order is on its way while another is told of a server error, looks, and takes a new key."""
    payout = Payout.objects.get()
    gate = bank.gate(passes)
    bank.orders.append(error(500, "api_error"))
    with beside(lambda: send(payout)):
        gate.wait()
        try:
            send(payout)
        except Busy:
            pass
        finally:
            gate.opened.set()


def test_two_without_the_lock_pay_one_payout_twice(bank: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    make_begun()
    let_anybody_call(monkeypatch)

    with pytest.raises(Mismatch):
        meet_at_one_payout(bank)

    assert paid() == 2


def test_two_at_one_payout_pay_it_once(bank: Line) -> None:
    run = make_begun()

    meet_at_one_payout(bank)

    assert (states(run), paid(), len(bank.keys)) == (["sent"], 1, 1)


def give_up_while_on_its_way(bank: Line, run: PayoutRun) -> None:
    """The run is cancelled, and the sweep takes the payout for left behind, while its order is on its way."""
    payout = Payout.objects.get()
    gate = bank.gate(passes)
    with beside(lambda: send(payout)):
        gate.wait()
        cancel(run)
        try:
            payout_sweeping.resolve_payout(payout.pk)
        except Busy:
            pass
        finally:
            gate.opened.set()


def test_order_on_its_way_without_the_lock_is_given_up_and_paid(bank: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    run = make_begun()
    let_anybody_call(monkeypatch)

    with pytest.raises(Mismatch):
        give_up_while_on_its_way(bank, run)

    assert (states(run), told(Payout.objects.get()), paid()) == (["held"], ["released"], 1)


def test_order_on_its_way_is_not_given_up(bank: Line) -> None:
    run = make_begun()

    give_up_while_on_its_way(bank, run)

    assert (states(run), told(Payout.objects.get()), paid()) == (["sent"], ["sent"], 1)


def test_worker_slower_than_its_lease_and_its_heir_pay_once(bank: Line) -> None:
    run = make_begun()
    gate = bank.gate(passes)

    with beside(engine.run):
        gate.wait()
        JobChunk.objects.update(lease_until=clock.now() - timedelta(days=1))
        heir = engine.claim()
        assert heir is not None
        engine.work_on(heir)
        gate.opened.set()
    drive()

    assert (states(run), paid(), len(set(bank.keys))) == (["settled"], 1, 1)
    assert Job.objects.get().state == "done"


def test_pause_while_two_workers_pay_stops_both_before_their_next(bank: Line) -> None:
    run = approve(make_run([make_payee() for _turn in range(60)]))  # two chunks
    payout_sweeping.begin_due_runs()
    gates = [bank.gate(passes), bank.gate(passes)]

    with beside(engine.run), beside(engine.run):
        for gate in gates:
            gate.wait()
        with atomic():
            jobs.pause(job=Job.objects.get(), reason="a look", by=make_staff("finance"), at=clock.now())
        for gate in gates:
            gate.opened.set()

    assert (paid(), states(run).count("ready")) == (2, 58)
