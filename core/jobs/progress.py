"""How far a job is, from its chunk rows: never a count over the things it makes."""

from dataclasses import dataclass

from django.db.models import Sum

from core import clock
from core.enums import JobState
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
    """Return the job's progress; at most two queries whatever its size."""
    sums = job.chunks.aggregate(
        total=Sum("size", default=0), behind=Sum("position", default=0), failed=Sum("failed", default=0)
    )
    left = None
    if job.state == JobState.RUNNING and sums["behind"]:
        elapsed = (clock.now() - job.started_at).total_seconds()
        left = max(0, round(elapsed / sums["behind"] * (sums["total"] - sums["behind"])))
    return Progress(job.state, sums["total"], sums["behind"] - sums["failed"], sums["failed"], left)
