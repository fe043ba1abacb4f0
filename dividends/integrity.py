"""Questions about dividends that must be answered by no rows.

What was computed is computed anew from the register, and what stands in the money book from the entitlements and
their payouts; whatever was changed on either side is left over. Royalties have questions of their own.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from django.db import connection

from core import clock
from core.planning import planned_for_many
from dividends.enums import DeclarationState
from dividends.integrity_payouts import payout_findings
from dividends.integrity_royalties import royalty_findings
from dividends.models import Declaration
from dividends.queries.entitlements import snapshot_sha256
from equity.queries.record_date import HOLDINGS, holdings_values

FILE_DUE = timedelta(days=1)
TOLD_AT_MOST = 20
# What dividends under carry owe in fractions, in whole units: see Note [Dividend in the books].
FRACTIONS = """
        SELECT carry.id, floor(carry.after) - floor(carry.after - carry.change) AS change FROM (
            SELECT id, exact_total - gross_total_minor AS change, sum(exact_total - gross_total_minor) OVER (
                   PARTITION BY currency ORDER BY computed_at, id) AS after
            FROM dividends_declaration WHERE state = 'computed' AND rounding = 'carry') carry"""
OWED = f"""
        SELECT declaration.entry_id, 'retained_earnings:' || declaration.currency AS debit,
               'dividend_payable:' || declaration.currency || ':' || party.public_id AS credit, owed.net_minor AS amount
        FROM dividends_entitlement owed JOIN dividends_declaration declaration ON declaration.id = owed.declaration_id
        JOIN accounts_party party ON party.id = owed.party_id WHERE owed.net_minor > 0
        UNION ALL
        SELECT declaration.entry_id, 'retained_earnings:' || declaration.currency,
               'withholding_payable:' || declaration.currency || ':' || rule.issuer_country, sum(owed.withheld_minor)
        FROM dividends_entitlement owed JOIN dividends_declaration declaration ON declaration.id = owed.declaration_id
        JOIN dividends_withholdingrule rule ON rule.id = owed.withholding_rule_id
        WHERE owed.withheld_minor > 0 GROUP BY declaration.entry_id, declaration.currency, rule.issuer_country
        UNION ALL
        SELECT entry_id, 'retained_earnings:' || currency, 'dividend_rounding:' || currency, residue_minor
        FROM dividends_declaration WHERE state = 'computed' AND residue_minor > 0
        UNION ALL
        SELECT declaration.entry_id, side.debit, side.credit, abs(moved.change) FROM ({FRACTIONS}) moved
        JOIN dividends_declaration declaration ON declaration.id = moved.id
        JOIN LATERAL (SELECT CASE WHEN moved.change > 0 THEN 'retained_earnings:' ELSE 'dividend_fractions:' END
                             || declaration.currency AS debit,
                             CASE WHEN moved.change > 0 THEN 'dividend_fractions:' ELSE 'retained_earnings:' END
                             || declaration.currency AS credit) side ON true WHERE moved.change <> 0"""  # noqa: S608  our own text
BOOKED = """
        SELECT entry.id, debit.code, credit.code, movement.amount_minor FROM ledger_entry entry
        JOIN ledger_movement movement ON movement.entry_id = entry.id
        JOIN ledger_account debit ON debit.id = movement.debit_id
        JOIN ledger_account credit ON credit.id = movement.credit_id WHERE entry.kind = 'dividend'"""
# Owed until the bank has taken it: a payout that is ready or being sent has moved nothing in the books yet, and one
# that failed or came back was taken back.
PAYABLE = """
        SELECT 'dividend_payable:' || declaration.currency || ':' || party.public_id AS code,
               sum(owed.net_minor) AS amount
        FROM dividends_entitlement owed JOIN dividends_declaration declaration ON declaration.id = owed.declaration_id
        JOIN accounts_party party ON party.id = owed.party_id
        WHERE declaration.state = 'computed' AND NOT EXISTS (
            SELECT 1 FROM dividends_payoutline line JOIN payments_payout payout ON payout.id = line.payout_id
            WHERE line.entitlement_id = owed.id AND line.released_at IS NULL
              AND payout.state IN ('sent', 'settled'))
        GROUP BY 1"""
BALANCES = """
        SELECT account.code, sum(leg.amount) AS amount FROM ledger_account account
        JOIN (SELECT credit_id AS account_id, amount_minor AS amount FROM ledger_movement
              UNION ALL SELECT debit_id, -amount_minor FROM ledger_movement) leg ON leg.account_id = account.id
        WHERE account.code LIKE 'dividend_payable:%%' GROUP BY account.code"""

QUESTIONS = {
    "a computed dividend whose totals are not the sums of its entitlements": """
        SELECT declaration.public_id FROM dividends_declaration declaration
        LEFT JOIN (
            SELECT declaration_id, count(*) AS holders, sum(shares) AS shares, sum(exact_minor) AS exact,
                   sum(gross_minor) AS gross, sum(withheld_minor) AS withheld, sum(net_minor) AS net,
                   sum(brought_fraction) - sum(carried_fraction) AS fractions
            FROM dividends_entitlement GROUP BY declaration_id) sums ON sums.declaration_id = declaration.id
        WHERE declaration.state = 'computed' AND ROW(
                declaration.holders_count, declaration.shares_total, declaration.exact_total,
                declaration.gross_total_minor, declaration.withheld_total_minor, declaration.net_total_minor,
                declaration.residue_minor + declaration.residue_fraction)
            IS DISTINCT FROM ROW(
                sums.holders, sums.shares, COALESCE(declaration.pot_minor, sums.exact), sums.gross, sums.withheld,
                sums.net, COALESCE(declaration.pot_minor, sums.exact) + sums.fractions - sums.gross)""",
    "an entitlement of a dividend that was never computed": """
        SELECT DISTINCT declaration.public_id FROM dividends_entitlement owed
        JOIN dividends_declaration declaration ON declaration.id = owed.declaration_id
        WHERE declaration.state <> 'computed'""",
    "an entitlement that is not what its shares, rate and rounding make": """
        SELECT owed.public_id FROM dividends_entitlement owed
        JOIN dividends_declaration declaration ON declaration.id = owed.declaration_id
        WHERE declaration.state = 'computed' AND NOT CASE declaration.rounding
            WHEN 'floor' THEN owed.exact_minor = owed.shares * declaration.rate_minor
                AND owed.gross_minor = floor(owed.exact_minor) AND owed.carried_fraction = owed.brought_fraction
            WHEN 'carry' THEN owed.exact_minor = owed.shares * declaration.rate_minor
                AND owed.gross_minor + owed.carried_fraction = owed.exact_minor + owed.brought_fraction
            ELSE owed.exact_minor = div(declaration.pot_minor::numeric * owed.shares * 1000000000000,
                                        declaration.shares_total) * 0.000000000001
                AND owed.gross_minor - floor(owed.exact_minor) IN (0, 1)
                AND owed.carried_fraction = owed.brought_fraction END""",
    "an entitlement with another tax than its rule and gross amount make": """
        SELECT owed.public_id FROM dividends_entitlement owed
        JOIN dividends_withholdingrule rule ON rule.id = owed.withholding_rule_id
        JOIN dividends_declaration declaration ON declaration.id = owed.declaration_id
        WHERE owed.withheld_ppm <> rule.rate_ppm OR rule.income <> 'dividend'
           OR rule.holder_country NOT IN ('', owed.country)
           OR declaration.pay_on < rule.valid_from OR declaration.pay_on >= rule.valid_to
           OR owed.withheld_minor <> div(2 * owed.gross_minor::numeric * owed.withheld_ppm + 1000000, 2000000)""",
    "a fraction brought that is not the one carried before": """
        SELECT chain.public_id FROM (
            SELECT owed.public_id, owed.brought_fraction, lag(owed.carried_fraction, 1, 0) OVER (
                   PARTITION BY owed.party_id, declaration.currency ORDER BY owed.id) AS carried_before
            FROM dividends_entitlement owed
            JOIN dividends_declaration declaration ON declaration.id = owed.declaration_id) chain
        WHERE chain.brought_fraction <> chain.carried_before""",
    "a dividend whose resolution was not carried, or that is more than was recommended": """
        SELECT declaration.public_id FROM dividends_declaration declaration
        JOIN dividends_recommendation recommended ON recommended.id = declaration.recommendation_id
        LEFT JOIN ballots_contest contest ON contest.id = recommended.contest_id AND contest.state = 'declared'
        LEFT JOIN ballots_count tally ON tally.contest_id = contest.id AND tally.result -> 'passed' = 'true'::jsonb
        WHERE declaration.state <> 'dropped' AND (tally.id IS NULL
            OR declaration.rate_minor > recommended.rate_minor OR declaration.pot_minor > recommended.pot_minor)""",
    "a dividend that the money book does not hold as it is": f"""
        ({OWED}) EXCEPT ALL ({BOOKED})""",
    "a dividend in the money book that is not declared as it is": f"""
        ({BOOKED}) EXCEPT ALL ({OWED})""",
    "a holder whose balance is not what is open or on its way to the bank": f"""
        SELECT COALESCE(owed.code, booked.code), owed.amount, booked.amount FROM ({PAYABLE}) owed
        FULL JOIN ({BALANCES}) booked ON booked.code = owed.code
        WHERE COALESCE(owed.amount, 0) <> COALESCE(booked.amount, 0)""",  # noqa: S608  our own text
    "a payment of dividends that is not the sum of what it pays": """
        SELECT payout.public_id, payout.amount_minor, sum(owed.net_minor) FROM payments_payout payout
        JOIN payments_payoutrun run ON run.id = payout.run_id AND run.purpose = 'dividend'
        LEFT JOIN dividends_payoutline line ON line.payout_id = payout.id
        LEFT JOIN dividends_entitlement owed ON owed.id = line.entitlement_id AND owed.party_id = payout.party_id
        GROUP BY payout.id HAVING payout.amount_minor IS DISTINCT FROM sum(owed.net_minor)""",
    "a statement whose file is missing a day after it was issued": """
        SELECT 'D-' || lpad(statement.number::text, 6, '0') FROM dividends_statement statement
        LEFT JOIN dividends_statementfile file ON file.statement_id = statement.id
        WHERE file.id IS NULL AND statement.issued_at < %(file_due_at)s""",
}
# Whoever held shares at the record moment is entitled to exactly those, and nobody else is.
REGISTER = f"""
SELECT member.number, register.shares, owed.shares FROM ({HOLDINGS}) register
FULL JOIN (SELECT member_id, shares FROM dividends_entitlement WHERE declaration_id = %(declaration)s) owed
  ON owed.member_id = register.member_id
