"""Statements: facts by one statement over all holders, bytes and letters by a job."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection

from core import audit, jobs
from core.ids import RANDOM_ID
from core.locks import lock
from core.models import Job
from core.planning import planned_for_many
from core.transactions import needs_transaction
from dividends.models import Declaration, Statement, StatementSeries
from dividends.queries.issuing import STANDING, why_not_yet
from dividends.queries.owed import OPEN
from dividends.services.turns import take_turn_paying
from equity.queries.company import get_company
from equity.services.bookings import day_of

if TYPE_CHECKING:
    from accounts.models import User

JOB_KIND = "dividend_statements"
CHUNK = 20
SERIES = "dividend"

# The text of the hash is that of dividends.rules.statement_facts: fields joined by the unit separator.
WRITE = f"""
WITH open AS ({OPEN}), waits AS (
    SELECT open.party_id, sum(open.net_minor)::bigint AS sum_minor FROM open GROUP BY open.party_id
), stands AS (
    SELECT owed.*, member.number AS member_number, class.code, payout.id AS payout_id, payout.amount_minor,
           party.language, COALESCE(waits.sum_minor, 0) AS waiting_minor, COALESCE(paid_to.ending, '') AS ending,
           %(last)s + row_number() OVER (ORDER BY member.number) AS number,
           CASE WHEN payout.id IS NOT NULL THEN 'bank' WHEN owed.net_minor = 0 THEN 'nothing'
                WHEN waits.sum_minor < declaration.minimum_minor THEN 'jar' WHEN mandate.id IS NULL THEN 'waiting'
                WHEN mandate.usable_from > %(at)s THEN 'held' ELSE 'next' END AS way
    FROM dividends_entitlement owed
    JOIN dividends_declaration declaration ON declaration.id = owed.declaration_id
    JOIN equity_shareclass class ON class.id = declaration.share_class_id
    JOIN equity_member member ON member.id = owed.member_id
    JOIN accounts_party party ON party.id = owed.party_id
    LEFT JOIN dividends_payoutline line ON line.entitlement_id = owed.id AND line.released_at IS NULL
    LEFT JOIN payments_payout payout ON payout.id = line.payout_id AND EXISTS (
        SELECT 1 FROM payments_payoutrun run WHERE run.id = payout.run_id AND run.state = ANY (%(standing)s))
    LEFT JOIN payments_bankmandate paid_to ON paid_to.id = payout.mandate_id
    LEFT JOIN payments_bankmandate mandate ON mandate.party_id = owed.party_id AND mandate.ended_at IS NULL
    LEFT JOIN waits ON waits.party_id = owed.party_id
    WHERE owed.declaration_id = %(declaration)s
)
INSERT INTO dividends_statement (public_id, check_code, entitlement_id, payout_id, number, language, issued_on,
                                 issued_at, way, ending, earlier_minor, paid_minor, kept_minor, facts_sha256)
SELECT {RANDOM_ID}, {RANDOM_ID}, id, payout_id, number, language, %(issued_on)s, %(at)s, way, ending,
       COALESCE(amount_minor, waiting_minor) - net_minor, COALESCE(amount_minor, 0),
       CASE WHEN payout_id IS NULL THEN waiting_minor ELSE 0 END,
       encode(sha256(convert_to(concat_ws(chr(31), %(company)s::text, number, member_number, code, shares, exact_minor,
           gross_minor, withheld_minor, net_minor, to_char(%(issued_on)s::date, 'YYYY-MM-DD')), 'UTF8')), 'hex')
FROM stands ORDER BY number
"""  # noqa: S608  our own text


@needs_transaction
def issue_statements(*, declaration: Declaration, by: "User", at: datetime) -> Job:
    """Write a statement for every holder, with what becomes of the money as it stands now, and start their files.

    Again: the standing job. The numbers have no gaps: they come from a locked row. What can be paid must be in an
    approved run before, so that statements can say where the money goes. CTA 2010 s.1104 wants the amount and the
    date of payment; what ours show stands in docs/money.md. Raises `NotComputed`, `NothingApproved`,
    `payments.errors.RunDraftWaits`.
    """
    take_turn_paying(declaration.currency)
    declaration = lock(Declaration.objects.select_related("statements_job"), pk=declaration.pk)
    if declaration.statements_job is not None:
        return declaration.statements_job
    refusal = why_not_yet(declaration, at=at)
    if refusal is not None:
        raise refusal
    count = _write(declaration, at)
    items = list(
        Statement.objects.filter(entitlement__declaration=declaration).order_by("number").values_list("pk", flat=True)
    )
    job = jobs.start(kind=JOB_KIND, items=items, chunk_size=CHUNK, by=by, at=at)
    declaration.statements_issued_at, declaration.statements_issued_by, declaration.statements_job = at, by, job
    declaration.save(update_fields=["statements_issued_at", "statements_issued_by", "statements_job"])
    audit.record(by=by, at=at, verb="statements_issued", subject=declaration, statements=count)
    return job


def _write(declaration: Declaration, at: datetime) -> int:
    StatementSeries.objects.get_or_create(code=SERIES)
    series = lock(StatementSeries.objects.all(), pk=SERIES)
    values: dict[str, Any] = {
        "declaration": declaration.pk,
        "currency": declaration.currency,
        "party": None,
        "company": get_company().number,
        "last": series.last_number,
        "issued_on": day_of(at),
        "due_on": max(declaration.pay_on, day_of(at)),
        "at": at,
        "standing": [state.value for state in STANDING],
    }
    with planned_for_many(), connection.cursor() as cursor:
        cursor.execute(WRITE, values)
        count = int(cursor.rowcount)
    series.last_number += count
    series.save(update_fields=["last_number"])
    return count
