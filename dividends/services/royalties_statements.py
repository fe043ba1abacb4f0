"""Statements of a creator's share: every line that was earned is settled once; the files are made by a job."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from core import audit, jobs
from core.errors import constraints_as
from core.locks import lock
from core.transactions import atomic, needs_transaction
from dividends.models import RoyaltyRound, RoyaltyStatement, RoyaltyStatementFile, StatementSeries
from dividends.queries.owed import begins_on
from dividends.queries.royalty_facts import royalty_sha256
from dividends.queries.royalty_settling import Due, dues, dues_sha256
from dividends.royalty_errors import LAWS, DuesChanged, LaterSalesApproved, NothingToState
from dividends.services.royalties_bookings import book_withholding
from dividends.services.royalties_letters import send_royalty_letter
from equity.queries.company import get_company
from equity.services.bookings import day_of

if TYPE_CHECKING:
    from accounts.models import User

JOB_KIND = "royalty_statements"
CHUNK = 20
SERIES = "royalty"


@needs_transaction
def issue_royalty_statements(
    *, currency: str, period_to: date, pay_on: date, by: "User", at: datetime, sha256: str | None = None
) -> RoyaltyRound:
    """Settle everything that was earned in the currency up to ``period_to`` (half-open) and start the statements' job.

    What reaches the agreement's minimum is announced for ``pay_on`` whole, tax by the law of that day kept back; a
    balance below it, or below nil, is carried. A creator whose tax no rule tells is left out, and nothing of theirs is
    lost. Numbers have no gaps: they come from a locked row. ``sha256`` binds the round to the sums somebody read
    (`dues_sha256`). Raises `NothingToState`, `LaterSalesApproved`, `DuesChanged`.
    """
    StatementSeries.objects.get_or_create(code=SERIES)
    series = lock(StatementSeries.objects.all(), pk=SERIES)
    found = [due for due in dues(currency, pay_on=pay_on, usable_at=max(begins_on(pay_on), at)) if not due.problem]
    if not found:
        raise NothingToState()
    if sha256 is not None and sha256 != dues_sha256(found):
        raise DuesChanged()
    if any(max(due.sold_until, due.period_from) > period_to for due in found):
        raise LaterSalesApproved()
    numbers = range(series.last_number + 1, series.last_number + 1 + len(found))
    issue = RoyaltyRound.objects.create(
        currency=currency,
        period_to=period_to,
        pay_on=pay_on,
        issued_on=day_of(at),
        issued_at=at,
        issued_by=by,
        statements_count=len(found),
        paid_total_minor=sum(due.settlement.paid_minor for due in found),
        withheld_total_minor=sum(due.settlement.withheld_minor for due in found),
        job=jobs.start(kind=JOB_KIND, items=list(numbers), chunk_size=CHUNK, by=by, at=at),
    )
    _write(issue, list(zip(numbers, found, strict=True)), by=by, at=at)
    series.last_number = numbers[-1]
    series.save(update_fields=["last_number"])
    audit.record(by=by, at=at, verb="royalties_stated", subject=issue, statements=len(found))
    return issue


def _write(issue: RoyaltyRound, found: Sequence[tuple[int, Due]], *, by: "User", at: datetime) -> None:
    company_number = get_company().number
    with constraints_as(LAWS), atomic():
        for number, due in found:
            statement = _statement(issue, number, due)
            statement.facts_sha256 = royalty_sha256(statement, company_number=company_number)
            statement.entry = book_withholding(statement=statement, by=by, at=at)
            statement.save(force_insert=True)


def _statement(issue: RoyaltyRound, number: int, due: Due) -> RoyaltyStatement:
    settlement = due.settlement
    is_paid = settlement.paid_minor > 0
    return RoyaltyStatement(
        round=issue,
        agreement=due.agreement,
        party=due.party,
        number=number,
        previous=due.previous,
        beer_name=due.agreement.beer.name,
        period_from=due.period_from,
        period_to=issue.period_to,
        first_position=due.first_position,
        last_position=due.last_position,
        currency=issue.currency,
        opening_minor=settlement.opening_minor,
        **due.sums,
        rate_ppm=due.agreement.rate_ppm,
        numerator=due.share.numerator,
        denominator=due.share.denominator,
        country=due.tax.country,
        withholding_rule=due.tax.rule if is_paid else None,
        withheld_ppm=due.tax.rule.rate_ppm if is_paid and due.tax.rule else 0,
        withheld_minor=settlement.withheld_minor,
        paid_minor=settlement.paid_minor,
        closing_minor=settlement.closing_minor,
        way=due.way,
        ending=due.ending,
        pay_on=issue.pay_on,
        language=due.party.language,
        issued_on=issue.issued_on,
        issued_at=issue.issued_at,
    )


@needs_transaction
def keep_royalty_file(
    *, statement: RoyaltyStatement, sha256: str, size_bytes: int, at: datetime
) -> RoyaltyStatementFile:
    """Record the file that is already in the document store, once, and mail it to the creator."""
    standing = RoyaltyStatementFile.objects.filter(statement=statement).first()
    if standing:
        return standing
    row = RoyaltyStatementFile.objects.create(statement=statement, sha256=sha256, size_bytes=size_bytes, made_at=at)
    audit.record(by=None, at=at, verb="royalty_statement_made", subject=statement, sha256=sha256)
    send_royalty_letter(statement=statement, at=at)
    return row
