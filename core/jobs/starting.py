"""Starting, pausing, resuming and cancelling jobs."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings

from core import audit
from core.enums import JobState
from core.errors import JobMustBeDone
from core.jobs.hints import after_commit
from core.locks import lock
from core.models import Job, JobChunk
from core.transactions import needs_transaction

if TYPE_CHECKING:
    from accounts.models import User


@needs_transaction
def start(
    *,
    kind: str,
    items: Sequence[int | str],
    by: "User | None",
    at: datetime,
    chunk_size: int = 50,
    params: dict[str, Any] | None = None,
) -> Job:
    """Write the job and its chunks in the caller's transaction and hint after commit.

    ``kind`` names a handler in ``settings.JOB_HANDLERS``; ``items`` are ids, each handled once however often named.
    An item must take less time than a lease (`settings.JOB_LEASE_SECONDS`).
    """
    items = list({str(item): item for item in items}.values())
    job = Job.objects.create(kind=kind, params=params or {}, started_by=by, started_at=at)
    parts = [list(items[begin : begin + chunk_size]) for begin in range(0, len(items), chunk_size)]
    JobChunk.objects.bulk_create([JobChunk(job=job, items=part, size=len(part)) for part in parts])
    audit.record(by=by, at=at, verb="job_started", subject=job, kind=kind, items=len(items))
    after_commit("core.tasks.work_on_job", job_id=job.pk)
    return job


@needs_transaction
def pause(*, job: Job, reason: str, by: "User | None", at: datetime) -> Job:
    """Stop the job before its next item; a job that is over stays as it is."""
    return _change(job, {JobState.RUNNING}, JobState.PAUSED, by=by, at=at, pause_reason=reason[:300])


@needs_transaction
def resume(*, job: Job, by: "User | None", at: datetime) -> Job:
    """Let a paused job go on."""
    job = _change(job, {JobState.PAUSED}, JobState.RUNNING, by=by, at=at, pause_reason="")
    after_commit("core.tasks.work_on_job", job_id=job.pk)
    return job


@needs_transaction
def cancel(*, job: Job, by: "User | None", at: datetime) -> Job:
    """End the job for good; what was done stays done.

    Raises `JobMustBeDone` for a kind that carries out what rows say already (``settings.JOBS_CARRIED_OUT``): who takes
    a file in or issues statements a second time gets the standing job, so its rest would never be done.
    """
    if job.kind in settings.JOBS_CARRIED_OUT:
        raise JobMustBeDone()
    return _change(
        job, {JobState.RUNNING, JobState.PAUSED}, JobState.CANCELLED, by=by, at=at, finished_at=at, pause_reason=""
    )


def _change(
    job: Job, from_states: set[JobState], to_state: JobState, *, by: "User | None", at: datetime, **fields: Any
) -> Job:
    job = lock(Job.objects.all(), pk=job.pk)
    if job.state not in from_states:
        return job
    job.state = to_state
    for name, value in fields.items():
        setattr(job, name, value)
    job.save(update_fields=["state", *fields])
    audit.record(by=by, at=at, verb=f"job_{to_state}", subject=job)
    return job
