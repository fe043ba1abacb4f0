"""Resumable work over many rows: see Note [Jobs] in core.jobs.engine."""

from core.jobs.hints import after_commit
from core.jobs.lease import Lease, LeaseLost
from core.jobs.progress import Progress, chunk_sums, progress_by, progress_of
from core.jobs.starting import cancel, pause, resume, start

__all__ = [
    "Lease",
    "LeaseLost",
    "Progress",
    "after_commit",
    "cancel",
    "chunk_sums",
    "pause",
    "progress_by",
    "progress_of",
    "resume",
    "start",
]
