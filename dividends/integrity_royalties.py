"""Questions about creators' shares that must be answered by no rows.

What sales earn, how it is shared, settled and booked is computed anew from the figures of sales and the agreements;
whatever was changed on either side is left over.
"""

from collections.abc import Iterator
from datetime import timedelta

from django.db import connection

from core import clock
from core.errors import MissingFile
from core.storage import read_bytes
from dividends.enums import AgreementState
from dividends.models import (
    RoyaltyAgreement,
    RoyaltyPart,
    RoyaltyStatement,
    RoyaltyStatementFile,
    SalesReport,
)
from dividends.queries.royalty_earning import fraction_of
from dividends.queries.royalty_facts import agreement_hashes, royalty_sha256, sales_sha256
from dividends.rules.portions import Portion, split
from dividends.rules.royalties import earned_to_date
from equity.queries.company import get_company

FILE_DUE = timedelta(days=1)
# What the books must hold: parts owed or taken back when sales are approved, tax when a payment is announced.
OWED = """
        SELECT line.entry_id AS entry, 'royalty_expense:' || agreement.currency AS debit,
               'royalty_payable:' || agreement.currency || ':' || party.public_id AS credit, part.amount_minor AS amount
        FROM dividends_royaltypart part JOIN dividends_royaltyline line ON line.id = part.line_id
        JOIN dividends_royaltyagreement agreement ON agreement.id = line.agreement_id
        JOIN accounts_party party ON party.id = part.party_id WHERE part.amount_minor > 0
        UNION ALL
        SELECT line.entry_id, 'royalty_payable:' || agreement.currency || ':' || party.public_id,
               'royalty_expense:' || agreement.currency, -part.amount_minor
        FROM dividends_royaltypart part JOIN dividends_royaltyline line ON line.id = part.line_id
        JOIN dividends_royaltyagreement agreement ON agreement.id = line.agreement_id
        JOIN accounts_party party ON party.id = part.party_id WHERE part.amount_minor < 0
        UNION ALL
        SELECT statement.entry_id, 'royalty_payable:' || statement.currency || ':' || party.public_id,
               'withholding_payable:' || statement.currency || ':' || rule.issuer_country, statement.withheld_minor
        FROM dividends_royaltystatement statement JOIN accounts_party party ON party.id = statement.party_id
        JOIN dividends_withholdingrule rule ON rule.id = statement.withholding_rule_id
        WHERE statement.withheld_minor > 0"""
BOOKED = """
        SELECT entry.id, debit.code, credit.code, movement.amount_minor FROM ledger_entry entry
        JOIN ledger_movement movement ON movement.entry_id = entry.id
        JOIN ledger_account debit ON debit.id = movement.debit_id
        JOIN ledger_account credit ON credit.id = movement.credit_id
        WHERE entry.kind IN ('royalty_earned', 'royalty_withheld')"""
# Owed until the bank has taken it: everything earned less tax and what is sent or paid.
PAYABLE = """
        SELECT code, sum(amount) AS amount FROM (
            SELECT 'royalty_payable:' || agreement.currency || ':' || party.public_id AS code,
                   part.amount_minor AS amount
            FROM dividends_royaltypart part JOIN dividends_royaltyline line ON line.id = part.line_id
            JOIN dividends_royaltyagreement agreement ON agreement.id = line.agreement_id
            JOIN accounts_party party ON party.id = part.party_id
            UNION ALL
            SELECT 'royalty_payable:' || statement.currency || ':' || party.public_id,
                   -statement.withheld_minor - CASE WHEN EXISTS (
                       SELECT 1 FROM dividends_royaltypayoutline line
                       JOIN payments_payout payout ON payout.id = line.payout_id AND payout.state IN ('sent', 'settled')
                       WHERE line.statement_id = statement.id AND line.released_at IS NULL)
                   THEN statement.paid_minor ELSE 0 END
            FROM dividends_royaltystatement statement JOIN accounts_party party ON party.id = statement.party_id
        ) moved GROUP BY code"""
BALANCES = """
        SELECT account.code, sum(leg.amount) AS amount FROM ledger_account account
        JOIN (SELECT credit_id AS account_id, amount_minor AS amount FROM ledger_movement
              UNION ALL SELECT debit_id, -amount_minor FROM ledger_movement) leg ON leg.account_id = account.id
        WHERE account.code LIKE 'royalty_payable:%%' GROUP BY account.code"""

