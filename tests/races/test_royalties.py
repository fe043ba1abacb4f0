"""Races for a creator's share: totals never break, nothing is approved, stated or promised twice."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest

from core import clock
from core.transactions import atomic
from dividends.integrity_royalties import royalty_findings
from dividends.models import RoyaltyLine, RoyaltyStatement, SalesReport
from dividends.queries.royalty_earning import approval_sha256, earnings_of_report
from dividends.royalty_errors import ChangedSinceRead, DecidedAlready, NothingToState
from dividends.services import royalties_sales
from dividends.services.royalties_sales import approve_sales
from dividends.services.royalties_statements import issue_royalty_statements
from ledger.models import Entry
from tests.factories.people import make_staff
from tests.factories.royalties import make_agreement, make_files, make_rules, make_sales
from tests.races.crowd import meeting, patient, together

pytestmark = pytest.mark.race
SECOND = (date(2025, 4, 1), date(2025, 7, 1))


def approving(report: SalesReport) -> Callable[[], SalesReport]:
    """Return the act of a director who has read the figure with its sums as they are now."""
    sha256, director = approval_sha256(report, earnings_of_report(report)), make_staff("director")

    def act() -> SalesReport:
        with atomic():
            return approve_sales(report=report, sha256=sha256, by=director, at=clock.now())

    return act


def two_figures() -> list[SalesReport]:
    beer = make_agreement().beer
    found = [make_sales(beer, approved=False), make_sales(beer, approved=False, period=SECOND)]
    for report in found:
        report.refresh_from_db()
    return found


def unlocked(rows: Any, **lookup: Any) -> Any:
    return rows.get(**lookup)


def test_without_the_lock_two_figures_would_be_the_same_line(committed_db, monkeypatch) -> None:
    both = two_figures()
    monkeypatch.setattr(royalties_sales, "lock", unlocked)
    monkeypatch.setattr(royalties_sales, "earnings_of_report", meeting(royalties_sales.earnings_of_report, 2))

    results = together([approving(report) for report in both])

    assert sorted(type(result).__name__ for result in results) == ["RoyaltyFiguresDisagree", "SalesReport"]


def test_two_figures_approved_at_once_follow_each_other(committed_db) -> None:
    both = two_figures()

    results = together([patient(approving(report)) for report in both])
    second = next(report for report, result in zip(both, results, strict=True) if isinstance(result, ChangedSinceRead))
    approving(second)()

    assert sorted(type(result).__name__ for result in results) == ["ChangedSinceRead", "SalesReport"]
    assert list(RoyaltyLine.objects.order_by("position").values_list("net_after_minor", flat=True)) == [
        100_000,
        200_000,
    ]


def test_eight_clicks_approve_a_figure_once(committed_db) -> None:
    report, _other = two_figures()

    results = together([patient(approving(report)) for _click in range(8)])

    assert sorted(type(result) is DecidedAlready for result in results) == [False] + [True] * 7
    assert (RoyaltyLine.objects.count(), Entry.objects.filter(kind="royalty_earned").count()) == (1, 1)


def issuing() -> Callable[[], Any]:
    finance, day = make_staff("finance"), clock.today()

    def act() -> Any:
        with atomic():
            return issue_royalty_statements(
                currency="GBP", period_to=day + timedelta(days=1), pay_on=day, by=finance, at=clock.now()
            )

    return act


def test_four_rounds_at_once_state_everything_once(committed_db) -> None:
    make_rules()
    for _beer in range(3):
        make_sales(make_agreement().beer)

    results = together([patient(issuing()) for _round in range(4)])
    make_files()

    assert sorted(type(result) is NothingToState for result in results) == [False, True, True, True]
    assert sorted(RoyaltyStatement.objects.values_list("number", flat=True)) == [1, 2, 3]
    assert list(royalty_findings()) == []


def test_round_beside_an_approval_misses_nothing(committed_db) -> None:
    make_rules()
    first, second = two_figures()
    approving(first)()

    together([patient(approving(second)), patient(issuing())])
    with suppress(NothingToState):
        issuing()()
    make_files()

    assert sum(RoyaltyStatement.objects.values_list("part_minor", flat=True)) == 2000
    assert list(royalty_findings()) == []
