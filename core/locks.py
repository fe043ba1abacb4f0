"""One way to lock a row.

Note [Lock order]: offer or class, then member, then application, contest or declaration, then payment; each once per
transaction, re-read after the lock. Lock the parent, never a book row: any row lock needs the UPDATE privilege,
which the app role does not have on books.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import DatabaseError, OperationalError, connection
from django.db.models import Model, QuerySet

from core.errors import Busy
from core.transactions import needs_transaction

Row = TypeVar("Row", bound=Model)
LOCK_TIMEOUT = "3s"
LOCK_NOT_AVAILABLE = "55P03"
DEADLOCK_DETECTED = "40P01"


@needs_transaction
def lock(rows: QuerySet[Row], **lookup: Any) -> Row:
    """Return the one row, freshly read, locked until the transaction ends.

    What ``select_related`` joins is read after the lock, by a second statement: one that had to wait would give the
    locked row as it is now beside the joined rows as they were before (PostgreSQL 13.2.1), and miss what was linked
    meanwhile. Raises `Busy` when another transaction holds the row for longer than three seconds, the model's
    ``DoesNotExist`` when there is none.
    """
    with bounded_wait():
        found = rows.select_related(None).select_for_update(of=("self",), no_key=True).get(**lookup)
    return rows.get(pk=found.pk) if rows.query.select_related else found


@contextmanager
def bounded_wait() -> Iterator[None]:
    """Wait three seconds at most for any lock taken inside, then raise `Busy`: for statements that are no `lock`."""
    set_lock_timeout()
    try:
        yield
    except OperationalError as error:
        raise_busy(error)
        raise


def set_lock_timeout() -> None:
    """Bound every later wait for a lock in this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])


def raise_busy(error: DatabaseError) -> None:
    """Raise `Busy` when the error means that another transaction holds what we wait for; else return."""
    if getattr(error.__cause__, "sqlstate", "") in {LOCK_NOT_AVAILABLE, DEADLOCK_DETECTED}:
        raise Busy() from error
