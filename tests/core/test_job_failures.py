"""What goes wrong with an item of a job, and what is not its fault."""

import errno
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError, connection

from core import clock, jobs
from core.enums import ChunkState, JobState
from core.errors import Busy, DomainError, StorageFull
from core.jobs import engine
from core.models import Job, JobChunk
from core.tasks import sweep
from core.transactions import atomic
from tests.core import probe
from tests.core.probe import begun, end_leases, failures, fresh

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("probes")]


def test_poison_item_is_set_aside_with_its_reason_and_the_rest_goes_on() -> None:
    job = probe.start(range(4), chunk_size=4)

    with probe.trouble(
        before={1: probe.raising(ValueError("bad glyph")), 2: probe.raising(DomainError("No such font."))}
    ):
        engine.run(job.pk)

    assert probe.done(job) == [0, 3]
    assert failures() == [("1", "ValueError: bad glyph"), ("2", "No such font.")]
    assert fresh(job).state == JobState.DONE


def test_item_that_fails_inside_its_transaction_leaves_no_result() -> None:
    job = probe.start([1])

    with probe.trouble(inside={1: probe.raising(ValueError("half done"))}):
        engine.run(job.pk)

    assert (probe.done(job), failures()) == ([], [("1", "ValueError: half done")])


def test_handler_that_fails_after_storing_costs_the_next_item_nothing() -> None:
    job = probe.start(range(3))

    with probe.trouble(after={0: probe.raising(ValueError("too late")), 2: probe.raising(ValueError("too late"))}):
        engine.run(job.pk)

    assert (probe.done(job), failures(), fresh(job).state) == ([0, 1, 2], [], JobState.DONE)


def test_handler_that_stores_twice_does_not_take_the_next_items_place() -> None:
    job = probe.start(range(2))

    def store_again(lease: jobs.Lease, item: int) -> None:
        with lease.store():
            pass

    with probe.trouble(after={0: store_again}):
        engine.run(job.pk)

    assert (probe.done(job), failures()) == ([0, 1], [])


def test_handler_that_stores_nothing_is_a_failure(settings: Any) -> None:
    settings.JOB_HANDLERS = {"probe": "tests.core.probe._nothing"}
    probe.start([1])

    engine.run()

    assert failures() == [("1", "RuntimeError: the handler of probe stored nothing for 1")]


@pytest.mark.parametrize("reason", ["a\0b", "x" * 5000], ids=["null byte", "long"])
def test_reason_that_the_database_would_not_take_is_kept_shorter(reason: str) -> None:
    job = probe.start(range(2))

    with probe.trouble(before={0: probe.raising(ValueError(reason))}):
        engine.run(job.pk)

    ((item, kept),) = failures()
    assert (item, "\0" in kept, len(kept) <= 500) == ("0", False, True)
    assert probe.done(job) == [1]


def test_item_that_ends_its_worker_three_times_is_set_aside() -> None:
    job = probe.start(range(3))
    for _death in range(3):
        engine.claim()
        end_leases()

    engine.run(job.pk)

    assert failures() == [("0", "its worker ended 3 times")]
    assert (probe.done(job), fresh(job).state) == ([1, 2], JobState.DONE)


def test_item_that_ended_its_worker_twice_is_tried_again() -> None:
    job = probe.start(range(3))
    for _death in range(2):
        engine.claim()
        end_leases()

    engine.run(job.pk)

    assert (probe.done(job), failures()) == ([0, 1, 2], [])


def test_deaths_are_counted_for_each_item_anew() -> None:
    job = probe.start(range(3))
    for item in range(3):
        for _death in range(2):
            engine.claim()
            end_leases()
        lease = begun(engine.claim())
        probe.handle(lease, item)
        end_leases()

    engine.finish()

    assert (probe.done(job), failures(), fresh(job).state) == ([0, 1, 2], [], JobState.DONE)


def test_time_limit_of_the_worker_is_not_held_against_the_item_at_once() -> None:
    probe.start([1])

    with probe.trouble(before={1: probe.raising(SoftTimeLimitExceeded())}), pytest.raises(SoftTimeLimitExceeded):
        engine.run()

    assert (failures(), JobChunk.objects.get().attempts) == ([], 1)


@pytest.mark.parametrize(
    "error", [Busy(), OperationalError("the server closed the connection")], ids=["lock", "restart"]
)
def test_passing_trouble_puts_the_chunk_off_and_counts_against_no_item(error: Exception) -> None:
    job = probe.start([1, 2, 3, 4], chunk_size=2)

    with probe.trouble(before={1: probe.raising(error)}):
        for _try in range(5):
            engine.run(job.pk)
            end_leases()

    assert (probe.done(job), failures()) == ([3, 4], [])
    engine.run(job.pk)
    assert (probe.done(job), fresh(job).state) == ([3, 4, 1, 2], JobState.DONE)


def test_chunk_put_off_is_left_alone_for_a_while() -> None:
    probe.start([1])

    with probe.trouble(before={1: probe.raising(Busy())}):
        taken = engine.run()

    assert (taken, engine.claim()) == (1, None)


def test_error_of_the_database_that_will_not_pass_sets_the_item_aside() -> None:
    job = probe.start([1])

    def too_long(lease: jobs.Lease, item: int) -> None:
        with atomic(), connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'index row too long' USING ERRCODE = '54000'; END $$")

    with probe.trouble(before={1: too_long}):
        engine.run(job.pk)

    assert [item for item, _reason in failures()] == ["1"]
    assert fresh(job).state == JobState.DONE


def test_kind_that_this_worker_does_not_know_keeps_no_other_job_waiting(settings: Any) -> None:
    unknown = probe.start([1])
    settings.JOB_HANDLERS = {"other": "tests.core.probe.handle"}
    Job.objects.filter(pk=unknown.pk).update(kind="newer")
    settings.JOB_HANDLERS = probe.HANDLERS
    known = probe.start([2])

    sweep()

    assert (probe.done(known), fresh(known).state) == ([2], JobState.DONE)
    assert (fresh(unknown).state, JobChunk.objects.get(job=unknown).attempts) == (JobState.RUNNING, 0)


@pytest.mark.parametrize("error", [StorageFull(), OSError(errno.ENOSPC, "No space left on device")])
def test_full_disk_pauses_the_job_with_the_reason(error: Exception) -> None:
    job = probe.start(range(3))

    with probe.trouble(before={1: probe.raising(error)}):
        engine.run(job.pk)

    assert (fresh(job).state, fresh(job).pause_reason) == (JobState.PAUSED, str(StorageFull()))
    assert (probe.done(job), failures()) == ([0], [])
    assert JobChunk.objects.get().state == ChunkState.READY


def test_job_paused_by_a_full_disk_goes_on_when_resumed() -> None:
    job = probe.start(range(3))
    with probe.trouble(before={1: probe.raising(StorageFull())}):
        engine.run(job.pk)

    with atomic():
        jobs.resume(job=job, by=None, at=clock.now())
    engine.run(job.pk)

    assert (probe.done(job), fresh(job).state, fresh(job).pause_reason) == ([0, 1, 2], JobState.DONE, "")
