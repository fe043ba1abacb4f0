"""Does the money book say of every payout what the payout says of itself?"""

from collections.abc import Iterator

from django.db import connection

# What must stand in the book, computed from the payouts; what stands there, read from it; both as sets.
EXPECTED = """
SELECT payout.public_id, step.what, payout.amount_minor,
       CASE step.what WHEN 'sent' THEN step.payable || ':' || payout.currency || ':' || party.public_id
                      ELSE 'payout_clearing:' || payout.currency END AS debit,
       CASE step.what WHEN 'sent' THEN 'payout_clearing:' || payout.currency
                      ELSE 'bank:' || payout.currency END AS credit,
       payout.state IN ('failed', 'returned') AS is_reversed
FROM payments_payout payout
JOIN payments_payoutrun run ON run.id = payout.run_id
JOIN accounts_party party ON party.id = payout.party_id
CROSS JOIN LATERAL (VALUES ('sent', payout.sent_at, run.purpose || '_payable'),
                           ('settled', payout.settled_at, '')) AS step (what, at, payable)
WHERE run.purpose IN ('dividend', 'royalty') AND step.at IS NOT NULL
"""
BOOKED = """
SELECT split_part(entry.key, ':', 2), split_part(entry.key, ':', 3), movement.amount_minor, debit.code, credit.code,
       reversal.id IS NOT NULL
FROM ledger_entry entry
JOIN ledger_movement movement ON movement.entry_id = entry.id
JOIN ledger_account debit ON debit.id = movement.debit_id
JOIN ledger_account credit ON credit.id = movement.credit_id
LEFT JOIN ledger_entry reversal ON reversal.reverses_id = entry.id
WHERE entry.kind IN ('payout_sent', 'payout_settled')
"""
QUESTIONS = {
    "a payout that the books do not hold as it is": f"{EXPECTED} EXCEPT {BOOKED}",
    "an entry of a payout that is not so": f"{BOOKED} EXCEPT {EXPECTED}",
    "money in payout clearing that is not on its way": """
        SELECT account.code FROM ledger_account account
        WHERE account.code LIKE 'payout_clearing:%' AND
            COALESCE((SELECT sum(amount_minor) FROM ledger_movement WHERE credit_id = account.id), 0)
          - COALESCE((SELECT sum(amount_minor) FROM ledger_movement WHERE debit_id = account.id), 0)
         <> COALESCE((SELECT sum(payout.amount_minor) FROM payments_payout payout
                      WHERE payout.state = 'sent' AND payout.currency = account.currency), 0)""",
    "a payout line that stands for a payout that did not arrive, or was released while it is under way": """
        SELECT payout.public_id, payout.state FROM dividends_payoutline line
        JOIN payments_payout payout ON payout.id = line.payout_id
        WHERE (line.released_at IS NULL) = (payout.state IN ('failed', 'returned', 'held', 'cancelled'))""",
}


def payout_findings() -> Iterator[str]:
    """Yield a sentence for every row that should not be."""
    with connection.cursor() as cursor:
        for question, sql in QUESTIONS.items():
            cursor.execute(sql)
            for row in cursor.fetchall():
                yield f"dividends: {question}: {', '.join(str(value) for value in row)}"