QUESTIONS = {
    "approved sales that earned nothing under an agreement of their days": """
        SELECT report.public_id, agreement.public_id FROM dividends_salesreport report
        JOIN dividends_royaltyagreement agreement ON agreement.beer_id = report.beer_id AND agreement.state = 'approved'
             AND agreement.valid_from <= report.period_from
             AND (agreement.valid_to IS NULL OR report.period_to <= agreement.valid_to)
        LEFT JOIN dividends_royaltyline line ON line.agreement_id = agreement.id AND line.report_id = report.id
        WHERE report.state = 'approved' AND line.id IS NULL""",
    "a line that earned of sales nobody approved, or of other days than the agreement's": """
        SELECT agreement.public_id, line.position FROM dividends_royaltyline line
        JOIN dividends_royaltyagreement agreement ON agreement.id = line.agreement_id
        JOIN dividends_salesreport report ON report.id = line.report_id
        WHERE report.state <> 'approved' OR agreement.state <> 'approved' OR report.beer_id <> agreement.beer_id
           OR report.period_from < agreement.valid_from OR report.period_to > agreement.valid_to""",
    "a line that does not follow the one before it, or is not what its rate makes": """
        SELECT chain.public_id, chain.position FROM (
            SELECT agreement.public_id, line.*, report.net_minor,
                   lag(line.net_after_minor, 1, 0::bigint) OVER same AS before, row_number() OVER same AS place,
                   agreement.rate_ppm AS agreed_ppm
            FROM dividends_royaltyline line
            JOIN dividends_royaltyagreement agreement ON agreement.id = line.agreement_id
            JOIN dividends_salesreport report ON report.id = line.report_id
            WINDOW same AS (PARTITION BY line.agreement_id ORDER BY line.position)) chain
        WHERE chain.net_before_minor <> chain.before OR chain.position <> chain.place
           OR chain.net_after_minor - chain.net_before_minor <> chain.net_minor OR chain.rate_ppm <> chain.agreed_ppm
           OR chain.earned_minor <> floor(chain.net_after_minor::numeric * chain.rate_ppm / 1000000)
                                  - floor(chain.net_before_minor::numeric * chain.rate_ppm / 1000000)""",
    "a figure of sales that whoever entered it approved": """
        SELECT public_id FROM dividends_salesreport WHERE approved_by_id = entered_by_id
        UNION ALL SELECT public_id FROM dividends_royaltyagreement WHERE approved_by_id = made_by_id""",
    "a statement that does not open where the last one closed": """
        SELECT 'R-' || lpad(chain.number::text, 6, '0') FROM (
            SELECT statement.*, lag(closing_minor, 1, 0::bigint) OVER same AS closed,
                   lag(last_position, 1, 0) OVER same AS covered
            FROM dividends_royaltystatement statement
            WINDOW same AS (PARTITION BY agreement_id, party_id ORDER BY last_position)) chain
        WHERE chain.opening_minor <> chain.closed OR chain.first_position <> chain.covered + 1""",
    "a statement whose sums are not those of the sales it covers": """
        SELECT 'R-' || lpad(statement.number::text, 6, '0') FROM dividends_royaltystatement statement
        LEFT JOIN LATERAL (
            SELECT sum(report.net_minor) AS net, sum(line.earned_minor) AS earned, sum(part.amount_minor) AS part
            FROM dividends_royaltyline line JOIN dividends_salesreport report ON report.id = line.report_id
            JOIN dividends_royaltypart part ON part.line_id = line.id AND part.party_id = statement.party_id
            WHERE line.agreement_id = statement.agreement_id
              AND line.position BETWEEN statement.first_position AND statement.last_position) sums ON true
        WHERE (statement.net_minor, statement.earned_minor, statement.part_minor)
              IS DISTINCT FROM (sums.net, sums.earned, sums.part)
           OR statement.closing_minor <> statement.opening_minor + statement.part_minor - statement.withheld_minor
                                       - statement.paid_minor""",
    "a statement with another tax than its rule makes": """
        SELECT 'R-' || lpad(statement.number::text, 6, '0') FROM dividends_royaltystatement statement
        LEFT JOIN dividends_withholdingrule rule ON rule.id = statement.withholding_rule_id
        WHERE statement.paid_minor > 0 AND (rule.income IS DISTINCT FROM 'royalty'
            OR rule.rate_ppm <> statement.withheld_ppm OR rule.holder_country NOT IN ('', statement.country)
            OR statement.pay_on < rule.valid_from OR statement.pay_on >= rule.valid_to
            OR statement.withheld_minor <> div(2 * (statement.opening_minor + statement.part_minor)::numeric
                                               * rule.rate_ppm + 1000000, 2000000))""",
    "a royalty that the money book does not hold as it is": f"""
        ({OWED}) EXCEPT ALL ({BOOKED})""",
    "a royalty in the money book that is not so": f"""
        ({BOOKED}) EXCEPT ALL ({OWED})""",
    "a creator whose balance is not what was earned less tax and payments": f"""
        SELECT COALESCE(owed.code, booked.code), owed.amount, booked.amount FROM ({PAYABLE}) owed
        FULL JOIN ({BALANCES}) booked ON booked.code = owed.code
        WHERE COALESCE(owed.amount, 0) <> COALESCE(booked.amount, 0)""",  # noqa: S608  our own text
    "a payment of royalties that is not the sum of what it pays": """
        SELECT payout.public_id, payout.amount_minor, sum(statement.paid_minor) FROM payments_payout payout
        JOIN payments_payoutrun run ON run.id = payout.run_id AND run.purpose = 'royalty'
        LEFT JOIN dividends_royaltypayoutline line ON line.payout_id = payout.id
        LEFT JOIN dividends_royaltystatement statement
               ON statement.id = line.statement_id AND statement.party_id = payout.party_id
        GROUP BY payout.id HAVING payout.amount_minor IS DISTINCT FROM sum(statement.paid_minor)""",
    "a royalty line that stands for a payout that did not arrive, or was released while it is under way": """
        SELECT payout.public_id, payout.state FROM dividends_royaltypayoutline line
        JOIN payments_payout payout ON payout.id = line.payout_id
        WHERE (line.released_at IS NULL) = (payout.state IN ('failed', 'returned', 'held', 'cancelled'))""",
    "numbers of royalty statements with a gap": """
        SELECT series.last_number, count(statement.id) FROM dividends_statementseries series
        LEFT JOIN dividends_royaltystatement statement ON statement.number <= series.last_number
        WHERE series.code = 'royalty' GROUP BY series.code HAVING series.last_number <> count(statement.id)""",
    "a royalty statement whose file is missing a day after it was issued": """
        SELECT 'R-' || lpad(statement.number::text, 6, '0') FROM dividends_royaltystatement statement
        LEFT JOIN dividends_royaltystatementfile file ON file.statement_id = statement.id
        WHERE file.id IS NULL AND statement.issued_at < %(file_due_at)s""",
}


