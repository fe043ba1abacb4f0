"""Many threads at once, each with a connection of its own."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection

from core.errors import Busy

PATIENCE = 50


def together(acts: list[Callable[[], Any]]) -> list[Any]:
    """Run the acts at the same moment; return their results, an exception in place of a result that was none."""
    barrier = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(position: int, act: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=60)
            results[position] = act()
        except Exception as error:
            results[position] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(position, act)) for position, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def patient(act: Callable[[], Any]) -> Callable[[], Any]:
    """Return the act of somebody who tries again when told that somebody else is at it, as the page asks them to."""

    def trying_again() -> Any:
        for _try in range(PATIENCE):
            try:
                return act()
            except Busy:
                continue
        return act()

    return trying_again


def meeting(function: Callable[..., Any], number: int) -> Callable[..., Any]:
    """Return the function made to wait, after its work, until that many threads have come so far.

    Makes a race certain instead of likely: all have read before anybody writes. Whoever comes later passes.
    """
    barrier = threading.Barrier(number)
    places = threading.Semaphore(number)

    def met(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        if places.acquire(blocking=False):
            barrier.wait(timeout=60)
        return result

    return met


def drop_constraint(table: str, name: str) -> None:
    """Take a law out of this test's own copy of the database, to see what happens without it."""
    as_owner(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


def as_owner(statement: str) -> None:
    """Change this test's own copy of the database as only its owner may."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(statement)
        cursor.execute("SET ROLE kilderkin_app")
