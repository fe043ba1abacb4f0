"""A kind of job for tests: what it does leaves an audit row; what goes wrong is told to it beforehand."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from core import audit, clock, jobs
from core.models import AuditRecord, Job, JobChunk, JobFailure
from core.transactions import atomic

HANDLERS = {"probe": "tests.core.probe.handle"}
Trouble = Callable[[jobs.Lease, int], None]
_before: dict[int, Trouble] = {}
_inside: dict[int, Trouble] = {}
_after: dict[int, Trouble] = {}


def handle(lease: jobs.Lease, item: int) -> None:
    """Do the item: one audit row, stored with the chunk's new position."""
    _before.get(item, _nothing)(lease, item)
    with lease.store():
        audit.record(by=None, at=clock.now(), verb="probe_done", subject=Job.objects.get(pk=lease.job_id), item=item)
        _inside.get(item, _nothing)(lease, item)
    _after.get(item, _nothing)(lease, item)


def _nothing(lease: jobs.Lease, item: int) -> None:
    """Nothing goes wrong."""


@contextmanager
def trouble(*, before: Any = (), inside: Any = (), after: Any = ()) -> Iterator[None]:
    """Let the given items meet trouble before, inside or after the transaction that stores them."""
    _before.update(before)
    _inside.update(inside)
    _after.update(after)
    try:
        yield
    finally:
        for place in (_before, _inside, _after):
            place.clear()


def raising(error: Exception) -> Trouble:
    """Return trouble that raises the error."""

    def trouble_of(lease: jobs.Lease, item: int) -> None:
        raise error

    return trouble_of


def start(items: Any, *, chunk_size: int = 3, **params: Any) -> Job:
    """Start a job over the items."""
    with atomic():
        return jobs.start(
            kind="probe", items=list(items), chunk_size=chunk_size, by=None, at=clock.now(), params=params
        )


def done(job: Job) -> list[int]:
    """Return the items that were done, in the order of doing."""
    rows = AuditRecord.objects.filter(verb="probe_done", subject_id=str(job.pk)).order_by("pk")
    return [detail["item"] for detail in rows.values_list("detail", flat=True)]


def end_leases() -> None:
    """Let every lease run out, as if its worker had been silent for too long."""
    JobChunk.objects.filter(state="running").update(lease_until="2000-01-01T00:00Z")


def fresh(job: Job) -> Job:
    """Read the job again."""
    return Job.objects.get(pk=job.pk)


def failures() -> list[tuple[str, str]]:
    """Return every item that was set aside, with its reason."""
    return list(JobFailure.objects.order_by("pk").values_list("item", "reason"))


def begun(lease: jobs.Lease | None) -> jobs.Lease:
    """Begin the lease's item, as the engine does before it calls a handler."""
    assert lease is not None
    lease.begin_item()
    return lease
