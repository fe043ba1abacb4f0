"""The engine of long work: chunks, leases, fences, pauses, hints."""

from typing import Any

import pytest
from django.db import transaction

from core import clock, jobs
from core.enums import JobState
from core.errors import DomainError
from core.jobs import engine, hints
from core.models import AuditRecord, Job, JobChunk
from core.tasks import sweep, work_on_job
from core.transactions import atomic
from tests.core import probe
from tests.core.probe import begun, end_leases, failures, fresh

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("probes")]


def test_job_is_cut_into_chunks_with_every_item_once() -> None:
    job = probe.start([1, 2, 3, 4, 5, 5, 1, 6, 7])

    assert list(job.chunks.order_by("pk").values_list("items", "size")) == [([1, 2, 3], 3), ([4, 5, 6], 3), ([7], 1)]


def test_job_run_does_every_item_once_and_is_done() -> None:
    job = probe.start(range(7))

    taken = engine.run(job.pk)

    assert (taken, probe.done(job), fresh(job).state) == (3, list(range(7)), JobState.DONE)
    assert engine.run(job.pk) == 0


def test_job_is_done_only_with_its_last_chunk() -> None:
    job = probe.start(range(6))
    engine.work_on(engine.claim())

    engine.finish()

    assert fresh(job).state == JobState.RUNNING
    engine.work_on(engine.claim())
    engine.finish()
    assert fresh(job).state == JobState.DONE
    assert fresh(job).finished_at is not None


def test_job_without_items_is_done_by_the_next_sweep() -> None:
    job = probe.start([])

    engine.sweep()

    assert (fresh(job).state, jobs.progress_of(fresh(job)).percent) == (JobState.DONE, 100)


def test_job_is_rolled_back_with_the_transaction_that_started_it() -> None:
    with atomic():
        probe.start([1])
        transaction.set_rollback(True)

    assert (Job.objects.count(), JobChunk.objects.count()) == (0, 0)


def test_sweep_finds_work_that_no_hint_announced() -> None:
    job = probe.start(range(4))

    sweep()

    assert (probe.done(job), fresh(job).state) == ([0, 1, 2, 3], JobState.DONE)


def test_run_for_one_job_leaves_the_others() -> None:
    first, second = probe.start([1]), probe.start([2])

    engine.run(second.pk)

    assert (probe.done(first), probe.done(second)) == ([], [2])


def test_progress_comes_from_chunks_and_reads_nothing_that_was_made(django_assert_num_queries: Any) -> None:
    job = probe.start(range(10), chunk_size=4)
    with probe.trouble(before={1: probe.raising(DomainError())}):
        engine.work_on(engine.claim())

    with django_assert_num_queries(1) as queries:
        progress = jobs.progress_of(job)

    assert (progress.total, progress.done, progress.failed, progress.percent) == (10, 3, 1, 40)
    assert [query["sql"] for query in queries if "core_auditrecord" in query["sql"]] == []


def test_chunk_under_lease_is_not_claimed_again() -> None:
    probe.start([1, 2])
    engine.claim()

    assert engine.claim() is None


def test_chunk_of_a_dead_worker_goes_on_at_its_position() -> None:
    job = probe.start(range(3))
    dead = engine.claim()
    probe.handle(begun(dead), 0)
    end_leases()

    engine.run(job.pk)

    assert probe.done(job) == [0, 1, 2]
    assert JobChunk.objects.get().fence == 2


def test_worker_whose_lease_was_taken_stores_nothing() -> None:
    job = probe.start([7])
    slow = begun(engine.claim())
    end_leases()
    taker = engine.claim()

    with pytest.raises(jobs.LeaseLost):
        probe.handle(slow, 7)

    assert probe.done(job) == []
    engine.work_on(taker)
    assert probe.done(job) == [7]


def test_worker_whose_lease_was_taken_sets_nothing_aside() -> None:
    probe.start([7])
    slow = begun(engine.claim())
    end_leases()
    engine.claim()

    with pytest.raises(jobs.LeaseLost):
        slow.set_aside("too late")

    assert failures() == []


