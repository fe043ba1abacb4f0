"""Questions about payments that must be answered by no rows."""

from collections.abc import Iterator

from django.db import connection

from payments.integrity_payouts import PAYOUT_QUESTIONS

QUESTIONS = {
    "more paid back than was paid": """
        SELECT payment.public_id, payment.amount_minor, SUM(refund.amount_minor) FROM payments_payment payment
        JOIN payments_refund refund ON refund.payment_id = payment.id AND refund.state <> 'failed'
        GROUP BY payment.id HAVING SUM(refund.amount_minor) > payment.amount_minor""",
    "a payment is called paid back and its refunds do not add up, or the other way round": """
        SELECT payment.public_id, payment.state FROM payments_payment payment
        LEFT JOIN payments_refund refund ON refund.payment_id = payment.id AND refund.state = 'succeeded'
        GROUP BY payment.id
        HAVING (payment.state = 'refunded') <> (COALESCE(SUM(refund.amount_minor), 0) = payment.amount_minor)""",
    "a page was opened without an attempt written before": """
        SELECT payment.public_id FROM payments_payment payment
        WHERE payment.provider_session_id IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM payments_paymentattempt WHERE payment_id = payment.id AND refund_id IS NULL)""",
    "a refund was sent without an attempt written before": """
        SELECT refund.public_id FROM payments_refund refund
        WHERE refund.provider_refund_id IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM payments_paymentattempt WHERE refund_id = refund.id)""",
    "an event could not be acted on in a hundred tries": """
        SELECT event_id, last_error FROM payments_providerevent
        WHERE processed_at IS NULL AND parked_at IS NULL AND tries > 100""",
    "a refund failed and nobody settled it": """
        SELECT refund.public_id, refund.failure_reason FROM payments_refund refund
        WHERE refund.state = 'failed' AND refund.settled_at IS NULL
          AND NOT EXISTS (SELECT 1 FROM payments_refund again WHERE again.again_of_id = refund.id)""",
    "a refund could not be sent in a hundred tries": """
        SELECT public_id, tries FROM payments_refund WHERE state = 'requested' AND tries > 100""",
    **PAYOUT_QUESTIONS,
}


def findings() -> Iterator[str]:
    """Yield a sentence for every row that should not be."""
    with connection.cursor() as cursor:
        for question, sql in QUESTIONS.items():
            cursor.execute(sql)
            for row in cursor.fetchall():
                yield f"payments: {question}: {', '.join(str(value) for value in row)}"
