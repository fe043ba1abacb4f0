"""Figures of sales: two people, what they earn, later returns at the rate they were paid at."""

from datetime import date
from fractions import Fraction

import pytest

from core import clock
from core.transactions import atomic
from dividends.models import RoyaltyLine, RoyaltyPart, SalesReport
from dividends.queries.royalty_earning import approval_sha256, earnings_of_report
from dividends.royalty_errors import (
    ChangedSinceRead,
    DecidedAlready,
    EnteredTwice,
    FiguresDoNotFit,
    MakerCannotApproveSales,
    NothingToCorrect,
    PeriodCrosses,
    ReturnedAboveSold,
    SalesSaidAlready,
)
from dividends.services.royalties_sales import approve_sales, drop_sales
from ledger.models import Entry
from ledger.queries.balances import balances
from tests.factories.beers import make_person
from tests.factories.people import make_staff
from tests.factories.royalties import QUARTER, approve, make_agreement, make_beer, make_sales

pytestmark = pytest.mark.django_db
HALF = Fraction(1, 2)
SECOND = (date(2025, 4, 1), date(2025, 7, 1))


def parts_of(report: SalesReport) -> list[int]:
    return list(RoyaltyPart.objects.filter(line__report=report).order_by("pk").values_list("amount_minor", flat=True))


def book() -> dict[str, int]:
    """Return every account's balance, what is owed as a positive number."""
    return {one.code.partition(":")[0]: abs(one.balance_minor) for one in balances() if one.balance_minor}


def test_nothing_is_earned_before_somebody_else_approves() -> None:
    agreement = make_agreement()

    report = make_sales(agreement.beer, approved=False)

    assert (report.state, RoyaltyLine.objects.exists(), Entry.objects.exists()) == ("entered", False, False)


def test_whoever_entered_cannot_approve() -> None:
    maker = make_staff("finance", "director")
    report = make_sales(make_agreement().beer, approved=False, by=maker)

    with pytest.raises(MakerCannotApproveSales):
        approve(report, by=maker)


def test_approved_sales_earn_and_are_owed() -> None:
    first, second = make_person("Agnes Whitlock"), make_person("Tom Brewster")
    agreement = make_agreement(creators=[(first, HALF), (second, HALF)])

    report = make_sales(agreement.beer, net_minor=100_100)

    line = RoyaltyLine.objects.get()
    assert (line.net_before_minor, line.net_after_minor, line.earned_minor) == (0, 100_100, 1001)
    assert parts_of(report) == [501, 500]
    legs = [(leg.debit.code, leg.credit.code, leg.amount_minor) for leg in line.entry.movements.order_by("id")]
    assert legs == [
        ("royalty_expense:GBP", f"royalty_payable:GBP:{first.public_id}", 501),
        ("royalty_expense:GBP", f"royalty_payable:GBP:{second.public_id}", 500),
    ]


def test_net_sales_are_gross_less_returns_discounts_and_tax() -> None:
    agreement = make_agreement()

    make_sales(agreement.beer, gross_minor=150_000, returns_minor=10_000, discounts_minor=15_000, tax_minor=25_000)

    assert RoyaltyLine.objects.get().net_after_minor == 100_000


def test_sales_outside_every_agreement_earn_nothing() -> None:
    beer = make_agreement(valid_from=date(2025, 4, 1)).beer

    report = make_sales(beer)

    assert (report.state, RoyaltyLine.objects.count()) == ("approved", 0)


def test_period_that_crosses_an_agreement_is_refused_with_its_days() -> None:
    beer = make_agreement(valid_from=date(2025, 2, 1), valid_to=date(2026, 2, 1)).beer

    with pytest.raises(PeriodCrosses, match="from 1 February 2025 to 31 January 2026"):
        make_sales(beer)


def test_sales_of_a_period_are_said_once() -> None:
    beer = make_agreement().beer
    make_sales(beer)

    with pytest.raises(SalesSaidAlready):
        make_sales(beer, net_minor=5, period=(date(2025, 3, 31), date(2025, 5, 1)))


def test_exactly_the_same_line_is_not_entered_twice() -> None:
    beer = make_agreement().beer
    make_sales(beer)
    make_sales(beer, kind="returns", net_minor=-500, note="Two casks")

    with pytest.raises(EnteredTwice):
        make_sales(beer, kind="returns", net_minor=-500, note=" Two  casks")


