"""Royalties in the money book: an expense that is owed when sales are approved, tax kept back when it is paid out.

Accounts: ``royalty_expense:<currency>``, ``royalty_payable:<currency>:<party>``, ``withholding_payable:<currency>:
<country>``. Returns are new entries the other way round; nothing is reversed, because nothing was wrong.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings

from core.transactions import needs_transaction
from dividends.models import RoyaltyStatement, SalesReport
from dividends.queries.royalty_earning import CreatorPart, Earning
from dividends.services.bookings import payable_account
from equity.services.bookings import day_of
from ledger.enums import AccountKind
from ledger.models import Entry
from ledger.services.posting import Leg, open_account, post

if TYPE_CHECKING:
    from accounts.models import User

EXPENSE, PAYABLE, WITHHOLDING = "royalty_expense", "royalty_payable", "withholding_payable"


@needs_transaction
def book_earning(*, report: SalesReport, earning: Earning, by: "User", at: datetime) -> Entry | None:
    """Owe each creator their part; parts below nil take back what was owed. None where every part is nil."""
    currency = earning.agreement.currency
    expense = open_account(code=f"{EXPENSE}:{currency}", kind=AccountKind.EXPENSE, currency=currency)
    legs = [_leg(part, expense.code, currency) for part in earning.parts if part.amount_minor]
    if not legs:
        return None
    return post(
        key=f"royalty:{report.public_id}:{earning.agreement.public_id}",
        kind="royalty_earned",
        legs=legs,
        effective_on=day_of(at),
        reason=f"royalty: {report.get_kind_display()}"[:300],
        source=report.public_id,
        by=by,
        at=at,
    )


def _leg(part: CreatorPart, expense: str, currency: str) -> Leg:
    public_id = part.party.public_id
    payable = open_account(
        code=payable_account(PAYABLE, currency, public_id),
        kind=AccountKind.LIABILITY,
        currency=currency,
        owner=public_id,
    )
    if part.amount_minor > 0:
        return Leg(expense, payable.code, part.amount_minor)
    return Leg(payable.code, expense, -part.amount_minor)


@needs_transaction
def book_withholding(*, statement: RoyaltyStatement, by: "User", at: datetime) -> Entry | None:
    """Owe the tax office what is kept back of the payment (ITA 2007 s.906); None where nothing is."""
    if not statement.withheld_minor:
        return None
    currency = statement.currency
    tax = open_account(
        code=f"{WITHHOLDING}:{currency}:{settings.ISSUER_COUNTRY}", kind=AccountKind.LIABILITY, currency=currency
    )
    return post(
        key=f"royalty_tax:{statement.public_id}",
        kind="royalty_withheld",
        legs=[Leg(payable_account(PAYABLE, currency, statement.party.public_id), tax.code, statement.withheld_minor)],
        effective_on=day_of(at),
        reason="tax kept back of a royalty",
        source=statement.public_id,
        by=by,
        at=at,
    )
