"""How tests speak to databases of their own, share what was written once, and end a database they made."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from django.conf import settings
from django.db import connection, connections, transaction

APP_ROLE = "kilderkin_app"
_copies = count()


@contextmanager
def written_once(blocker: Any) -> Iterator[None]:
    """Write within this once for many tests, each of which runs in a savepoint; at the end nothing is left.

    For fixtures of a module: while it is open, no database can be copied.
    """
    with blocker.unblock():
        around = transaction.atomic()
        around._from_testcase = True  # for refuses_transaction: this is the tests' own transaction
        with around:
            yield
            transaction.set_rollback(True)


def dropping(name: str) -> tuple[str, str]:
    """Statements that end whoever is connected and drop the database.

    WITH (FORCE) refuses when an autovacuum worker is in it, because nobody but a superuser may end one; a plain drop
    sends that worker away by itself and waits five seconds for others.
    """
    guests = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    return f"{guests} AND backend_type = 'client backend'", f'DROP DATABASE IF EXISTS "{name}"'


def become(role: str) -> None:
    """Reconnect as the PostgreSQL role; empty means the owner."""
    options = connections["default"].settings_dict["OPTIONS"]
    options.pop("assume_role", None)
    if role:
        options["assume_role"] = role
    connections["default"].close()


@contextmanager
def copied(template: str) -> Iterator[str]:
    """Copy a database that nobody writes to; the copy is dropped at the end."""
    name = f"{template}_copy_{next(_copies)}"
    _with_server(*dropping(name), f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield name
    finally:
        _with_server(*dropping(name))


@contextmanager
def speaking_to(name: str) -> Iterator[None]:
    """Let Django's connection lead to another database, as the app."""
    before = settings.DATABASES["default"]["NAME"]
    _use(name)
    try:
        yield
    finally:
        _use(before)


def _use(name: str) -> None:
    settings.DATABASES["default"]["NAME"] = name
    connections["default"].close()
    connections["default"].settings_dict["NAME"] = name


def _with_server(*statements: str) -> None:
    """Run statements in the maintenance database as the owner, with nobody in the template."""
    become("")
    connections.close_all()
    try:
        with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
            for statement in statements:
                cursor.execute(statement)
    finally:
        become(APP_ROLE)
