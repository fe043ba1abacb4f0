"""A payout is sent once, whatever the line to the bank does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from core import clock, jobs
from core.errors import Busy
from core.jobs import engine
from core.models import AuditRecord, Job, JobChunk
from core.transactions import atomic
from payments.enums import AttemptOutcome, PayoutState, RunState
from payments.models import Payout, PayoutNews, PayoutRun, SandboxTransfer
from payments.queries.payout_runs import changes_since_last
from payments.sandbox import bank_api
from payments.services import payout_attempts, payout_sweeping, payouts
from payments.services.payout_runs import cancel_run, finish_run, hand_over, keep_file
from tests.factories.banking import make_mandate
from tests.factories.payouts import approve, drive, make_payee, make_run, states
from tests.factories.people import make_staff
from tests.payments import fake_payout_purpose
from tests.payments.fake_payout_purpose import told
from tests.payments.wires import (
    Answer,
    Interference,
    dropped_after_effect,
    dropped_before_effect,
    error,
    failed_after_effect,
)

pytestmark = pytest.mark.django_db


@dataclass
class Line:
    """The line to the bank: ``orders`` interferes with the coming orders, in turn; everything else passes."""

    orders: list[Interference] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def __call__(self, method: str, url: str, headers: Mapping[str, str], body: str | None) -> Answer:
        def go() -> Answer:
            return bank_api.answer(method, url, headers, body)

        if method != "post":
            return go()
        self.keys.append(headers["Idempotency-Key"])
        return self.orders.pop(0)(go) if self.orders else go()


_line = Line()


def transport(method: str, url: str, headers: Mapping[str, str], body: str | None) -> Answer:
    return _line(method, url, headers, body)


@pytest.fixture(autouse=True)
def line(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Line:
    settings.PAYOUT_HANDLERS = {fake_payout_purpose.PURPOSE: fake_payout_purpose.HANDLERS}
    settings.SANDBOX_SETTLE_SECONDS = 0
    settings.SANDBOX_BANK_TRANSPORT = "tests.payments.test_payouts.transport"
    monkeypatch.setattr(engine, "PUT_OFF_SECONDS", -1)  # meet it again at once
    _line.orders, _line.keys = [], []
    return _line


def only_payout(run: PayoutRun) -> Payout:
    return Payout.objects.get(run=run)


def test_run_approved_pays_everybody_once_and_is_done() -> None:
    run = approve(make_run([make_payee() for _ in range(3)]))

    drive()

    assert states(run) == ["settled"] * 3
    assert list(SandboxTransfer.objects.order_by("amount").values_list("amount", flat=True)) == [70, 71, 72]
    assert [told(payout) for payout in Payout.objects.filter(run=run)] == [["sent", "settled"]] * 3
    assert PayoutRun.objects.get(pk=run.pk).state == RunState.DONE


def test_draft_is_never_sent() -> None:
    run = make_run([make_payee()])

    drive()

    assert states(run) == ["ready"]
    assert SandboxTransfer.objects.count() == 0


def test_approved_run_before_its_day_waits() -> None:
    run = approve(make_run([make_payee()], not_before=clock.now() + timedelta(days=2)))

    drive()

    assert PayoutRun.objects.get(pk=run.pk).state == RunState.APPROVED
    assert states(run) == ["ready"]


def refused_after_effect(status: int) -> Interference:
    """It happened, and somebody on the way answered for the bank."""

    def interfere(go: Callable[[], Answer]) -> Answer:
        go()
        return error(status, "proxy_error")(go)

    return interfere


LINE_FAULTS: dict[str, tuple[list[Interference], int, int]] = {
    # what the line does, how many keys are seen, how many orders are made
    "busy": ([error(429, "rate_limited")], 1, 2),
    "dropped before": ([dropped_before_effect], 1, 2),
    "dropped after": ([dropped_after_effect], 1, 2),
    "500 not made": ([error(500, "api_error")], 2, 2),
    "500 made": ([failed_after_effect], 1, 1),
    "408 made": ([refused_after_effect(408)], 1, 1),
    "413 made": ([refused_after_effect(413)], 1, 1),
    "404 not made": ([error(404, "not_found")], 2, 2),
    "500 made, then dropped": ([failed_after_effect, dropped_after_effect], 1, 1),
    "500 not made, twice, then dropped after": (
        [error(500, "api_error"), error(500, "api_error"), dropped_after_effect],
        3,
        3,
    ),
}


@pytest.mark.parametrize("fault", LINE_FAULTS)
def test_payout_when_the_line_fails_is_paid_once(line: Line, fault: str) -> None:
    faults, keys, orders = LINE_FAULTS[fault]
    run = approve(make_run([make_payee()]))
    line.orders = list(faults)

    drive()

    assert states(run) == ["settled"]
    assert SandboxTransfer.objects.count() == 1
    assert (len(set(line.keys)), len(line.keys)) == (keys, orders)
    assert told(only_payout(run)) == ["sent", "settled"]


def test_payout_with_a_fresh_key_each_time_would_be_paid_twice(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bank can pay twice: without the attempt's key and without looking first, it does."""
    run = approve(make_run([make_payee()]))
    line.orders = [failed_after_effect]
    monkeypatch.setattr(payouts, "_made_before", lambda *_: None)

    drive()

    assert states(run) == ["settled"]
    assert SandboxTransfer.objects.count() == 2


