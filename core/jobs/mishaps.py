"""What can go wrong with an item, sorted by who has to do something about it."""

from django.db import InterfaceError, OperationalError

from core.errors import Busy, StorageFull
from core.storage import NO_ROOM_LEFT

# SQLSTATE classes (PostgreSQL, appendix A) that say nothing against the item: connection lost, rolled back (deadlock,
# serialisation), no resources, server shutting down or starting; and a lock that was not to be had.
PASSING = ("08", "40", "53", "57P", "55P03")


def is_passing(error: Exception) -> bool:
    """Tell whether the same item may well succeed a moment later.

    Not every ``OperationalError`` is: "index row too long" (54000) will be the same tomorrow.
    """
    if isinstance(error, Busy | InterfaceError):
        return True
    if not isinstance(error, OperationalError):
        return False
    sqlstate: str | None = getattr(error.__cause__, "sqlstate", None)
    return sqlstate is None or sqlstate.startswith(PASSING)  # a connection that breaks has no SQLSTATE


def is_out_of_room(error: Exception) -> bool:
    """Tell whether a disk is full: every other item would fail too, until a person makes room."""
    return isinstance(error, StorageFull) or (isinstance(error, OSError) and error.errno in NO_ROOM_LEFT)
