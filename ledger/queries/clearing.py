"""How old is money that only passes through?"""

from datetime import date

from django.db import connection

OLDEST = """
SELECT code, MIN(since) FROM (
    SELECT account.code, MIN(entry.effective_on) AS since
    FROM ledger_account account
    JOIN ledger_movement movement ON account.id IN (movement.debit_id, movement.credit_id)
    JOIN ledger_entry entry ON entry.id = movement.entry_id
    WHERE account.is_clearing GROUP BY account.id, entry.source
    HAVING SUM(CASE WHEN movement.debit_id = account.id THEN movement.amount_minor ELSE -movement.amount_minor END) <> 0
) open_sources GROUP BY code
"""


def oldest_in_clearing() -> dict[str, date]:
    """Return, by clearing account, the day of the first entry of any source that has not come back to zero there."""
    with connection.cursor() as cursor:
        cursor.execute(OLDEST)
        return dict(cursor.fetchall())
