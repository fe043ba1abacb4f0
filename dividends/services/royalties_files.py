"""Several figures of sales at once: all of a file or nothing of it, and a trial that leaves no trace."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from core.errors import DomainError
from core.transactions import atomic, needs_transaction
from dividends.models import SalesReport
from dividends.queries.royalty_earning import Earning, earned_total, earnings_of_report
from dividends.royalty_errors import RowsRefused
from dividends.services.royalties_sales import SalesFigures, enter_sales

if TYPE_CHECKING:
    from accounts.models import User

Rows = Sequence[tuple[int, SalesFigures]]


@dataclass(frozen=True)
class Tried:
    """What one row would be: the figure as it would stand, and what it would earn if it were approved now."""

    row: int
    report: SalesReport
    earnings: tuple[Earning, ...]

    @property
    def earned_minor(self) -> int:
        """What all its creators together would earn."""
        return earned_total(self.earnings)


@dataclass(frozen=True)
class Trial:
    """Rows that can be entered with what they would earn, and those that cannot, with a sentence each."""

    tried: tuple[Tried, ...]
    refusals: tuple[tuple[int, str], ...]


@needs_transaction
def enter_sales_rows(*, rows: Rows, source_sha256: str, by: "User", at: datetime) -> list[SalesReport]:
    """Enter every row of a file that is already in the document store; raises `RowsRefused` and enters none."""
    trial = _enter(rows, source_sha256, by, at)
    if trial.refusals:
        raise RowsRefused(trial.refusals)
    return [tried.report for tried in trial.tried]


def try_sales(*, rows: Rows, by: "User", at: datetime) -> Trial:
    """Enter the rows, look at what they would earn, and take everything back: what is found is what would be found."""
    with atomic():
        trial = _enter(rows, "", by, at)
        transaction.set_rollback(True)
    return trial


def _enter(rows: Rows, source_sha256: str, by: "User", at: datetime) -> Trial:
    tried, refusals = [], []
    for row, figures in rows:
        try:
            with atomic():
                source_row = row if source_sha256 else None
                report = enter_sales(figures=figures, by=by, at=at, source_sha256=source_sha256, source_row=source_row)
                report.refresh_from_db(fields=["net_minor"])
                tried.append(Tried(row, report, tuple(earnings_of_report(report))))
        except DomainError as refused:
            refusals.append((row, str(refused)))
    return Trial(tuple(tried), tuple(refusals))