def test_payout_refused_at_once_fails_with_its_reason() -> None:
    run = approve(make_run([make_payee(ending="0010"), make_payee()]))

    drive()

    assert states(run) == ["failed", "settled"]
    refused = Payout.objects.get(run=run, state="failed")
    assert (refused.reason, refused.sent_at, told(refused)) == ("no_such_account", None, ["failed"])
    assert refused.attempts.get().outcome == AttemptOutcome.REFUSED


def test_payout_accepted_then_failed_tells_both() -> None:
    run = approve(make_run([make_payee(ending="0020")]))

    drive()

    assert states(run) == ["failed"]
    assert (only_payout(run).reason, told(only_payout(run))) == ("account_closed", ["sent", "failed"])


def test_payout_that_comes_back_days_later_is_returned() -> None:
    run = approve(make_run([make_payee(ending="0030")]))
    drive()
    assert states(run) == ["settled"]

    with atomic():
        clock.move_forward(by=timedelta(days=3, minutes=1))
    drive()

    assert states(run) == ["returned"]
    assert told(only_payout(run)) == ["sent", "settled", "returned"]


def test_details_changed_after_approval_hold_the_payout(line: Line) -> None:
    party = make_payee()
    run = approve(make_run([party, make_payee()]))
    make_mandate(party, ending="9999", usable_from=clock.now() + timedelta(days=7))

    drive()

    assert states(run) == ["held", "settled"]
    held = Payout.objects.get(run=run, state="held")
    assert (held.reason, told(held), len(line.keys)) == ("details_changed", ["released"], 1)


def test_details_not_usable_yet_hold_the_payout() -> None:
    run = approve(make_run([make_payee(usable_from=clock.now() + timedelta(days=7))]))

    drive()

    assert (states(run), only_payout(run).reason) == (["held"], "details_wait")


def test_paused_run_stops_before_the_next_payment_and_goes_on(line: Line) -> None:
    finance = make_staff("finance")
    run = approve(make_run([make_payee() for _ in range(3)]))
    payout_sweeping.begin_due_runs()
    job = Job.objects.get(payout_run=run)

    def pause_after(go: Callable[[], Answer]) -> Answer:
        with atomic():
            jobs.pause(job=job, reason="a look", by=finance, at=clock.now())
        return go()

    line.orders = [pause_after]
    drive()
    assert states(run) == ["settled", "ready", "ready"]

    with atomic():
        jobs.resume(job=job, by=finance, at=clock.now())
    drive()

    assert states(run) == ["settled"] * 3
    assert SandboxTransfer.objects.count() == 3


def test_cancelled_run_keeps_what_was_sent_and_releases_the_rest(line: Line) -> None:
    run = approve(make_run([make_payee() for _ in range(3)]))
    director = make_staff("director")

    def cancel_after(go: Callable[[], Answer]) -> Answer:
        with atomic():
            cancel_run(run=run, reason="wrong day", by=director, at=clock.now())
        return go()

    line.orders = [cancel_after]
    drive()

    assert states(run) == ["settled", "cancelled", "cancelled"]
    assert SandboxTransfer.objects.count() == 1
    assert [told(payout) for payout in Payout.objects.filter(run=run, state="cancelled")] == [["released"]] * 2


