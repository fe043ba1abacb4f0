"""A worker's right to one chunk, and what it may store under it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import connection

from core import clock
from core.models import JobChunk, JobFailure
from core.transactions import atomic

ITEM_LENGTH_MAX, REASON_LENGTH_MAX = 64, 500

# The lease was last renewed when the item before was behind us: since then was worked, in real time, on this one.
ADVANCE = """
UPDATE core_jobchunk chunk SET position = position + 1, failed = failed + %(failed)s, attempts = 1,
       worked = worked + greatest(clock_timestamp() - lease_until + make_interval(secs => %(lease)s), interval '0'),
       state = CASE WHEN position + 1 = size THEN 'done' ELSE 'running' END,
       lease_until = CASE WHEN position + 1 = size THEN NULL
                     ELSE clock_timestamp() + make_interval(secs => %(lease)s) END
WHERE id = %(chunk)s AND fence = %(fence)s AND position = %(position)s AND state = 'running'
"""
PUT_OFF = """
UPDATE core_jobchunk SET attempts = attempts - 1, lease_until = clock_timestamp() + make_interval(secs => %s)
WHERE id = %s AND fence = %s AND state = 'running'
"""


class LeaseLost(Exception):
    """Another worker has claimed the chunk since; this one must stop and store nothing."""


class StoredTwice(RuntimeError):
    """A handler stored more than once for one item: the second would have been taken for the next item's result."""


@dataclass
class Lease:
    """A worker's right to one chunk, at the item at ``position``."""

    chunk_id: int
    job_id: int
    items: list[Any]
    position: int
    fence: int
    attempts: int
    params: dict[str, Any] = field(default_factory=dict)
    is_stored: bool = True

    @property
    def is_done(self) -> bool:
        """Whether every item is behind us."""
        return self.position >= len(self.items)

    def begin_item(self) -> Any:
        """Return the item whose result may now be stored, once."""
        self.is_stored = False
        return self.items[self.position]

    @contextmanager
    def store(self) -> Iterator[None]:
        """Open the transaction that holds an item's result and the chunk's new position together.

        Raises `LeaseLost`, and rolls the result back, when the chunk is no longer ours.
        """
        if self.is_stored:
            raise StoredTwice()
        with atomic():
            self._advance(failed=0)
            yield
        self.position += 1
        self.is_stored = True

    def set_aside(self, reason: str) -> None:
        """Record that the item failed, and go on behind it."""
        item = str(self.items[self.position])[:ITEM_LENGTH_MAX]
        # PostgreSQL keeps no NUL in a text, and what failed may well have choked on one.
        reason = reason.replace("\0", "\N{REPLACEMENT CHARACTER}")[:REASON_LENGTH_MAX]
        with atomic():
            self._advance(failed=1)
            JobFailure.objects.create(chunk_id=self.chunk_id, item=item, reason=reason, failed_at=clock.now())
        self.position += 1
        self.is_stored = True

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

    def release(self) -> None:
        """Give an unfinished chunk back for anybody to claim at once."""
        JobChunk.objects.filter(pk=self.chunk_id, fence=self.fence, state="running").update(
            state="ready", lease_until=None, attempts=0
        )

    def put_off(self, seconds: float) -> None:
        """Leave the chunk alone for a while; this try counts against no item."""
        with connection.cursor() as cursor:
            cursor.execute(PUT_OFF, [seconds, self.chunk_id, self.fence])
