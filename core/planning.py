"""Statements over many rows.

Note [Planned for many]: PostgreSQL plans by the statistics it gathered last, and rows written a moment ago are in none.
Taking a million new rows for a few, it looks each of them up in a table it reads from end to end: lines of 16,000
payments took 16 s instead of a quarter. Whatever runs over all holders right after they were written is therefore
planned without that way of joining, and sorts and hashes in memory instead of on disk.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from core.transactions import atomic

FOR_MANY = {"enable_nestloop": "off", "work_mem": "64MB"}


@contextmanager
def planned_for_many() -> Iterator[None]:
    """Plan what is run inside for many rows; outside a transaction it opens one. Settings are as before afterwards."""
    with atomic():
        before = _set(FOR_MANY)
        yield
        _set(before)


def _set(values: dict[str, str]) -> dict[str, str]:
    """Set values until the transaction ends, or its savepoint is rolled back; return what they were."""
    names = list(values)
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join("current_setting(%s)" for _name in names), names)
        before = dict(zip(names, cursor.fetchone(), strict=True))
        settings = [text for name in names for text in (name, values[name])]
        cursor.execute("SELECT " + ", ".join("set_config(%s, %s, true)" for _name in names), settings)
    return before
