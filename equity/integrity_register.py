"""Questions about register, offers and certificates that must be answered by no rows."""

QUESTIONS = {
    "an account that holds fewer than no shares": """
        SELECT account.id, SUM(leg.signed) FROM equity_registeraccount account
        JOIN (SELECT to_account_id AS account_id, quantity::bigint AS signed FROM equity_registerentry
              UNION ALL SELECT from_account_id, -quantity::bigint FROM equity_registerentry) leg
          ON leg.account_id = account.id
        WHERE account.member_id IS NOT NULL GROUP BY account.id HAVING SUM(leg.signed) < 0""",
    "open lots that do not add up to a member's shares": """
        SELECT account.id, held.shares, lots.shares FROM equity_registeraccount account
        LEFT JOIN (SELECT account_id, SUM(signed) AS shares FROM (
              SELECT to_account_id AS account_id, quantity::bigint AS signed FROM equity_registerentry
              UNION ALL SELECT from_account_id, -quantity::bigint FROM equity_registerentry) legs
              GROUP BY account_id) held ON held.account_id = account.id
        LEFT JOIN (SELECT lot.account_id, SUM(lot.quantity) AS shares FROM equity_lot lot
              LEFT JOIN equity_lotend ended ON ended.lot_id = lot.id WHERE ended.id IS NULL
              GROUP BY lot.account_id) lots ON lots.account_id = account.id
        WHERE account.member_id IS NOT NULL AND COALESCE(held.shares, 0) <> COALESCE(lots.shares, 0)""",
    "an entry between accounts of two classes": """
        SELECT entry.id FROM equity_registerentry entry
        JOIN equity_registeraccount origin ON origin.id = entry.from_account_id
        JOIN equity_registeraccount target ON target.id = entry.to_account_id
        WHERE origin.share_class_id <> target.share_class_id""",
    "a batch whose number of entries is not what its header says": """
        SELECT batch.sequence FROM equity_registerbatch batch
        LEFT JOIN equity_registerentry entry ON entry.batch_id = batch.id
        GROUP BY batch.id HAVING COUNT(entry.id) <> batch.entries_count""",
    "batches entered out of order": """
        SELECT sequence FROM (SELECT sequence, entered_at, LAG(entered_at) OVER (ORDER BY sequence) AS before
              FROM equity_registerbatch) ordered WHERE before >= entered_at""",
    "a counter of kept shares that is not the sum of the applications": """
        SELECT capacity.offer_id, capacity.kept_shares, COALESCE(SUM(application.quantity), 0)
        FROM equity_offercapacity capacity
        LEFT JOIN equity_application application ON application.offer_id = capacity.offer_id
             AND application.state IN ('quantity_chosen', 'payable', 'paid', 'allotted')
        GROUP BY capacity.id HAVING capacity.kept_shares <> COALESCE(SUM(application.quantity), 0)""",
    "a personal counter that is not the sum of the person's applications": """
        SELECT allowance.offer_id, allowance.party_id, allowance.kept_shares, COALESCE(SUM(application.quantity), 0)
        FROM equity_personallowance allowance
        LEFT JOIN equity_application application ON application.offer_id = allowance.offer_id
             AND application.applicant_id = allowance.party_id
             AND application.state IN ('quantity_chosen', 'payable', 'paid', 'allotted')
        GROUP BY allowance.id HAVING allowance.kept_shares <> COALESCE(SUM(application.quantity), 0)""",
    "an allotted application without its register entry, or the other way round": """
        SELECT application.public_id FROM equity_application application
        LEFT JOIN equity_registerentry entry ON entry.application_id = application.id
        WHERE (application.state = 'allotted') <> (entry.id IS NOT NULL)
           OR (entry.id IS NOT NULL AND entry.quantity <> application.quantity)""",
    "an authority whose used shares are not those of its approved batches": """
        SELECT authority.id FROM equity_allotmentauthority authority
        LEFT JOIN equity_allotmentbatch batch ON batch.authority_id = authority.id AND batch.state = 'approved'
        GROUP BY authority.id HAVING authority.used_shares <> COALESCE(SUM(batch.shares), 0)""",
    "a lot of an allotment without a certificate": """
        SELECT lot.public_id FROM equity_lot lot JOIN equity_registerentry entry ON entry.id = lot.entry_id
        LEFT JOIN equity_certificate certificate ON certificate.lot_id = lot.id
        WHERE entry.application_id IS NOT NULL AND certificate.id IS NULL""",
    "an open offer without approval, ranking or two signatures": """
        SELECT offer.slug FROM equity_offer offer WHERE offer.state = 'open' AND (
            NOT EXISTS (SELECT 1 FROM equity_offerapproval WHERE offer_id = offer.id)
            OR NOT EXISTS (SELECT 1 FROM equity_rankingline WHERE offer_id = offer.id)
            OR (SELECT COUNT(DISTINCT signed_by_id) FROM equity_rankingsignature WHERE offer_id = offer.id) < 2)""",
    "an entry in the register that was paid with another amount than its application costs": """
        SELECT application.public_id, entry.paid_minor, application.quantity::bigint * application.price_minor
        FROM equity_registerentry entry JOIN equity_application application ON application.id = entry.application_id
        WHERE entry.paid_minor <> application.quantity::bigint * application.price_minor""",
    "the register's head does not say where its tables end": """
        SELECT head.last_sequence, batch.last, head.last_member_number, member.last
        FROM equity_registerhead head,
             (SELECT COALESCE(MAX(sequence), 0) AS last, COUNT(*) AS rows, MAX(entered_at) AS entered_at
              FROM equity_registerbatch) batch,
             (SELECT COALESCE(MAX(number), 0) AS last, COUNT(*) AS rows FROM equity_member) member
        WHERE head.last_sequence <> batch.last OR batch.last <> batch.rows
           OR head.last_entered_at IS DISTINCT FROM batch.entered_at
           OR head.last_member_number <> member.last OR member.last <> member.rows""",
    "a class whose last certificate number is not the number of its certificates": """
        SELECT class.code, class.last_certificate_number, COUNT(certificate.id) FROM equity_shareclass class
        LEFT JOIN equity_registeraccount account ON account.share_class_id = class.id
        LEFT JOIN equity_lot lot ON lot.account_id = account.id
        LEFT JOIN equity_certificate certificate ON certificate.lot_id = lot.id
        GROUP BY class.id HAVING class.last_certificate_number <> COUNT(certificate.id)""",
    "a certificate that names others than the register did when it was issued": """
        SELECT certificate.serial FROM equity_certificate certificate
        JOIN equity_lot lot ON lot.id = certificate.lot_id
        JOIN equity_registerentry entry ON entry.id = lot.entry_id
        JOIN equity_registerbatch batch ON batch.id = entry.batch_id
        JOIN equity_registeraccount account ON account.id = lot.account_id
        LEFT JOIN LATERAL (SELECT names FROM equity_memberparticulars particulars
              WHERE particulars.member_id = account.member_id
                AND particulars.entered_at <= GREATEST(certificate.issued_at, batch.entered_at)
              ORDER BY effective_on DESC, entered_at DESC LIMIT 1) known ON true
        WHERE certificate.holder_names IS DISTINCT FROM CASE WHEN account.designation = '' THEN known.names
              ELSE jsonb_set(known.names, '{0}', to_jsonb((known.names->>0) || ' (' || account.designation || ')'))
              END""",
    "a batch of the register or an allotment of which the audit trail knows nothing": """
        SELECT 'register', batch.sequence::text FROM equity_registerbatch batch WHERE NOT EXISTS (
            SELECT 1 FROM core_auditrecord WHERE verb = 'register_written'
               AND subject_kind = 'equity.registerbatch' AND subject_id = batch.id::text)
        UNION ALL
        SELECT 'allotment', batch.minute_reference FROM equity_allotmentbatch batch
        WHERE batch.state = 'approved' AND NOT EXISTS (
            SELECT 1 FROM core_auditrecord WHERE verb = 'allotment_approved'
               AND subject_kind = 'equity.allotmentbatch' AND subject_id = batch.id::text)""",
}