def test_worker_whose_lease_was_taken_goes_on_with_the_next_chunk() -> None:
    job = probe.start([1, 2], chunk_size=1)

    def lose(lease: jobs.Lease, item: int) -> None:
        JobChunk.objects.filter(pk=lease.chunk_id).update(fence=99)

    with probe.trouble(before={1: lose}):
        engine.run(job.pk)

    assert probe.done(job) == [2]
    assert fresh(job).state == JobState.RUNNING


def stopping(service: Any, **fields: Any) -> probe.Trouble:
    def stop(lease: jobs.Lease, item: int) -> None:
        with atomic():
            service(job=Job.objects.get(pk=lease.job_id), by=None, at=clock.now(), **fields)

    return stop


def test_paused_job_stops_before_its_next_item() -> None:
    job = probe.start(range(4))

    with probe.trouble(after={1: stopping(jobs.pause, reason="The printer is out.")}):
        engine.run(job.pk)

    assert (probe.done(job), fresh(job).pause_reason) == ([0, 1], "The printer is out.")
    assert engine.run() == 0


def test_cancelled_job_stops_before_its_next_item_for_good() -> None:
    job = probe.start(range(4))
    with probe.trouble(after={1: stopping(jobs.cancel)}):
        engine.run(job.pk)

    with atomic():
        jobs.resume(job=job, by=None, at=clock.now())
    sweep()

    assert (probe.done(job), fresh(job).state) == ([0, 1], JobState.CANCELLED)


def test_job_paused_at_its_very_last_item_is_done_once_resumed() -> None:
    job = probe.start([1])
    with probe.trouble(after={1: stopping(jobs.pause, reason="Wait.")}):
        engine.run(job.pk)
    assert fresh(job).state == JobState.PAUSED

    with atomic():
        jobs.resume(job=job, by=None, at=clock.now())
    sweep()

    assert (probe.done(job), fresh(job).state) == ([1], JobState.DONE)


def test_pause_twice_keeps_the_first_reason() -> None:
    job = probe.start([1])

    with atomic():
        jobs.pause(job=job, reason="first", by=None, at=clock.now())
        jobs.pause(job=job, reason="second", by=None, at=clock.now())

    assert fresh(job).pause_reason == "first"
    assert AuditRecord.objects.filter(verb="job_paused").count() == 1


def test_run_out_of_time_gives_the_chunk_back_between_two_items(monkeypatch: pytest.MonkeyPatch) -> None:
    job = probe.start(range(3))
    moments = iter([0.0, 1.0, 2.0, 30.0, 30.0, 30.0])
    monkeypatch.setattr(engine.time, "monotonic", lambda: next(moments))

    engine.run(job.pk, seconds_max=20)

    assert probe.done(job) == [0]
    assert JobChunk.objects.values_list("state", "position").get() == ("ready", 1)


def test_task_out_of_time_hints_that_the_job_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    job = probe.start(range(4), chunk_size=1)
    sent: list[Any] = []
    monkeypatch.setattr(hints, "send_hint", lambda task, ids: sent.append((task, ids)))
    original = engine.run
    monkeypatch.setattr(engine, "run", lambda job_id, seconds_max: engine.work_on(engine.claim(job_id)) or 1)

    work_on_job(job.pk)

    assert sent == [("core.tasks.work_on_job", {"job_id": job.pk})]
    monkeypatch.setattr(engine, "run", original)
    work_on_job(job.pk)
    assert len(sent) == 1


def test_broker_down_at_the_hint_is_only_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, django_capture_on_commit_callbacks: Any
) -> None:
    def refuse(*args: Any, **options: Any) -> None:
        raise ConnectionRefusedError("no broker here")

    monkeypatch.setattr("core.jobs.hints.current_app.send_task", refuse)

    with django_capture_on_commit_callbacks(execute=True):
        job = probe.start([1])

    assert "the broker took no hint for core.tasks.work_on_job: no broker here" in caplog.text
    engine.sweep()
    assert probe.done(job) == [1]


def test_sweeper_that_fails_keeps_no_other_from_running(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    settings.SWEEPERS = ["tests.core.test_jobs.fail", "no.such.sweeper", "core.jobs.engine.sweep"]
    job = probe.start([1])

    sweep()

    assert probe.done(job) == [1]
    assert "sweeper tests.core.test_jobs.fail failed" in caplog.text


def fail() -> None:
    raise RuntimeError("this sweeper always fails")
