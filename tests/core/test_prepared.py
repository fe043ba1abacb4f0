"""Statements that PostgreSQL keeps ready."""

from typing import Any

import pytest
from django.db import DataError, connection

from core.prepared import prepared_cursor


def ask(number: int, name: str = "answer") -> int:
    with prepared_cursor() as cursor:
        cursor.execute(f"SELECT %s::integer + 1 AS {name}", [number])
        return int(cursor.fetchone()[0])


def kept(name: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", [f"%AS {name}"])
        return int(cursor.fetchone()[0])


def test_statement_asked_twice_is_kept_once(db: None) -> None:
    before = kept("asked_twice")

    answers = [ask(1, "asked_twice"), ask(2, "asked_twice")]

    assert (answers, before, kept("asked_twice")) == ([2, 3], 0, 1)


def test_statement_counts_as_a_query(db: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        ask(1)


def test_refused_statement_raises_the_error_of_django(db: None) -> None:
    with pytest.raises(DataError), prepared_cursor() as cursor:
        cursor.execute("SELECT 1 / %s::integer", [0])