def royalty_findings() -> Iterator[str]:
    """Yield a sentence for every row that should not be."""
    with connection.cursor() as cursor:
        for question, sql in QUESTIONS.items():
            cursor.execute(sql, {"file_due_at": clock.now() - FILE_DUE})
            for row in cursor.fetchall():
                yield f"dividends: {question}: {', '.join(str(value) for value in row)}"
    yield from _broken_parts()
    yield from _broken_hashes()
    yield from _broken_files()


def _broken_parts() -> Iterator[str]:
    """Share each agreement's whole earnings by the rule; every creator must have had exactly that in all lines."""
    for agreement in RoyaltyAgreement.objects.filter(state=AgreementState.APPROVED).prefetch_related("shares"):
        last = agreement.lines.order_by("-position").first()
        shares = sorted(agreement.shares.all(), key=lambda share: share.position)
        earned = earned_to_date(last.net_after_minor if last else 0, agreement.rate_ppm)
        parts = split(earned, [Portion(share.position, fraction_of(share)) for share in shares])
        had: dict[int, int] = {}
        for party, amount in RoyaltyPart.objects.filter(line__agreement=agreement).values_list(
            "party_id", "amount_minor"
        ):
            had[party] = had.get(party, 0) + amount
        for share, part in zip(shares, parts, strict=True):
            if had.get(share.party_id, 0) != part.amount_minor:
                yield (
                    f"dividends: a creator who did not get their part: {agreement.public_id}, "
                    f"{had.get(share.party_id, 0)}, {part.amount_minor}"
                )


def _broken_hashes() -> Iterator[str]:
    """Recompute the fingerprints of agreements, figures of sales and statements."""
    for agreement in RoyaltyAgreement.objects.select_related("adoption__proposal", "beer").iterator():
        if agreement.terms_sha256 not in agreement_hashes(agreement):
            yield f"dividends: the fingerprint of agreement {agreement.public_id} is not that of its terms"
    for report in SalesReport.objects.select_related("beer", "corrects").iterator():
        if sales_sha256(report) != report.content_sha256:
            yield f"dividends: the fingerprint of sales {report.public_id} is not that of its figures"
    if not RoyaltyStatement.objects.exists():
        return
    number = get_company().number
    for statement in RoyaltyStatement.objects.iterator():
        if royalty_sha256(statement, company_number=number) != statement.facts_sha256:
            yield f"dividends: the fingerprint of statement {statement} is not that of its facts"


def _broken_files() -> Iterator[str]:
    for row in RoyaltyStatementFile.objects.select_related("statement").iterator():
        try:
            read_bytes(row.sha256)
        except MissingFile:
            yield f"dividends: the file of statement {row.statement} is missing or was changed"
