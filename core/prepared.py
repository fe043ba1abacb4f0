"""Statements that PostgreSQL keeps ready, for the few questions that everybody asks in the same minute.

Note [Prepared]: Django sends every statement as text, to be parsed and planned again each time; for what a vote asks,
that took longer than answering. A prepared statement is planned once for each connection. A pooler between web and
database must know them (PgBouncer from 1.21 on does).
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection
from django.db.backends.utils import CursorWrapper


@contextmanager
def prepared_cursor() -> Iterator[CursorWrapper]:
    """Yield a cursor of Django's connection whose statements are kept ready; counted and refused like all others.

    The values travel beside the statement, so PostgreSQL must be able to tell their types: say ``%s::text`` where it
    cannot.
    """
    # As ``connection.cursor()`` does it, which would make a cursor of the other kind first.
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    with connection.wrap_database_errors:
        raw: psycopg.Connection = connection.connection
        raw.prepare_threshold = 0
        cursor: CursorWrapper = connection._prepare_cursor(psycopg.Cursor(raw))  # type: ignore[attr-defined]
    with cursor:
        yield cursor
