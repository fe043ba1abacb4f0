"""Which chunk is next, and how long what is left takes."""

from datetime import timedelta
from typing import Any

import pytest

from core import clock, jobs
from core.enums import JobState
from core.jobs import engine
from core.models import Job, JobChunk
from core.tasks import work_on_job
from core.transactions import atomic
from tests.core import probe
from tests.core.probe import begun, fresh

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("probes")]


@pytest.fixture
def money_first(probes: None, settings: Any) -> None:
    """Jobs of the kind "money" go before probes."""
    settings.JOB_HANDLERS = {**probe.HANDLERS, "money": "tests.core.probe.handle"}
    settings.JOBS_FIRST = ["money"]


def start_money(*items: int) -> Job:
    with atomic():
        return jobs.start(kind="money", items=items, chunk_size=1, by=None, at=clock.now())


def done_in_order() -> list[int]:
    """Items of all jobs in the order of doing."""
    rows = probe.AuditRecord.objects.filter(verb="probe_done").order_by("pk")
    return [detail["item"] for detail in rows.values_list("detail", flat=True)]


@pytest.mark.usefixtures("money_first")
def test_money_queued_after_a_long_job_is_worked_on_next() -> None:
    probe.start([1, 2, 3, 4])
    start_money(10, 11)

    engine.run()

    assert done_in_order() == [10, 11, 1, 2, 3, 4]


@pytest.mark.usefixtures("money_first")
def test_money_that_comes_while_a_long_job_is_worked_on_waits_for_the_chunk_in_hand_only() -> None:
    printing = probe.start([1, 2, 3, 4, 5, 6], chunk_size=2)
    states: list[str] = []

    def ready(lease: jobs.Lease, item: int) -> None:
        start_money(10)

    def look(lease: jobs.Lease, item: int) -> None:
        states.append(Job.objects.get(kind="money").state)

    with probe.trouble(before={1: ready, 3: look}):
        work_on_job(printing.pk)

    assert done_in_order() == [1, 2, 10, 3, 4, 5, 6]
    assert states == [JobState.DONE]
    assert fresh(printing).state == JobState.DONE


@pytest.mark.usefixtures("money_first")
def test_job_that_goes_first_takes_nothing_of_the_others() -> None:
    printing, money = probe.start([1, 2]), start_money(10)

    engine.run(money.pk)

    assert (done_in_order(), fresh(printing).state) == ([10], JobState.RUNNING)


@pytest.mark.usefixtures("money_first")
def test_money_that_is_paused_holds_nothing_up() -> None:
    probe.start([1, 2])
    money = start_money(10)
    with atomic():
        jobs.pause(job=money, reason="Wait.", by=None, at=clock.now())

    engine.run()

    assert done_in_order() == [1, 2]


def test_kinds_that_go_first_are_kinds_of_jobs() -> None:
    from config.settings import base

    assert set(base.JOBS_FIRST) < set(base.JOB_HANDLERS)
    assert set(base.JOBS_CARRIED_OUT) < set(base.JOB_HANDLERS)


def worked(job: Job, **time: float) -> None:
    """Let each of the job's items behind us have taken that long."""
    for chunk in job.chunks.all():
        JobChunk.objects.filter(pk=chunk.pk).update(worked=timedelta(**time) * chunk.position)


def half_done() -> Job:
    """Five of ten items done by a worker who is at the second chunk."""
    job = probe.start(range(10), chunk_size=5)
    engine.work_on(engine.claim())
    engine.claim()
    return job


def test_time_left_comes_from_the_time_that_was_worked() -> None:
    job = half_done()
    worked(job, seconds=2)

    assert jobs.progress_of(job).seconds_left == 10


def test_time_left_is_shared_by_those_who_are_at_work() -> None:
    job = probe.start(range(12), chunk_size=4)
    engine.work_on(engine.claim())
    engine.claim()
    engine.claim()
    worked(job, seconds=2)

    assert jobs.progress_of(job).seconds_left == 8


def test_time_left_is_the_same_after_the_clock_of_the_demo_moved() -> None:
    job = half_done()
    worked(job, seconds=2)

    clock.move_forward(by=timedelta(days=40))

    assert jobs.progress_of(job).seconds_left == 10


def test_item_worked_on_while_the_clock_moved_counts_its_real_time() -> None:
    job = probe.start([1, 2])

    def move(lease: jobs.Lease, item: int) -> None:
        clock.move_forward(by=timedelta(days=40))

    with probe.trouble(before={1: move}, after={1: lambda lease, item: lease.release()}):
        engine.work_on(engine.claim())

    assert timedelta(0) < job.chunks.get().worked < timedelta(seconds=60)
    assert jobs.progress_of(job).seconds_left in range(60)


def test_time_in_which_nobody_worked_is_not_counted() -> None:
    job = probe.start([1, 2])
    lease = begun(engine.claim())
    probe.handle(lease, 1)
    lease.release()
    before = job.chunks.get().worked
    JobChunk.objects.update(state="running", lease_until="2000-01-01T00:00Z")  # who claimed it died long ago

    lease = begun(engine.claim())
    probe.handle(lease, 2)

    assert job.chunks.get().worked - before < timedelta(seconds=60)


def test_time_left_is_unknown_before_the_first_item_and_where_no_time_was_kept() -> None:
    old, new = half_done(), probe.start([1, 2])
    worked(old, seconds=0)

    assert (jobs.progress_of(new).seconds_left, jobs.progress_of(old).seconds_left) == (None, None)