JOIN equity_member member ON member.id = COALESCE(register.member_id, owed.member_id)
WHERE register.shares IS DISTINCT FROM owed.shares ORDER BY member.number
"""  # noqa: S608  our own text


def findings() -> Iterator[str]:
    """Yield a sentence for every row that should not be."""
    for question, sql in QUESTIONS.items():
        yield from _sentences(question, _rows(sql, {"file_due_at": clock.now() - FILE_DUE}))
    for declaration in Declaration.objects.filter(state=DeclarationState.COMPUTED).order_by("pk"):
        yield from broken_entitlements(declaration)
    yield from payout_findings()
    yield from royalty_findings()


def broken_entitlements(declaration: Declaration) -> Iterator[str]:
    """Compare a computed dividend with the register at its record moment and with the fingerprint of its figures."""
    values = holdings_values(share_class_id=declaration.share_class_id, record_at=declaration.record_at)
    rows = _rows(REGISTER, {**values, "declaration": declaration.pk})
    yield from _sentences(f"{declaration.public_id}: not the register at the record moment", rows)
    if snapshot_sha256(declaration) != declaration.snapshot_sha256:
        yield f"dividends: {declaration.public_id}: its entitlements do not have its fingerprint"


def _rows(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with planned_for_many(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _sentences(question: str, rows: Sequence[tuple[Any, ...]]) -> Iterator[str]:
    """A whole dividend that went wrong is told by its first rows."""
    for row in rows[:TOLD_AT_MOST]:
        yield f"dividends: {question}: {', '.join(str(value) for value in row)}"
    if len(rows) > TOLD_AT_MOST:
        yield f"dividends: {question}: and {len(rows) - TOLD_AT_MOST} more"
