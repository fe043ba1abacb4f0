"""Where transactions begin and where they must not.

Note [Transactions]: the edge (view, task, command) opens one; a service requires one; a gateway refuses to run
inside one, so that no network call ever happens while rows are locked.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import connection, transaction

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

atomic = transaction.atomic


class NoTransaction(RuntimeError):
    """A service was called outside a transaction: open one at the edge with ``core.transactions.atomic``."""


class InsideTransaction(RuntimeError):
    """A gateway was called inside a transaction: write the intent, commit, call, then write the outcome."""


def one_statement() -> AbstractContextManager[None]:
    """Open the edge's transaction for a service that writes by a single statement.

    PostgreSQL makes such a statement a transaction by itself, so nothing is opened: to begin and to commit would be two
    more journeys to the database and back. Inside somebody else's transaction it is a savepoint, as ``atomic``.
    """
    return transaction.atomic() if connection.in_atomic_block else nullcontext()


def needs_transaction(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Refuse to run the service outside a transaction (`NoTransaction`)."""

    @wraps(function)
    def guarded(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        if not connection.in_atomic_block:
            raise NoTransaction(function.__qualname__)
        return function(*args, **kwargs)

    return guarded


def refuses_transaction(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Refuse to run the gateway inside a transaction (`InsideTransaction`).

    A test's own enclosing transaction (`TestCase`, pytest-django's ``db``) does not count.
    """

    @wraps(function)
    def guarded(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        blocks = getattr(connection, "atomic_blocks", [])
        if any(not getattr(block, "_from_testcase", False) for block in blocks):
            raise InsideTransaction(function.__qualname__)
        return function(*args, **kwargs)

    return guarded


def after_commit(action: Callable[[], object]) -> None:
    """Run the action once the current transaction is committed; never when it is rolled back."""
    transaction.on_commit(action, robust=True)


def drop_lost_connection() -> None:
    """Let the next query connect anew if this connection broke; what holds no requests must ask for it itself.

    Without it a worker never comes back from a restart of the database. Inside a transaction nothing happens.
    """
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
