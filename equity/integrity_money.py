"""Questions about the money of shares that must be answered by no rows.

Note [Owed and booked]: what the rows of payments and applications say must stand in the money book is computed anew,
with accounts, amount, kind and source, and compared with what stands there, as sets. Whatever was changed on either
side is left over.
"""

# A refund that still has to reach the payer. One that failed is open until it was sent again or settled otherwise.
OPEN_REFUND = """(refund.state IN ('requested', 'sent') OR (refund.state = 'failed' AND refund.settled_at IS NULL
                  AND NOT EXISTS (SELECT 1 FROM payments_refund again WHERE again.again_of_id = refund.id)))"""
OWED = """
        SELECT 'receipt:' || payment.public_id AS key, 'application_receipt' AS kind, payment.reference AS source,
               'provider_clearing:' || payment.currency AS debit, 'application_money:' || payment.currency AS credit,
               payment.amount_minor FROM payments_payment payment
        WHERE payment.purpose = 'share_application' AND payment.state IN ('succeeded', 'refunded')
        UNION ALL
        SELECT 'refund:' || refund.public_id, 'application_refund', payment.reference,
               'application_money:' || payment.currency, 'provider_clearing:' || payment.currency, refund.amount_minor
        FROM payments_refund refund JOIN payments_payment payment ON payment.id = refund.payment_id
        WHERE payment.purpose = 'share_application' AND refund.state = 'succeeded'
        UNION ALL
        SELECT 'settled:' || refund.public_id, 'application_refund_otherwise', payment.reference,
               'application_money:' || payment.currency, 'bank:' || payment.currency, refund.amount_minor
        FROM payments_refund refund JOIN payments_payment payment ON payment.id = refund.payment_id
        WHERE payment.purpose = 'share_application' AND refund.settled_at IS NOT NULL"""
BOOKED = """
        SELECT entry.key, entry.kind, entry.source, debit.code, credit.code, movement.amount_minor
        FROM ledger_entry entry LEFT JOIN ledger_movement movement ON movement.entry_id = entry.id
        LEFT JOIN ledger_account debit ON debit.id = movement.debit_id
        LEFT JOIN ledger_account credit ON credit.id = movement.credit_id
        WHERE entry.kind IN ('application_receipt', 'application_refund', 'application_refund_otherwise')"""
HELD = """
        SELECT entry.source, SUM(CASE WHEN movement.credit_id = account.id THEN movement.amount_minor
                                      ELSE -movement.amount_minor END) AS held, MIN(entry.effective_on) AS since
        FROM ledger_movement movement JOIN ledger_entry entry ON entry.id = movement.entry_id
        JOIN ledger_account account ON account.id IN (movement.debit_id, movement.credit_id)
             AND account.code LIKE 'application_money:%%' GROUP BY entry.source"""
GOING_BACK = f"""
        SELECT payment.reference, SUM(refund.amount_minor) AS amount_minor, MAX(refund.requested_at) AS requested_at
        FROM payments_refund refund JOIN payments_payment payment ON payment.id = refund.payment_id
        WHERE payment.purpose = 'share_application' AND {OPEN_REFUND} GROUP BY payment.reference"""  # noqa: S608  constants only

