"""Booking for many at once: one entry whose movements a SELECT yields, and accounts opened by a SELECT.

A loop over holders takes minutes for what one statement does in seconds; the laws are those of `posting`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection

from core.errors import constraints_as
from core.transactions import atomic, needs_transaction
from ledger.errors import KeyReused, PeriodClosed
from ledger.models import Entry
from ledger.services.posting import take_key

if TYPE_CHECKING:
    from accounts.models import User

NOT_NULL_VIOLATED = "23502"
NAMED_AT_MOST = 5
ACCOUNTS = """
INSERT INTO ledger_account (code, kind, currency, owner, is_clearing)
SELECT wanted.code, wanted.kind, wanted.currency, wanted.owner, false FROM ({select}) wanted
WHERE NOT EXISTS (SELECT 1 FROM ledger_account standing WHERE standing.code = wanted.code)
ON CONFLICT (code) DO NOTHING
"""
# An unknown code leaves a null, which the column refuses: an inner join would lose the movement.
MOVEMENTS = """
INSERT INTO ledger_movement (entry_id, debit_id, credit_id, currency, amount_minor)
SELECT %(set_entry)s, debit.id, credit.id, debit.currency, wanted.amount_minor FROM ({select}) wanted
LEFT JOIN ledger_account debit ON debit.code = wanted.debit
LEFT JOIN ledger_account credit ON credit.code = wanted.credit
WHERE wanted.amount_minor <> 0
"""
MISSING = """
SELECT DISTINCT code FROM ({select}) wanted CROSS JOIN LATERAL (VALUES (wanted.debit), (wanted.credit)) side (code)
WHERE NOT EXISTS (SELECT 1 FROM ledger_account WHERE ledger_account.code = side.code) ORDER BY code LIMIT %(set_limit)s
"""
DIFFERENCE = """
WITH wanted AS (SELECT debit::text, credit::text, amount_minor::bigint FROM ({select}) given WHERE amount_minor <> 0),
standing AS (
    SELECT debit.code::text AS debit, credit.code::text AS credit, movement.amount_minor FROM ledger_movement movement
    JOIN ledger_account debit ON debit.id = movement.debit_id
    JOIN ledger_account credit ON credit.id = movement.credit_id WHERE movement.entry_id = %(set_entry)s
)
SELECT EXISTS ((TABLE wanted EXCEPT ALL TABLE standing) UNION ALL (TABLE standing EXCEPT ALL TABLE wanted))
"""


@dataclass(frozen=True)
class Selection:
    """A SELECT with its named values (``set_entry`` and ``set_limit`` are taken).

    Of movements it yields ``debit``, ``credit`` (codes) and ``amount_minor``; of accounts ``code``, ``kind``,
    ``currency`` and ``owner``. It is our own text: whatever comes from outside is among the values.
    """

    sql: str
    values: Mapping[str, Any] = field(default_factory=dict)


@needs_transaction
def open_account_set(accounts: Selection) -> int:
    """Open those of the accounts that are not there yet; return how many. None of them is a clearing account."""
    with connection.cursor() as cursor:
        cursor.execute(ACCOUNTS.format(select=accounts.sql), accounts.values)
        return int(cursor.rowcount)


@needs_transaction
def post_set(
    *,
    key: str,
    kind: str,
    movements: Selection,
    effective_on: date,
    reason: str,
    by: "User | None",
    at: datetime,
    source: str = "",
) -> Entry:
    """Write one entry with all its movements by one statement; with the same key again return the entry that stands.

    Raises `KeyReused` when the standing entry has other figures, `PeriodClosed` when the day's books are closed, and
    `ValueError` for an account that is not there or when nothing is moved. Movements of zero are left out.
    """
    if not take_key(key):
        return _standing(key, movements)
    try:
        with constraints_as({"entry_period_open": PeriodClosed}), atomic():
            entry = Entry.objects.create(
                key=key, kind=kind, effective_on=effective_on, posted_at=at, posted_by=by, reason=reason, source=source
            )
            if not _run(MOVEMENTS, movements, set_entry=entry.pk):
                raise ValueError(f"entry {key} moves nothing")
    except IntegrityError as error:
        if getattr(error.__cause__, "sqlstate", "") != NOT_NULL_VIOLATED:
            raise
        raise ValueError(f"no account {', '.join(_missing(movements))}") from error
    return entry


def _run(template: str, movements: Selection, **values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(template.format(select=movements.sql), {**movements.values, **values})
        return int(cursor.rowcount)


def _missing(movements: Selection) -> list[str]:
    """Return some of the codes that name no account."""
    with connection.cursor() as cursor:
        cursor.execute(MISSING.format(select=movements.sql), {**movements.values, "set_limit": NAMED_AT_MOST})
        return [code for (code,) in cursor.fetchall()]


def _standing(key: str, movements: Selection) -> Entry:
    entry = Entry.objects.get(key=key)
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENCE.format(select=movements.sql), {**movements.values, "set_entry": entry.pk})
        if cursor.fetchone()[0]:
            raise KeyReused()
    return entry
