"""Runs the chunks of jobs.

Note [Jobs]: the truth is rows. A worker claims a chunk (SKIP LOCKED, lease, fence + 1), does its items one after the
other, and stores each result in one transaction with the chunk's new position, only if the fence is still its own.
A worker that dies leaves an expired lease; whoever claims next goes on at the position. An item that ends its worker
three times, by killing it or by taking longer than the lease, is set aside with that reason, as is one whose handler
raises; the rest goes on. What is not the item's fault counts against none: a lock, a restarted database or a kind of
job this worker does not know yet puts the chunk off for some seconds, and a full disk pauses the job with that reason.
Leases are measured by ``clock_timestamp()``, not by the demo's clock.

Nobody waits for money because paper is printed: chunks of the kinds in ``settings.JOBS_FIRST`` are claimed before all
others, also by whoever works on another job, so that they wait for the chunks in hand and for nothing else.
"""

import logging
import time
from collections.abc import Callable
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from core import clock
from core.errors import DomainError, StorageFull
from core.jobs.lease import Lease, LeaseLost
from core.jobs.mishaps import is_out_of_room, is_passing
from core.jobs.starting import pause
from core.models import Job, JobChunk
from core.transactions import atomic, drop_lost_connection

logger = logging.getLogger(__name__)
ATTEMPTS_MAX = 3
PUT_OFF_SECONDS = 5
# How long one job, or the sweep, keeps a worker to itself: what else waits for a worker has its turn then.
TURN_SECONDS = 5
Handler = Callable[[Lease, Any], None]

CLAIMABLE = """
SELECT chunk.id FROM core_jobchunk chunk JOIN core_job job ON job.id = chunk.job_id
WHERE job.state = 'running'
  AND (chunk.state = 'ready' OR (chunk.state = 'running' AND chunk.lease_until < clock_timestamp()))
"""
WAITING = f"{CLAIMABLE} AND job.id = %(job)s LIMIT 1"
NEXT = f"""{CLAIMABLE} AND (%(job)s::bigint IS NULL OR job.id = %(job)s OR job.kind = ANY(%(first)s))
ORDER BY job.kind = ANY(%(first)s) DESC, chunk.id LIMIT 1
"""
CLAIM = f"""
UPDATE core_jobchunk SET state = 'running', fence = fence + 1, attempts = attempts + 1,
       lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
WHERE id = ({NEXT} FOR UPDATE OF chunk SKIP LOCKED)
RETURNING id, job_id, position, fence, attempts
"""  # noqa: S608  our own text
FINISH = """
UPDATE core_job SET state = 'done', finished_at = kilderkin_now()
WHERE state = 'running' AND (%(job)s::bigint IS NULL OR id = %(job)s)
  AND NOT EXISTS (SELECT 1 FROM core_jobchunk WHERE job_id = core_job.id AND state <> 'done')
"""


class UnknownKind(Exception):
    """This worker has no handler for the job: it is older or newer than whoever started it."""


def claim(job_id: int | None = None) -> Lease | None:
    """Claim one chunk of the job, or of any running job; None when there is nothing to do.

    A chunk of a kind that goes first is claimed before them, whatever job was asked for.
    """
    values = {"job": job_id, "first": list(settings.JOBS_FIRST), "lease": settings.JOB_LEASE_SECONDS}
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, values)
        row = cursor.fetchone()
    if row is None:
        return None
    chunk_id, job_id, position, fence, attempts = row
    chunk = JobChunk.objects.select_related("job").get(pk=chunk_id)
    return Lease(chunk_id, chunk.job_id, chunk.items, position, fence, attempts, chunk.job.params)


def run(job_id: int | None = None, *, seconds_max: float | None = None) -> int:
    """Work on chunks until none is left or the time is used up; return the number of chunks taken.

    The time is looked at before every item, so it is overrun by one item at most: Celery's limit must not strike an
    innocent one.
    """
    until = None if seconds_max is None else time.monotonic() + seconds_max
    taken = 0
    while not _is_over(until):
        lease = claim(job_id)
        if lease is None:
            break
        taken += 1
        work_on(lease, until=until)
        if lease.job_id != job_id:
            finish(lease.job_id)
    finish(job_id)
    return taken


def has_work(job_id: int) -> bool:
    """Tell whether a chunk of the job could be claimed now."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING, {"job": job_id})
        return cursor.fetchone() is not None


def finish(job_id: int | None = None) -> None:
    """Mark running jobs whose chunks are all done."""
    with connection.cursor() as cursor:
        cursor.execute(FINISH, {"job": job_id})


def sweep() -> None:
    """Find work that no hint announced: new chunks, expired leases, jobs that are complete."""
    run(seconds_max=TURN_SECONDS)


def work_on(lease: Lease, *, until: float | None = None) -> None:
    """Do the items of a claimed chunk from its position on, as long as the job runs and time is left.

    What concerns this chunk alone is dealt with here: the others must not wait for it.
    """
    try:
        _do_items(lease, until)
    except LeaseLost:
        logger.warning("chunk %s was claimed by another worker", lease.chunk_id)
    except Exception as error:
        if not (is_passing(error) or isinstance(error, UnknownKind)):
            raise
        logger.warning("chunk %s is put off: %s", lease.chunk_id, error)
        drop_lost_connection()
        lease.put_off(PUT_OFF_SECONDS)


def _do_items(lease: Lease, until: float | None) -> None:
    job = Job.objects.get(pk=lease.job_id)
    handler = _handler_of(job.kind)
    if lease.attempts > ATTEMPTS_MAX:
        lease.set_aside(f"its worker ended {ATTEMPTS_MAX} times")
    while not lease.is_done:
        if _is_over(until) or not Job.objects.filter(pk=job.pk, state="running").exists():
            return lease.release()
        if not _do_item(handler, lease, job):
            return None
    return None


def _handler_of(kind: str) -> Handler:
    try:
        handler: Handler = import_string(settings.JOB_HANDLERS[kind])
    except (KeyError, ImportError) as error:
        raise UnknownKind(kind) from error
    return handler


def _do_item(handler: Handler, lease: Lease, job: Job) -> bool:
    """Do one item; False when the job was paused."""
    item = lease.begin_item()
    try:
        handler(lease, item)
        if not lease.is_stored:
            raise RuntimeError(f"the handler of {job.kind} stored nothing for {item}")
    except (LeaseLost, SoftTimeLimitExceeded):
        raise
    except Exception as error:  # a poison item must not stop the others
        if lease.is_stored:
            logger.exception("item %s of job %s is done, but its handler failed afterwards", item, job.public_id)
        elif is_out_of_room(error):
            _pause_for_room(job, lease)
            return False
        elif is_passing(error):
            raise
        else:
            logger.exception("item %s of job %s failed", item, job.public_id)
            lease.set_aside(str(error) if isinstance(error, DomainError) else f"{type(error).__name__}: {error}")
    return True


def _pause_for_room(job: Job, lease: Lease) -> None:
    with atomic():
        pause(job=job, reason=str(StorageFull()), by=None, at=clock.now())
    lease.release()


def _is_over(until: float | None) -> bool:
    return until is not None and time.monotonic() >= until
