"""Questions about the money book that must be answered by no rows."""

from collections.abc import Iterator

from django.db import connection

QUESTIONS = {
    "an entry without a movement": """
        SELECT entry.key FROM ledger_entry entry
        WHERE NOT EXISTS (SELECT 1 FROM ledger_movement WHERE entry_id = entry.id)""",
    "a movement in another currency than its accounts": """
        SELECT movement.id FROM ledger_movement movement
        JOIN ledger_account debit ON debit.id = movement.debit_id
        JOIN ledger_account credit ON credit.id = movement.credit_id
        WHERE movement.currency <> debit.currency OR movement.currency <> credit.currency""",
    "a reversal that does not mirror its entry": """
        SELECT reversal.key FROM ledger_entry reversal
        WHERE reversal.reverses_id IS NOT NULL AND (
            SELECT array_agg(ROW(debit_id, credit_id, amount_minor)::text ORDER BY debit_id, credit_id, amount_minor)
            FROM ledger_movement WHERE entry_id = reversal.id)
        IS DISTINCT FROM (
            SELECT array_agg(ROW(credit_id, debit_id, amount_minor)::text ORDER BY credit_id, debit_id, amount_minor)
            FROM ledger_movement WHERE entry_id = reversal.reverses_id)""",
    "a currency whose balances do not sum to zero": """
        SELECT currency, SUM(amount_minor) FROM (
            SELECT debit.currency, movement.amount_minor FROM ledger_movement movement
            JOIN ledger_account debit ON debit.id = movement.debit_id
            UNION ALL
            SELECT credit.currency, -movement.amount_minor FROM ledger_movement movement
            JOIN ledger_account credit ON credit.id = movement.credit_id) legs
        GROUP BY currency HAVING SUM(amount_minor) <> 0""",
}


def findings() -> Iterator[str]:
    """Yield a sentence for every row that should not be."""
    with connection.cursor() as cursor:
        for question, sql in QUESTIONS.items():
            cursor.execute(sql)
            for row in cursor.fetchall():
                yield f"ledger: {question}: {', '.join(str(value) for value in row)}"
