"""Balances, always computed from the movements."""

from dataclasses import dataclass
from datetime import date

from django.db import connection

BALANCES = """
SELECT account.code, account.kind, account.currency, account.is_clearing,
       COALESCE(SUM(CASE WHEN movement.debit_id = account.id THEN movement.amount_minor
                         ELSE -movement.amount_minor END) FILTER (WHERE movement.id IS NOT NULL), 0)::bigint
FROM ledger_account account
LEFT JOIN (ledger_movement movement JOIN ledger_entry entry
           ON entry.id = movement.entry_id AND entry.effective_on <= COALESCE(%(on)s::date, 'infinity'))
       ON account.id IN (movement.debit_id, movement.credit_id)
GROUP BY account.id ORDER BY account.code
"""
BALANCE_OF = """
SELECT COALESCE((SELECT SUM(amount_minor) FROM ledger_movement movement JOIN ledger_account account
                 ON account.id = movement.debit_id JOIN ledger_entry entry ON entry.id = movement.entry_id
                 WHERE account.code = %(code)s AND (%(source)s = '' OR entry.source = %(source)s)), 0)
     - COALESCE((SELECT SUM(amount_minor) FROM ledger_movement movement JOIN ledger_account account
                 ON account.id = movement.credit_id JOIN ledger_entry entry ON entry.id = movement.entry_id
                 WHERE account.code = %(code)s AND (%(source)s = '' OR entry.source = %(source)s)), 0)
"""


@dataclass(frozen=True)
class Balance:
    """An account and its balance in minor units: debits less credits, so liabilities are negative."""

    code: str
    kind: str
    currency: str
    is_clearing: bool
    balance_minor: int


def balances(*, on: date | None = None) -> list[Balance]:
    """Return every account's balance at the end of the day, or of all time."""
    with connection.cursor() as cursor:
        cursor.execute(BALANCES, {"on": on})
        return [Balance(*row) for row in cursor.fetchall()]


def balance_of(code: str, *, source: str = "") -> int:
    """Return debits less credits of one account in minor units, of one source only where named."""
    with connection.cursor() as cursor:
        cursor.execute(BALANCE_OF, {"code": code, "source": source})
        return int(cursor.fetchone()[0])