def test_cancelled_while_the_line_is_dead_ends_as_the_bank_says(line: Line) -> None:
    run = approve(make_run([make_payee(), make_payee()], amounts=[70, 80]))
    director = make_staff("director")
    line.orders = [dropped_after_effect, dropped_before_effect]
    payout_sweeping.begin_due_runs()
    for payout in Payout.objects.filter(run=run):  # both are begun: one the bank has, one it never heard of
        with pytest.raises(Busy):
            payouts.send_payout(payout_id=payout.pk, store=atomic)
    with atomic():
        cancel_run(run=run, reason="stop", by=director, at=clock.now())
    assert states(run) == ["sending", "sending"]

    for payout in Payout.objects.filter(run=run):
        payout_sweeping.resolve_payout(payout.pk)

    assert states(run) == ["sent", "held"]
    assert SandboxTransfer.objects.count() == 1


def test_payout_set_aside_by_its_job_is_taken_up_by_the_sweep() -> None:
    run = approve(make_run([make_payee()]))
    payout_sweeping.begin_due_runs()
    JobChunk.objects.update(attempts=engine.ATTEMPTS_MAX)  # its worker was killed so often
    engine.run()
    assert states(run) == ["ready"]

    drive()

    assert states(run) == ["settled"]
    assert SandboxTransfer.objects.count() == 1


def test_bank_that_lets_nobody_in_pauses_the_run(line: Line) -> None:
    run = approve(make_run([make_payee()]))
    line.orders = [error(401, "authentication_error")]

    drive(turns=1)

    job = Job.objects.get(payout_run=run)
    assert (job.state, job.pause_reason != "") == ("paused", True)
    assert states(run) == ["sending"]


def test_old_open_attempt_is_looked_up_before_a_new_key(line: Line) -> None:
    run = approve(make_run([make_payee()]))
    line.orders = [dropped_after_effect]
    payout_sweeping.begin_due_runs()
    with pytest.raises(Busy):
        payouts.send_payout(payout_id=only_payout(run).pk, store=atomic)
    past = payout_attempts.real_now() + timedelta(hours=21)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(payout_attempts, "real_now", lambda: past)
        patch.setattr(payout_sweeping, "read_news", lambda _route: 0)  # the news would tell it first
        drive()

    assert states(run) == ["sent"]
    assert SandboxTransfer.objects.count() == 1
    assert list(only_payout(run).attempts.order_by("pk").values_list("outcome", flat=True)) == ["abandoned", "accepted"]


