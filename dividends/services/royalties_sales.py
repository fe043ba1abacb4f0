"""Figures of sales: entered by one person, approved by another with the sums that come of them, never changed."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from accounts.queries.people import name_of
from core import audit
from core.errors import constraints_as
from core.locks import lock
from core.transactions import atomic, needs_transaction
from dividends.enums import ReportKind, ReportState
from dividends.models import SalesReport, SoldBeer
from dividends.queries.royalty_earning import approval_sha256, earnings_of, earnings_of_report
from dividends.royalty_errors import (
    LAWS,
    ChangedSinceRead,
    DecidedAlready,
    MakerCannotApproveSales,
    NothingToCorrect,
)
from dividends.rules.royalty_facts import SalesFacts
from dividends.services.royalties_accrual import keep_earning

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class SalesFigures:
    """What was sold of a beer in a period (half-open), in units and minor units; see `dividends.models.SalesReport`."""

    beer: SoldBeer
    kind: str
    period_from: date
    period_to: date
    units: int
    units_returned: int
    gross_minor: int
    returns_minor: int
    discounts_minor: int
    tax_minor: int
    note: str = ""

    @property
    def net_minor(self) -> int:
        """Net sales: gross less returns, discounts and tax."""
        return self.gross_minor - self.returns_minor - self.discounts_minor - self.tax_minor


@needs_transaction
def enter_sales(
    *, figures: SalesFigures, by: "User", at: datetime, source_sha256: str = "", source_row: int | None = None
) -> SalesReport:
    """Write a figure that somebody else has still to approve; nothing is earned before.

    ``source_sha256`` is the uploaded file, already in the document store, ``source_row`` its row. Raises
    `SalesSaidAlready`, `EnteredTwice`, `NothingToCorrect`, `FiguresDoNotFit`, `PeriodCrosses`, `ReturnedAboveSold`.
    """
    corrects = None if figures.kind == ReportKind.SALES else find_corrected(figures)
    if figures.kind != ReportKind.SALES and corrects is None:
        raise NothingToCorrect()
    earnings_of(figures.beer, period_from=figures.period_from, period_to=figures.period_to, net_minor=figures.net_minor)
    facts = _facts(figures, corrects)
    with constraints_as(LAWS), atomic():
        report = SalesReport.objects.create(
            beer=figures.beer,
            corrects=corrects,
            **{name: getattr(facts, name) for name in STORED},
            content_sha256=facts.sha256(),
            source_sha256=source_sha256,
            source_row=source_row,
            entered_at=at,
            entered_by=by,
        )
    audit.record(by=by, at=at, verb="sales_entered", subject=report, sha256=report.content_sha256)
    return report


STORED = ("kind", "period_from", "period_to", "currency", "units", "units_returned", "gross_minor", "returns_minor",
          "discounts_minor", "tax_minor", "note")  # fmt: skip


def find_corrected(figures: SalesFigures) -> SalesReport | None:
    """Return the approved sales of exactly the beer and days that returns or a correction are about."""
    return SalesReport.objects.filter(
        beer=figures.beer,
        kind=ReportKind.SALES,
        state=ReportState.APPROVED,
        period_from=figures.period_from,
        period_to=figures.period_to,
    ).first()


def _facts(figures: SalesFigures, corrects: SalesReport | None) -> SalesFacts:
    return SalesFacts(
        beer=figures.beer.public_id,
        kind=str(figures.kind),
        corrects=corrects.public_id if corrects else "",
        period_from=figures.period_from,
        period_to=figures.period_to,
        currency=figures.beer.currency,
        units=figures.units,
        units_returned=figures.units_returned,
        gross_minor=figures.gross_minor,
        returns_minor=figures.returns_minor,
        discounts_minor=figures.discounts_minor,
        tax_minor=figures.tax_minor,
        note=" ".join(figures.note.split())[:300],
    )


@needs_transaction
def approve_sales(*, report: SalesReport, sha256: str, by: "User", at: datetime) -> SalesReport:
    """Approve exactly the figure and the sums that were read; each agreement of its days earns, each creator is owed.

    Raises `DecidedAlready`, `MakerCannotApproveSales`, `ChangedSinceRead` when another figure of the beer was approved
    meanwhile, `PeriodCrosses`, `ReturnedAboveSold`.
    """
    lock(SoldBeer.objects.all(), pk=report.beer_id)
    report = _undecided(report)
    if report.entered_by_id == by.pk:
        raise MakerCannotApproveSales()
    found = earnings_of_report(report)
    if approval_sha256(report, found) != sha256:
        raise ChangedSinceRead()
    report.state, report.approved_at, report.approved_by = ReportState.APPROVED, at, by
    with constraints_as(LAWS), atomic():
        report.save(update_fields=["state", "approved_at", "approved_by"])
    audit.record(by=by, at=at, verb="sales_approved", subject=report, sha256=sha256)
    for earning in found:
        keep_earning(report=report, earning=earning, by=by, at=at)
    return report


def _undecided(report: SalesReport) -> SalesReport:
    rows = SalesReport.objects.select_related("beer", "approved_by__party", "dropped_by__party")
    found = lock(rows, pk=report.pk)
    who = found.approved_by or found.dropped_by
    if found.state != ReportState.ENTERED:
        raise DecidedAlready(name_of(who) if who else "")
    return found


@needs_transaction
def drop_sales(*, report: SalesReport, reason: str, by: "User", at: datetime) -> SalesReport:
    """Lay a figure aside before it is approved, with the reason; raises `DecidedAlready`."""
    report = _undecided(report)
    report.state, report.dropped_at, report.dropped_by = ReportState.DROPPED, at, by
    report.drop_reason = " ".join(reason.split())[:300]
    report.save(update_fields=["state", "dropped_at", "dropped_by", "drop_reason"])
    audit.record(by=by, at=at, verb="sales_dropped", subject=report, reason=report.drop_reason)
    return report