def test_later_returns_are_taken_back_at_the_rate_they_were_paid_at() -> None:
    first = make_agreement(rate_ppm=10_000)
    make_sales(first.beer, net_minor=100_000)
    make_agreement(adoption=first.adoption, beer=first.beer, rate_ppm=50_000, valid_from=date(2025, 4, 1))
    make_sales(first.beer, net_minor=100_000, period=SECOND)

    back = make_sales(first.beer, kind="returns", net_minor=-40_000)

    assert list(RoyaltyLine.objects.order_by("pk").values_list("rate_ppm", "earned_minor")) == [
        (10_000, 1000),
        (50_000, 5000),
        (10_000, -400),
    ]
    assert (back.corrects.period_from, parts_of(back)) == (date(2025, 1, 1), [-400])


def test_returned_in_pieces_takes_back_exactly_what_was_earned() -> None:
    people = [make_person() for _one in range(3)]
    agreement = make_agreement(creators=[(person, Fraction(1, 3)) for person in people])
    make_sales(agreement.beer, net_minor=100_099)

    for piece in (33_333, 33_333, 33_433):
        make_sales(agreement.beer, kind="returns", net_minor=-piece)

    by_party = {
        person.pk: sum(RoyaltyPart.objects.filter(party=person).values_list("amount_minor", flat=True))
        for person in people
    }
    assert set(by_party.values()) == {0}
    assert book() == {}


def test_more_than_was_sold_cannot_come_back() -> None:
    beer = make_agreement().beer
    make_sales(beer, net_minor=100)

    with pytest.raises(ReturnedAboveSold):
        make_sales(beer, kind="returns", net_minor=-101)


def test_returns_name_sales_that_were_approved() -> None:
    beer = make_agreement().beer
    make_sales(beer, approved=False)

    with pytest.raises(NothingToCorrect):
        make_sales(beer, kind="returns", net_minor=-1)
    with pytest.raises(NothingToCorrect):
        make_sales(beer, kind="correction", net_minor=-1, period=SECOND)


def test_correction_may_lower_gross_and_is_a_line_of_its_own() -> None:
    beer = make_agreement().beer
    sold = make_sales(beer, net_minor=100_000)

    make_sales(beer, kind="correction", net_minor=-50_000, units=-200, note="Counted twice")

    sold.refresh_from_db()
    assert (sold.gross_minor, list(RoyaltyLine.objects.order_by("pk").values_list("earned_minor", flat=True))) == (
        100_000,
        [1000, -500],
    )


@pytest.mark.parametrize(
    ("kind", "figures"),
    [
        ("sales", {"gross_minor": -1}),
        ("sales", {"tax_minor": -1}),
        ("returns", {"units": 3}),
        ("returns", {"returns_minor": 0}),
        ("returns", {"tax_minor": 1}),
        ("correction", {"note": " "}),
    ],
)
def test_figures_that_do_not_fit_their_kind_are_refused(kind: str, figures: dict[str, int]) -> None:
    beer = make_agreement().beer
    make_sales(beer, period=QUARTER)

    with pytest.raises(FiguresDoNotFit):
        make_sales(beer, kind=kind, net_minor=-1, period=SECOND if kind == "sales" else QUARTER, **figures)


def test_small_sales_earn_together_what_one_large_sale_would() -> None:
    beer = make_agreement().beer
    months = [(date(2025, month, 1), date(2025, month + 1, 1)) for month in range(1, 11)]

    for month in months:
        make_sales(beer, net_minor=55, period=month)

    assert sum(RoyaltyLine.objects.values_list("earned_minor", flat=True)) == 5
    assert RoyaltyLine.objects.filter(earned_minor=0, entry=None).count() == 5


def test_sums_that_changed_since_they_were_read_are_refused() -> None:
    beer = make_agreement().beer
    report = make_sales(beer, net_minor=55, approved=False)
    read = approval_sha256(report, earnings_of_report(report))
    make_sales(beer, net_minor=55, period=SECOND)

    with pytest.raises(ChangedSinceRead), atomic():
        approve_sales(report=report, sha256=read, by=make_staff("director"), at=clock.now())


def test_dropped_figure_can_be_entered_anew() -> None:
    beer, other = make_agreement().beer, make_staff("director")
    report = make_sales(beer, net_minor=1, approved=False)
    with atomic():
        drop_sales(report=report, reason="A nought is missing.", by=other, at=clock.now())

    again = make_sales(beer, net_minor=10)

    assert (report.refresh_from_db(), report.state, again.state) == (None, "dropped", "approved")


def test_decided_figure_stays_decided() -> None:
    report = make_sales(make_agreement().beer)

    with pytest.raises(DecidedAlready), atomic():
        drop_sales(report=report, reason="No.", by=make_staff("finance"), at=clock.now())


def test_beer_without_agreement_can_be_reported() -> None:
    report = make_sales(make_beer())

    assert (report.state, report.net_minor) == ("approved", 100_000)
