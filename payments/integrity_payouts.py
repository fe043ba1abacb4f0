"""Questions about money out that must be answered by no rows."""

PAYOUT_QUESTIONS = {
    "a payment run whose payouts are not those that were counted": """
        SELECT run.public_id, run.payouts_count, run.total_minor, count(payout.id), sum(payout.amount_minor)
        FROM payments_payoutrun run LEFT JOIN payments_payout payout ON payout.run_id = run.id
        GROUP BY run.id HAVING count(payout.id) <> run.payouts_count OR sum(payout.amount_minor) <> run.total_minor""",
    "a payment run whose rows are not those that were approved": """
        SELECT run.public_id FROM payments_payoutrun run JOIN payments_payout payout ON payout.run_id = run.id
        WHERE run.approved_at IS NOT NULL GROUP BY run.id
        HAVING encode(sha256(convert_to(string_agg(
            concat_ws('|', payout.public_id, payout.party_id, payout.mandate_id, payout.amount_minor, payout.currency,
                      payout.reference), E'\\n' ORDER BY payout.id), 'UTF8')), 'hex') <> run.rows_sha256""",
    "a payout that left without an approval": """
        SELECT payout.public_id FROM payments_payout payout JOIN payments_payoutrun run ON run.id = payout.run_id
        WHERE payout.state IN ('sending', 'sent', 'settled', 'returned') AND run.approved_at IS NULL""",
    "a payout that the bank took without an attempt written before": """
        SELECT payout.public_id FROM payments_payout payout
        WHERE payout.provider_id IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM payments_payoutattempt WHERE payout_id = payout.id)""",
    "a payout sent while another attempt of it was accepted": """
        SELECT payout_id, count(*) FROM payments_payoutattempt WHERE outcome = 'accepted'
        GROUP BY payout_id HAVING count(*) > 1""",
    "a payout that has been on its way for a week": """
        SELECT payout.public_id, payout.sent_at FROM payments_payout payout
        JOIN payments_payoutrun run ON run.id = payout.run_id
        WHERE payout.state = 'sent' AND run.route <> 'csv' AND payout.sent_at < kilderkin_now() - interval '7 days'""",
    # Details end at the moment their holder asked; a payment that was begun in the seconds until then was right to go.
    "a payout sent to bank details that could not be used at that moment": """
        SELECT payout.public_id, mandate.usable_from, mandate.ended_at FROM payments_payout payout
        JOIN payments_bankmandate mandate ON mandate.id = payout.mandate_id
        JOIN payments_payoutrun run ON run.id = payout.run_id
        LEFT JOIN LATERAL (SELECT min(started_at) AS at FROM payments_payoutattempt
                           WHERE payout_id = payout.id) begun ON true
        WHERE payout.state IN ('sending', 'sent', 'settled', 'returned')
          AND (payout.sent_at < mandate.usable_from
               OR mandate.ended_at < COALESCE(begun.at, run.file_made_at) - interval '1 minute')""",
}
