"""Many threads at once, each with a connection of its own."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection


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


def drop_constraint(table: str, name: str) -> None:
    """Take a law out of this test's own copy of the database, to see what happens without it."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        cursor.execute("SET ROLE kilderkin_app")
