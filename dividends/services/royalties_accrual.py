"""From an approved figure of sales to what it earned: the next line of an agreement's totals, booked at once."""

from datetime import datetime
from typing import TYPE_CHECKING

from core import audit
from core.errors import constraints_as
from core.transactions import atomic, needs_transaction
from dividends.models import RoyaltyAgreement, RoyaltyLine, RoyaltyPart, SalesReport
from dividends.queries.royalty_earning import Earning, earning_under
from dividends.royalty_errors import LAWS
from dividends.services.royalties_bookings import book_earning

if TYPE_CHECKING:
    from accounts.models import User


@needs_transaction
def accrue(*, report: SalesReport, agreement: RoyaltyAgreement, by: "User", at: datetime) -> RoyaltyLine:
    """Write what the figure earns under the agreement and each creator's part; safe to call twice.

    The beer must be locked by the caller: the line follows the last one. A figure that earns nil is a line, too: its
    net sales count towards the next minor unit. Raises `ReturnedAboveSold`.
    """
    standing = RoyaltyLine.objects.filter(report=report, agreement=agreement).first()
    if standing:
        return standing
    return keep_earning(report=report, earning=earning_under(agreement, report.net_minor), by=by, at=at)


@needs_transaction
def keep_earning(*, report: SalesReport, earning: Earning, by: "User", at: datetime) -> RoyaltyLine:
    """Write sums that were computed under the beer's lock, and book them."""
    agreement = earning.agreement
    with constraints_as(LAWS), atomic():
        line = RoyaltyLine.objects.create(
            agreement=agreement,
            report=report,
            position=earning.position,
            rate_ppm=agreement.rate_ppm,
            net_before_minor=earning.net_before_minor,
            net_after_minor=earning.net_after_minor,
            earned_minor=earning.earned_minor,
            entry=book_earning(report=report, earning=earning, by=by, at=at),
            accrued_at=at,
        )
        RoyaltyPart.objects.bulk_create(
            [RoyaltyPart(line=line, party=part.party, amount_minor=part.amount_minor) for part in earning.parts]
        )
    audit.record(by=by, at=at, verb="royalty_earned", subject=agreement, line=line.position, earned=line.earned_minor)
    return line
