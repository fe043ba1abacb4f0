"""Questions about shares and their money that must be answered by no rows."""

from collections.abc import Iterator

from django.db import connection

from core.errors import MissingFile
from core.storage import read_bytes
from equity.models import CertificateFile, RegisterBatch, RegisterEntry, RegisterHead
from equity.rules.digests import FIRST, batch_header, batch_sha256

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
    "an application whose money does not add up (received = allotted + returned + held)": """
        SELECT application.public_id, application.state, money.held FROM equity_application application
        LEFT JOIN (SELECT entry.source, SUM(CASE WHEN movement.credit_id = account.id THEN movement.amount_minor
                          ELSE -movement.amount_minor END) AS held
              FROM ledger_movement movement JOIN ledger_entry entry ON entry.id = movement.entry_id
              JOIN ledger_account account ON account.id IN (movement.debit_id, movement.credit_id)
                   AND account.code LIKE 'application_money:%%' GROUP BY entry.source) money
          ON money.source = application.public_id
        WHERE (application.state = 'paid'
               AND COALESCE(money.held, 0) < application.quantity * application.price_minor)
           OR (application.state IN ('refunded', 'quantity_chosen', 'assessed', 'categorised', 'started')
               AND COALESCE(money.held, 0) <> 0
               AND NOT EXISTS (SELECT 1 FROM payments_refund refund JOIN payments_payment payment
                               ON payment.id = refund.payment_id WHERE payment.reference = application.public_id
                               AND refund.state <> 'succeeded'))
           OR COALESCE(money.held, 0) < 0""",
    "an allotted application without its booking": """
        SELECT application.public_id FROM equity_application application
        WHERE application.state = 'allotted' AND NOT EXISTS (
            SELECT 1 FROM ledger_entry WHERE key = 'allotment:' || application.public_id)""",
    "a successful payment for shares without its receipt, or a receipt without its payment": """
        SELECT payment.public_id FROM payments_payment payment
        LEFT JOIN ledger_entry entry ON entry.key = 'receipt:' || payment.public_id
        WHERE payment.purpose = 'share_application'
          AND (payment.state IN ('succeeded', 'refunded')) <> (entry.id IS NOT NULL)
        UNION ALL
        SELECT entry.key FROM ledger_entry entry WHERE entry.kind = 'application_receipt' AND NOT EXISTS (
            SELECT 1 FROM payments_payment WHERE 'receipt:' || public_id = entry.key)""",
    "a refund that went out without its booking": """
        SELECT refund.public_id FROM payments_refund refund
        JOIN payments_payment payment ON payment.id = refund.payment_id
        LEFT JOIN ledger_entry entry ON entry.key = 'refund:' || refund.public_id
        WHERE payment.purpose = 'share_application' AND (refund.state = 'succeeded') <> (entry.id IS NOT NULL)""",
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
}


def findings() -> Iterator[str]:
    """Yield a sentence for every row that should not be."""
    with connection.cursor() as cursor:
        for question, sql in QUESTIONS.items():
            cursor.execute(sql, [])
            for row in cursor.fetchall():
                yield f"equity: {question}: {', '.join(str(value) for value in row)}"
    yield from broken_chain()
    yield from broken_files()


def broken_chain() -> Iterator[str]:
    """Recompute the register's hash chain from the entries and yield every link that does not hold."""
    previous = FIRST
    for batch in RegisterBatch.objects.order_by("sequence").iterator():
        rows = (
            RegisterEntry.objects.filter(batch=batch)
            .order_by("line")
            .values_list("line", "from_account_id", "to_account_id", "quantity", "effective_on", "paid_minor")
        )
        header = batch_header(batch.sequence, batch.kind, batch.reference, batch.entered_at)
        if batch.previous_sha256 != previous:
            yield f"equity: register batch {batch.sequence} does not follow the batch before it"
        if batch_sha256(batch.previous_sha256, header, rows.iterator()) != batch.sha256:
            yield f"equity: register batch {batch.sequence} was changed: its hash does not match its entries"
        previous = batch.sha256
    head = RegisterHead.objects.get()
    if head.last_sha256 != previous:
        yield "equity: the end of the register's chain is not what its head says"


def broken_files() -> Iterator[str]:
    """Read every certificate's bytes and yield those that are missing or are not what was stored."""
    for sha256, serial in CertificateFile.objects.values_list("sha256", "certificate__serial").iterator():
        try:
            read_bytes(sha256)
        except MissingFile:
            yield f"equity: the file of certificate {serial} is missing or was changed"