def test_bank_that_keeps_failing_is_asked_ever_less_often(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    run = approve(make_run([make_payee()]))
    payout_sweeping.begin_due_runs()
    line.orders = [error(500, "api_error")] * 50
    began, asked = payout_attempts.real_now(), []

    for seconds in range(0, 100, 2):
        moment = began + timedelta(seconds=seconds)
        monkeypatch.setattr(payout_attempts, "real_now", lambda moment=moment: moment)
        monkeypatch.setattr(payout_attempts, "REAL_NOW", moment)
        before = len(line.keys)
        with pytest.raises(Busy):
            payouts.send_payout(payout_id=only_payout(run).pk, store=atomic)
        asked += [seconds] * (len(line.keys) - before)

    assert asked == [0, 0, 0, 6, 16, 36, 76]  # after 5 seconds, 10, 20, 40, 80
    assert (states(run), SandboxTransfer.objects.count()) == (["sending"], 0)


def test_payout_whose_news_come_before_its_answer_is_settled_and_its_attempt_ended(line: Line) -> None:
    run = approve(make_run([make_payee()]))
    line.orders = [dropped_after_effect]
    payout_sweeping.begin_due_runs()
    with pytest.raises(Busy):
        payouts.send_payout(payout_id=only_payout(run).pk, store=atomic)

    payout_sweeping.read_news("sandbox")

    assert (states(run), told(only_payout(run))) == (["settled"], ["sent", "settled"])
    assert only_payout(run).attempts.get().outcome == AttemptOutcome.ACCEPTED


def test_news_of_a_foreign_transfer_is_kept_for_a_person(line: Line) -> None:
    run = approve(make_run([make_payee()]))
    drive()
    SandboxTransfer.objects.update(reference="x" * 22, status="pending")

    payout_sweeping.read_news("sandbox")

    parked = AuditRecord.objects.get(verb="payout_news_parked")
    assert (parked.detail["payout"], parked.detail["differing"]) == ("x" * 22, ["payout_id"])
    assert states(run) == ["settled"]
    assert PayoutNews.objects.get().read_until > 1


def test_file_route_counts_as_sent_when_the_bank_has_taken_the_file() -> None:
    finance = make_staff("finance")
    run = approve(make_run([make_payee(), make_payee()], route="csv"))
    drive()
    assert states(run) == ["ready", "ready"]

    with atomic():
        keep_file(run=run, sha256="a" * 64, by=finance, at=clock.now())
        hand_over(run=run, by=finance, at=clock.now())
    drive()

    assert states(run) == ["sent", "sent"]
    assert SandboxTransfer.objects.count() == 0
    assert PayoutRun.objects.get(pk=run.pk).state == RunState.DONE


def test_payment_of_a_file_set_aside_by_its_job_counts_as_sent_even_if_its_details_were_stopped_since() -> None:
    finance, payee = make_staff("finance"), make_payee()
    run = approve(make_run([payee], route="csv"))
    with atomic():
        keep_file(run=run, sha256="a" * 64, by=finance, at=clock.now())
        hand_over(run=run, by=finance, at=clock.now())
    payout_sweeping.begin_due_runs()
    JobChunk.objects.update(attempts=engine.ATTEMPTS_MAX)
    engine.run()
    make_mandate(payee, ending="9999")
    assert states(run) == ["ready"]

    drive()

    assert (states(run), told(only_payout(run))) == (["sent"], ["sent"])
    assert PayoutRun.objects.get(pk=run.pk).state == RunState.DONE


def test_run_with_something_left_is_not_finished() -> None:
    run = approve(make_run([make_payee()]))
    payout_sweeping.begin_due_runs()

    with atomic():
        finish_run(run_id=run.pk, at=clock.now())

    assert PayoutRun.objects.get(pk=run.pk).state == RunState.PAYING
    assert only_payout(run).state == PayoutState.READY


def test_news_that_cannot_be_written_holds_up_no_other_and_is_met_again_at_night(settings: Any) -> None:
    run = approve(make_run([make_payee(), make_payee()]))
    payout_sweeping.begin_due_runs()
    engine.run()
    first = Payout.objects.filter(run=run).earliest("pk")
    broken = {**fake_payout_purpose.HANDLERS, "settled": "tests.payments.test_payouts.refuse_the_first"}
    settings.PAYOUT_HANDLERS = {fake_payout_purpose.PURPOSE: broken}

    payout_sweeping.read_news("sandbox")

    assert states(run) == ["sent", "settled"]
    assert AuditRecord.objects.get(verb="payout_news_parked").detail["payout"] == first.public_id

    settings.PAYOUT_HANDLERS = {fake_payout_purpose.PURPOSE: fake_payout_purpose.HANDLERS}
    with atomic():
        clock.move_forward(by=timedelta(days=1, minutes=1))
    payout_sweeping.reconcile()

    assert states(run) == ["settled", "settled"]
    assert told(first) == ["sent", "settled"]


def refuse_the_first(*, payout: Payout, at: Any) -> None:
    if payout == Payout.objects.filter(run=payout.run_id).earliest("pk"):
        raise ValueError("a handler with a mistake")
    fake_payout_purpose.settled(payout=payout, at=at)


def test_transfer_that_we_believe_refused_is_seen_at_night() -> None:
    run = approve(make_run([make_payee(ending="0010")]))
    drive()
    refused = only_payout(run)
    assert (refused.state, refused.provider_id) == ("failed", None)
    other = approve(make_run([make_payee()]))
    drive()
    SandboxTransfer.objects.update(reference=refused.public_id, amount=refused.amount_minor)

    payout_sweeping.reconcile()

    parked = AuditRecord.objects.get(verb="payout_news_parked")
    assert (parked.detail["payout"], parked.detail["differing"]) == (refused.public_id, ["state"])
    assert states(other) == ["settled"]


def test_change_of_destination_is_told_against_what_was_last_sent() -> None:
    party = make_payee(ending="1111")
    approve(make_run([party]))
    drive()
    make_mandate(party, ending="9999")
    cancelled = approve(make_run([party], not_before=clock.now() + timedelta(days=1)))
    with atomic():
        cancel_run(run=cancelled, reason="not yet", by=make_staff("director"), at=clock.now())

    changes = changes_since_last(make_run([party]))

    assert (changes.new_count, changes.destination_count) == (0, 1)
