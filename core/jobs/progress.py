"""How far a job is, from its chunk rows: never a count over the things it makes.

Note [Time left]: the time since a job was started tells nothing of its pace. The demo's clock jumps, a job is paused,
its workers sleep or do what goes first. So chunks keep how long was worked on their items (`core.jobs.lease`), in real
time, and what is left is shared by the workers who are on the job at this moment.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Aggregate, Count, Q, Sum
from django.db.models.functions import Now

from core.enums import ChunkState, JobState
from core.models import Job


@dataclass(frozen=True)
class Progress:
    """Counts of items; ``seconds_left`` is an estimate from the pace so far, None before the first item."""

    state: str
    total: int
    done: int
    failed: int
    seconds_left: int | None

    @property
    def percent(self) -> int:
        """Items behind us, 0 to 100; a job without items is complete."""
        return 100 if self.total == 0 else (self.done + self.failed) * 100 // self.total


def progress_of(job: Job) -> Progress:
    """Return the job's progress; one query whatever its size."""
    return progress_by(job, **job.chunks.aggregate(**chunk_sums()))


def chunk_sums(chunks: str = "") -> dict[str, Aggregate]:
    """Return what `progress_by` asks of a job's chunks; ``chunks`` is how a query names them ("chunks__")."""
    # Leases are real time, as is PostgreSQL's own now.
    at_work = Q(**{f"{chunks}state": ChunkState.RUNNING, f"{chunks}lease_until__gt": Now()})
    return {
        "size": Sum(f"{chunks}size", default=0),
        "behind": Sum(f"{chunks}position", default=0),
        "failed": Sum(f"{chunks}failed", default=0),
        "worked": Sum(f"{chunks}worked", default=timedelta(0)),
        "workers": Count(f"{chunks}pk", filter=at_work),
    }


def progress_by(job: Job, *, size: int, behind: int, failed: int, worked: timedelta, workers: int) -> Progress:
    """Return the job's progress by the sums of its chunks."""
    left = None
    if job.state == JobState.RUNNING and behind and worked:
        left = round(worked.total_seconds() / behind * (size - behind) / max(workers, 1))
    return Progress(job.state, size, behind - failed, failed, left)