QUESTIONS = {
    "a payment or refund that the money book does not hold as it is": f"""
        (({OWED}) EXCEPT ALL ({BOOKED}))""",
    "a receipt or refund in the money book that payments do not hold as it is": f"""
        (({BOOKED}) EXCEPT ALL ({OWED}))""",
    "an application that was paid with another amount than it costs": """
        SELECT application.public_id, payment.amount_minor, application.quantity::bigint * application.price_minor
        FROM equity_application application
        LEFT JOIN payments_payment payment ON payment.public_id = application.payment_id
             AND payment.purpose = 'share_application' AND payment.reference = application.public_id
             AND payment.state IN ('succeeded', 'refunded')
        WHERE application.state IN ('paid', 'allotted')
          AND (payment.amount_minor, payment.currency) IS DISTINCT FROM
              (application.quantity::bigint * application.price_minor, application.currency::varchar)""",
    "an allotment that the money book does not hold as it is (price = capital + premium)": """
        SELECT application.public_id, entry.key, legs.total, legs.capital FROM
        (SELECT application.*, class.nominal_minor FROM equity_application application
         JOIN equity_offer offer ON offer.id = application.offer_id
         JOIN equity_shareclass class ON class.id = offer.share_class_id
         WHERE application.state = 'allotted') application
        FULL JOIN (SELECT * FROM ledger_entry WHERE kind = 'allotment') entry
          ON entry.key = 'allotment:' || application.public_id AND entry.source = application.public_id
        LEFT JOIN LATERAL (SELECT SUM(movement.amount_minor) AS total,
              COALESCE(SUM(movement.amount_minor) FILTER (WHERE credit.code = 'share_capital:' || debit.currency), 0)
                  AS capital,
              BOOL_AND(debit.code = 'application_money:' || application.currency AND credit.code IN (
                  'share_capital:' || application.currency, 'share_premium:' || application.currency)) AS in_place
              FROM ledger_movement movement JOIN ledger_account debit ON debit.id = movement.debit_id
              JOIN ledger_account credit ON credit.id = movement.credit_id
              WHERE movement.entry_id = entry.id) legs ON true
        WHERE legs.total IS DISTINCT FROM application.quantity::bigint * application.price_minor
           OR legs.in_place IS NOT TRUE
           -- The difference of two floored totals is the floor or the ceiling of what lies between them.
           OR legs.capital NOT BETWEEN floor(application.nominal_minor * application.quantity)
                                   AND ceil(application.nominal_minor * application.quantity)""",
    "an application whose money does not add up (received = allotted + returned + held)": f"""
        SELECT COALESCE(application.public_id, money.source), application.state, money.held, back.amount_minor
        FROM equity_application application FULL JOIN ({HELD}) money ON money.source = application.public_id
        LEFT JOIN ({GOING_BACK}) back ON back.reference = application.public_id
        WHERE COALESCE(money.held, 0) <> COALESCE(back.amount_minor, 0) + CASE WHEN application.state = 'paid'
              THEN application.quantity::bigint * application.price_minor ELSE 0 END""",  # noqa: S608  constants only
    "share capital in the books that is not the nominal value of the shares issued": """
        SELECT class.code, books.capital, SUM(issued.capital) OVER () FROM equity_shareclass class
        JOIN LATERAL (SELECT floor(class.nominal_minor * COALESCE(SUM(CASE WHEN pool.id = entry.from_account_id
                             THEN entry.quantity ELSE -entry.quantity END), 0)) AS capital
              FROM equity_registeraccount pool JOIN equity_registerentry entry
                ON pool.id IN (entry.from_account_id, entry.to_account_id)
              WHERE pool.member_id IS NULL AND pool.share_class_id = class.id) issued ON true
        JOIN (SELECT account.currency, SUM(CASE WHEN movement.credit_id = account.id THEN movement.amount_minor
                     ELSE -movement.amount_minor END) AS capital
              FROM ledger_account account JOIN ledger_movement movement
                ON account.id IN (movement.debit_id, movement.credit_id)
              WHERE account.code LIKE 'share_capital:%%' GROUP BY account.currency) books
          ON books.currency = class.currency
        WHERE books.capital <> (SELECT SUM(floor(other.nominal_minor * COALESCE((
              SELECT SUM(CASE WHEN pool.id = entry.from_account_id THEN entry.quantity ELSE -entry.quantity END)
              FROM equity_registeraccount pool JOIN equity_registerentry entry
                ON pool.id IN (entry.from_account_id, entry.to_account_id)
              WHERE pool.member_id IS NULL AND pool.share_class_id = other.id), 0)))
              FROM equity_shareclass other WHERE other.currency = class.currency)""",
}
