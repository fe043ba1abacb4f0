"""Runs the chunks of jobs.

Note [Jobs]: the truth is rows. A worker claims a chunk (SKIP LOCKED, lease, fence + 1), does its items one after the
other, and stores each result in one transaction with the chunk's new position, only if the fence is still its own.
A worker that dies leaves an expired lease; whoever claims next goes on at the position. An item that kills its worker
three times is set aside with that reason. Leases are measured by ``clock_timestamp()``, not by the demo's clock.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils.module_loading import import_string

from core import clock
from core.errors import DomainError, StorageFull
from core.jobs.starting import pause
from core.models import Job, JobChunk, JobFailure

logger = logging.getLogger(__name__)
ATTEMPTS_MAX = 3
Handler = Callable[["Lease", Any], None]

CLAIM = """
UPDATE core_jobchunk SET state = 'running', fence = fence + 1, attempts = attempts + 1,
       lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
WHERE id = (
    SELECT chunk.id FROM core_jobchunk chunk JOIN core_job job ON job.id = chunk.job_id
    WHERE job.state = 'running' AND (%(job)s::bigint IS NULL OR job.id = %(job)s)
      AND (chunk.state = 'ready' OR (chunk.state = 'running' AND chunk.lease_until < clock_timestamp()))
    ORDER BY chunk.id LIMIT 1 FOR UPDATE OF chunk SKIP LOCKED)
RETURNING id, job_id, items, position, fence, attempts
"""
ADVANCE = """
UPDATE core_jobchunk chunk SET position = position + 1, failed = failed + %(failed)s, attempts = 1,
       state = CASE WHEN position + 1 = size THEN 'done' ELSE 'running' END,
       lease_until = CASE WHEN position + 1 = size THEN NULL
                     ELSE clock_timestamp() + make_interval(secs => %(lease)s) END
WHERE id = %(chunk)s AND fence = %(fence)s AND position = %(position)s AND state = 'running'
"""
FINISH = """
UPDATE core_job SET state = 'done', finished_at = kilderkin_now()
WHERE state = 'running' AND (%(job)s::bigint IS NULL OR id = %(job)s)
  AND NOT EXISTS (SELECT 1 FROM core_jobchunk WHERE job_id = core_job.id AND state <> 'done')
"""


class LeaseLost(Exception):
    """Another worker has claimed the chunk since; this one must stop and store nothing."""


@dataclass
class Lease:
    """A worker's right to one chunk."""

    chunk_id: int
    job_id: int
    items: list[Any]
    position: int
    fence: int
    attempts: int
    params: dict[str, Any] = field(default_factory=dict)

    @contextmanager
    def store(self) -> Iterator[None]:
        """Open the transaction that holds an item's result and the chunk's new position together.

        Raises `LeaseLost`, and rolls the result back, when the chunk is no longer ours.
        """
        with transaction.atomic():
            self._advance(failed=0)
            yield
        self.position += 1

    def set_aside(self, item: Any, reason: str) -> None:
        """Record that the item failed, and go on behind it."""
        with transaction.atomic():
            self._advance(failed=1)
            JobFailure.objects.create(
                chunk_id=self.chunk_id, item=str(item), reason=reason[:500], failed_at=clock.now()
            )
        self.position += 1

    def _advance(self, *, failed: int) -> None:
        values = {
            "chunk": self.chunk_id,
            "fence": self.fence,
            "position": self.position,
            "failed": failed,
            "lease": settings.JOB_LEASE_SECONDS,
        }
        with connection.cursor() as cursor:
            cursor.execute(ADVANCE, values)
            if cursor.rowcount != 1:
                raise LeaseLost(self.chunk_id)


def claim(job_id: int | None = None) -> Lease | None:
    """Claim one chunk of the job, or of any running job; None when there is nothing to do."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"job": job_id, "lease": settings.JOB_LEASE_SECONDS})
        row = cursor.fetchone()
    if row is None:
        return None
    chunk_id, job_id, _items, position, fence, attempts = row
    items = JobChunk.objects.values_list("items", flat=True).get(pk=chunk_id)
    return Lease(chunk_id, job_id, items, position, fence, attempts)


def run(job_id: int | None = None, *, seconds_max: float | None = None) -> int:
    """Work on chunks until none is left or the time is used up; return the number of chunks taken."""
    taken = 0
    began = time.monotonic()
    while seconds_max is None or time.monotonic() - began < seconds_max:
        lease = claim(job_id)
        if lease is None:
            break
        taken += 1
        try:
            work_on(lease)
        except LeaseLost:
            logger.warning("chunk %s was claimed by another worker", lease.chunk_id)
    finish(job_id)
    return taken


def finish(job_id: int | None = None) -> None:
    """Mark running jobs whose chunks are all done."""
    with connection.cursor() as cursor:
        cursor.execute(FINISH, {"job": job_id})


def sweep() -> None:
    """Find work that no hint announced: new chunks, expired leases, jobs that are complete."""
    run(seconds_max=20)


def work_on(lease: Lease) -> None:
    """Do the items of a claimed chunk from its position on, as long as the job is not paused or cancelled."""
    job = Job.objects.get(pk=lease.job_id)
    lease.params = job.params
    handler: Handler = import_string(settings.JOB_HANDLERS[job.kind])
    if lease.attempts > ATTEMPTS_MAX:
        lease.set_aside(lease.items[lease.position], f"its worker ended {ATTEMPTS_MAX} times")
    while lease.position < len(lease.items):
        if not Job.objects.filter(pk=job.pk, state="running").exists():
            return release(lease)
        if not _do(handler, lease, job):
            return None
    return None


def _do(handler: Handler, lease: Lease, job: Job) -> bool:
    """Do one item; False when the job was paused."""
    item, position = lease.items[lease.position], lease.position
    try:
        handler(lease, item)
        if lease.position == position:
            raise RuntimeError(f"the handler of {job.kind} stored nothing for {item}")
    except (LeaseLost, OperationalError, InterfaceError):
        raise
    except StorageFull as full:
        with transaction.atomic():
            pause(job=job, reason=str(full), by=None, at=clock.now())
        release(lease)
        return False
    except Exception as error:  # a poison item must not stop the others
        logger.exception("item %s of job %s failed", item, job.public_id)
        lease.set_aside(item, str(error) if isinstance(error, DomainError) else f"{type(error).__name__}: {error}")
    return True


def release(lease: Lease) -> None:
    """Give an unfinished chunk back."""
    JobChunk.objects.filter(pk=lease.chunk_id, fence=lease.fence, state="running").update(
        state="ready", lease_until=None, attempts=0
    )
