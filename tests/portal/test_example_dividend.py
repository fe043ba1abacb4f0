"""The example company's dividend, from the carried vote to the paid penny, by the house's own services."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from core import clock
from core.jobs import engine
from core.transactions import atomic
from dividends.enums import Rounding
from dividends.models import Declaration, RelevantAccounts, Statement
from dividends.queries.owed import begins_on
from dividends.queries.resolutions import carried_resolutions
from dividends.services.declarations import compute_entitlements, propose_dividend
from dividends.services.paying import prepare_dividend_run
from dividends.services.statements import issue_statements
from equity.services.bookings import day_of
from ledger.queries.balances import balances
from payments.models import Payout
from payments.services.payout_runs import approve_run
from portal.queries.demo_dividend import dividend_stops
from portal.queries.demo_story import story
from portal.queries.proofs import findings
from tests.factories.example_meeting import hold_example_meeting
from tests.factories.payouts import drive


@pytest.fixture
def house(example_db: str, settings: Any) -> None:
    settings.SANDBOX_SETTLE_SECONDS = 0


def staff(role: str) -> User:
    return User.objects.get(email=f"{role}@demo.example")


def propose() -> Declaration:
    recommendation = carried_resolutions().get()
    at = clock.now()
    with atomic():
        return propose_dividend(
            recommendation=recommendation,
            accounts=RelevantAccounts.objects.get(),
            title="Final dividend",
            title_vi="Cổ tức cuối kỳ",
            period_from=day_of(at) - timedelta(days=500),
            period_to=day_of(at) - timedelta(days=135),
            rate_minor=recommendation.rate_minor,
            rounding=Rounding.FLOOR,
            record_at=at + timedelta(days=2),
            pay_on=day_of(at) + timedelta(days=9),
            minimum_minor=50,
            by=staff("finance"),
            at=at,
        )


def go_to(moment: Any) -> None:
    with atomic():
        clock.move_forward(by=moment - clock.now() + timedelta(seconds=1))


def test_accounts_of_the_example_have_the_capital_of_its_books(house: None) -> None:
    accounts = RelevantAccounts.objects.get()

    book = {balance.code: -balance.balance_minor for balance in balances(on=accounts.made_up_to)}

    assert accounts.called_up_capital_minor == book["share_capital:GBP"] > 0
    assert accounts.undistributable_minor > book["share_premium:GBP"]


def test_example_dividend_is_paid_and_the_books_are_clean(house: None) -> None:
    hold_example_meeting()
    dividend = propose()
    assert [stop.code for stop in dividend_stops()] == ["dividend-record", "dividend"]

    go_to(dividend.record_at)
    with atomic():
        compute_entitlements(declaration=dividend, by=staff("finance"), at=clock.now())
    with atomic():
        run = prepare_dividend_run(declaration=dividend, route="sandbox", by=staff("finance"), at=clock.now())
    with atomic():
        approve_run(run=run, sha256=run.rows_sha256, by=staff("director"), at=clock.now())
    with atomic():
        issue_statements(declaration=dividend, by=staff("finance"), at=clock.now())
    go_to(begins_on(dividend.pay_on))
    drive()

    states = set(Payout.objects.values_list("state", flat=True))
    assert "settled" in states
    assert states <= {"settled", "failed"}
    assert Statement.objects.count() == Declaration.objects.get().holders_count
    assert list(findings()) == []


def test_story_shows_every_journey_to_a_stranger(house: None) -> None:
    page = Client().get("/demo/").content.decode()

    assert [str(chapter.title) in page for chapter in story()] == [True] * 4
    engine.run(seconds_max=0)
