"""One after the other: what may not be done twice at the same time, although no row stands for it."""

from django.db import connection

from core.locks import bounded_wait
from core.transactions import needs_transaction


@needs_transaction
def take_turn(what: str) -> None:
    """Wait until nobody else is at it, and keep others off until the transaction ends. Raises `core.errors.Busy`."""
    with bounded_wait(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"dividends.{what}"])


@needs_transaction
def take_turn_paying(currency: str) -> None:
    """Keep payments in the currency from being drafted while statements say where its money goes, and back.

    A payment takes everything open in the currency, of all its dividends: the lock of one of them would not do.
    """
    take_turn(f"paying.{currency}")
