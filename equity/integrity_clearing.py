"""Questions about money that only passes through: is it explained, and how old is it?"""

from equity.integrity_money import GOING_BACK, HELD, OPEN_REFUND

QUESTIONS = {
    "a clearing account at the provider that is not what was paid less what went back": """
        SELECT COALESCE(books.currency, paid.currency), books.balance, paid.balance FROM
        (SELECT account.currency, SUM(CASE WHEN movement.debit_id = account.id THEN movement.amount_minor
                ELSE -movement.amount_minor END) AS balance
         FROM ledger_account account JOIN ledger_movement movement
           ON account.id IN (movement.debit_id, movement.credit_id)
         WHERE account.code LIKE 'provider_clearing:%%' GROUP BY account.currency) books
        FULL JOIN (SELECT currency, SUM(amount_minor) AS balance FROM (
              SELECT currency, amount_minor FROM payments_payment WHERE state IN ('succeeded', 'refunded')
              UNION ALL SELECT payment.currency, -refund.amount_minor FROM payments_refund refund
              JOIN payments_payment payment ON payment.id = refund.payment_id WHERE refund.state = 'succeeded') moved
              GROUP BY currency) paid ON paid.currency = books.currency
        WHERE COALESCE(books.balance, 0) <> COALESCE(paid.balance, 0)""",
    "application money that is not what is paid and held, and what is going back": f"""
        SELECT COALESCE(books.currency, owed.currency), books.balance, owed.balance FROM
        (SELECT account.currency, SUM(CASE WHEN movement.credit_id = account.id THEN movement.amount_minor
                ELSE -movement.amount_minor END) AS balance
         FROM ledger_account account JOIN ledger_movement movement
           ON account.id IN (movement.debit_id, movement.credit_id)
         WHERE account.code LIKE 'application_money:%%' GROUP BY account.currency) books
        FULL JOIN (SELECT currency, SUM(amount_minor) AS balance FROM (
              SELECT currency, quantity::bigint * price_minor AS amount_minor FROM equity_application
              WHERE state = 'paid'
              UNION ALL SELECT payment.currency, refund.amount_minor FROM payments_refund refund
              JOIN payments_payment payment ON payment.id = refund.payment_id
              WHERE payment.purpose = 'share_application' AND {OPEN_REFUND}) held GROUP BY currency) owed
          ON owed.currency = books.currency
        WHERE COALESCE(books.balance, 0) <> COALESCE(owed.balance, 0)""",  # noqa: S608  constants only
}

# Note [Old money]: money of an application may wait while its offer is open and some days after (CA 2006 s.578), and
# while a refund is on its way. Older than that it needs a person. What lies at the provider is explained by its
# payments until payouts are booked; `manage.py prove` prints how old it is.
OLD_MONEY = f"""
        SELECT money.source, money.held, money.since
        FROM ({HELD}) money LEFT JOIN equity_application application ON application.public_id = money.source
        LEFT JOIN equity_offer offer ON offer.id = application.offer_id
        LEFT JOIN ({GOING_BACK}) back ON back.reference = money.source
        WHERE money.held <> 0 AND money.since < (kilderkin_now() - make_interval(days => %(days)s))::date
          AND NOT (application.state = 'paid' AND offer.closes_at > kilderkin_now() - make_interval(days => %(days)s))
          AND NOT COALESCE(back.requested_at > kilderkin_now() - make_interval(days => %(days)s), false)"""  # noqa: S608  constants only
