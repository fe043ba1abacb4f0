"""Statements of a creator's share: what they settle, carry, keep back, and leave out."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Party, PrivateContact
from core import clock
from core.models import OutgoingMail
from dividends.models import RoyaltyLine, RoyaltyStatement, StatementSeries, TaxDocument
from dividends.queries.owed import begins_on
from dividends.queries.royalty_facts import royalty_sha256
from dividends.queries.royalty_settling import dues
from dividends.royalty_errors import LaterSalesApproved, NothingToState
from ledger.models import Entry
from tests.factories.banking import make_mandate
from tests.factories.beers import make_person
from tests.factories.people import make_staff
from tests.factories.royalties import (
    make_adopted,
    make_agreement,
    make_beer,
    make_files,
    make_round,
    make_royalty_rule,
    make_sales,
)

pytestmark = pytest.mark.django_db
SECOND, THIRD = (date(2025, 4, 1), date(2025, 7, 1)), (date(2025, 7, 1), date(2025, 10, 1))


def only() -> RoyaltyStatement:
    return RoyaltyStatement.objects.get()


def latest() -> RoyaltyStatement:
    return RoyaltyStatement.objects.latest("number")


def abroad(country: str = "VN") -> Party:
    person = make_person()
    PrivateContact.objects.filter(party=person).update(country=country)
    return person


def sums(statement: RoyaltyStatement) -> tuple[int, ...]:
    """Return opening, part, withheld, paid, closing."""
    return (
        statement.opening_minor,
        statement.part_minor,
        statement.withheld_minor,
        statement.paid_minor,
        statement.closing_minor,
    )


def test_statement_says_what_was_sold_earned_and_goes_out() -> None:
    agreement = make_agreement()
    make_sales(
        agreement.beer,
        units=410,
        units_returned=10,
        gross_minor=150_000,
        returns_minor=5_000,
        discounts_minor=20_000,
        tax_minor=25_000,
    )

    make_round()

    row = only()
    assert (row.units, row.units_returned, row.gross_minor, row.returns_minor) == (410, 10, 150_000, 5_000)
    assert (row.discounts_minor, row.tax_minor, row.net_minor, row.rate_ppm) == (20_000, 25_000, 100_000, 10_000)
    assert (row.earned_minor, sums(row), str(row)) == (1000, (0, 1000, 0, 1000, 0), "R-000001")
    assert (row.period_from, row.way, row.beer_name) == (date(2025, 1, 1), "waiting", agreement.beer.name)


def test_recipe_and_name_are_two_statements() -> None:
    beer = make_beer()
    make_agreement(beer=beer)
    make_agreement(adoption=make_adopted("name"), beer=beer, rate_ppm=5_000)
    make_sales(beer)

    issue = make_round()

    assert list(RoyaltyStatement.objects.order_by("number").values_list("number", "paid_minor")) == [
        (1, 1000),
        (2, 500),
    ]
    assert (issue.statements_count, issue.paid_total_minor) == (2, 1500)


def test_two_creators_get_a_statement_each() -> None:
    half = Fraction(1, 2)
    agreement = make_agreement(creators=[(make_person(), half), (make_person(), half)])
    make_sales(agreement.beer, net_minor=100_100)

    make_round()

    rows = list(RoyaltyStatement.objects.order_by("number"))
    assert [(row.earned_minor, row.part_minor, row.numerator, row.denominator) for row in rows] == [
        (1001, 501, 1, 2),
        (1001, 500, 1, 2),
    ]


def test_below_the_minimum_it_is_carried_and_paid_later() -> None:
    agreement = make_agreement(minimum_minor=1500)
    make_sales(agreement.beer)
    make_round()
    first = latest()

    make_sales(agreement.beer, net_minor=60_000, period=SECOND)
    make_round()

    second = latest()
    assert (first.way, sums(first)) == ("kept", (0, 1000, 0, 0, 1000))
    assert (second.previous, second.period_from, sums(second)) == (first, first.period_to, (1000, 600, 0, 1600, 0))


def test_returns_may_bring_an_account_below_nil_which_is_carried_and_never_asked_back() -> None:
    agreement = make_agreement()
    make_sales(agreement.beer)
    make_round()
    make_sales(agreement.beer, kind="returns", net_minor=-30_000)
    make_round()
    below = latest()

    make_sales(agreement.beer, net_minor=50_000, period=SECOND)
    make_round()

    assert (below.way, sums(below)) == ("owed", (0, -300, 0, 0, -300))
    assert sums(latest()) == (-300, 500, 0, 200, 0)


def test_tax_is_kept_back_where_the_creator_lives_abroad() -> None:
    agreement = make_agreement(creators=[(abroad(), Fraction(1))])
    make_sales(agreement.beer, net_minor=100_300)

    make_round()

    row = only()
    assert (row.country, row.withheld_ppm, sums(row)) == ("VN", 200_000, (0, 1003, 201, 802, 0))
    legs = [(leg.debit.code, leg.credit.code, leg.amount_minor) for leg in row.entry.movements.all()]
    assert legs == [(f"royalty_payable:GBP:{row.party.public_id}", "withholding_payable:GBP:GB", 201)]


def test_document_lowers_the_tax_while_it_is_valid() -> None:
    person, today = abroad("US"), clock.today()
    make_royalty_rule("US", 0, basis="treaty", evidence="us-treaty-claim", source="US-UK treaty art. 12")
    TaxDocument.objects.create(
        party=person,
        kind="us-treaty-claim",
        valid_from=today,
        valid_until=today + timedelta(days=14),
        document_sha256="0" * 64,
        document_name="claim.pdf",
        entered_at=clock.now(),
    )
    agreement = make_agreement(creators=[(person, Fraction(1))])
    make_sales(agreement.beer)

    in_time = [due.settlement.withheld_minor for due in dues_on(today + timedelta(days=14))]
    too_late = [due.settlement.withheld_minor for due in dues_on(today + timedelta(days=15))]

    assert (in_time, too_late) == ([0], [200])


def dues_on(day: date) -> list:
    make_royalty_rule("", 200_000)
    return dues("GBP", pay_on=day, usable_at=begins_on(day))


def test_nothing_is_withheld_of_what_is_only_carried() -> None:
    agreement = make_agreement(creators=[(abroad(), Fraction(1))], minimum_minor=5000)
    make_sales(agreement.beer)

    make_round()

    assert (sums(only()), Entry.objects.filter(kind="royalty_withheld").exists()) == ((0, 1000, 0, 0, 1000), False)


def test_minimum_is_what_arrives_after_tax() -> None:
    agreement = make_agreement(creators=[(abroad(), Fraction(1))], minimum_minor=900)
    make_sales(agreement.beer)

    make_round()

    assert (only().way, sums(only())) == ("kept", (0, 1000, 0, 0, 1000))


def test_creator_without_a_country_is_left_out_and_loses_nothing() -> None:
    unknown, known = make_person(), make_person()
    PrivateContact.objects.filter(party=unknown).update(country="")
    half = Fraction(1, 2)
    agreement = make_agreement(creators=[(unknown, half), (known, half)])
    make_sales(agreement.beer)
    make_round()
    first = [row.party for row in RoyaltyStatement.objects.all()]

    PrivateContact.objects.filter(party=unknown).update(country="GB")
    make_round()

    assert (first, latest().party, sums(latest())) == ([known], unknown, (0, 500, 0, 500, 0))


def test_without_any_rule_nothing_is_paid() -> None:
    agreement = make_agreement(creators=[(abroad(), Fraction(1))])
    make_sales(agreement.beer)

    found = dues("GBP", pay_on=date(2019, 1, 1), usable_at=clock.now())

    assert [due.problem for due in found] == ["rule"]


def test_nothing_new_makes_no_statement() -> None:
    agreement = make_agreement()
    make_sales(agreement.beer)
    make_round()

    with pytest.raises(NothingToState):
        make_round()

    assert StatementSeries.objects.get(code="royalty").last_number == 1


def test_statements_cover_all_sales_that_were_approved() -> None:
    agreement = make_agreement()
    make_sales(agreement.beer, period=SECOND)

    with pytest.raises(LaterSalesApproved):
        make_round(period_to=date(2025, 6, 30))


def test_earning_nothing_is_said_too() -> None:
    agreement = make_agreement()
    make_sales(agreement.beer, net_minor=99)

    make_round()

    assert (only().way, sums(only())) == ("nothing", (0, 0, 0, 0, 0))


@pytest.mark.parametrize(
    ("wait_days", "way", "ending"), [(0, "bank", "4471"), (14, "bank", "4471"), (20, "held", "4471")]
)
def test_way_is_told_by_the_bank_details_of_the_day_of_payment(wait_days: int, way: str, ending: str) -> None:
    agreement = make_agreement()
    make_sales(agreement.beer)
    usable = begins_on(clock.today() + timedelta(days=wait_days)) if wait_days else clock.now()
    make_mandate(agreement.adoption.proposal.author, usable_from=usable)

    make_round()

    assert (only().way, only().ending) == (way, ending)


def test_hash_binds_the_figures() -> None:
    agreement = make_agreement()
    make_sales(agreement.beer)
    make_round()

    row = only()
    stored = royalty_sha256(row, company_number="01234567")
    row.paid_minor += 1

    assert (stored == row.facts_sha256, royalty_sha256(row, company_number="01234567") == stored) == (True, False)


def test_files_are_made_once_and_mailed_with_the_pdf() -> None:
    agreement = make_agreement()
    make_sales(agreement.beer)
    make_round()

    make_files()
    make_files()

    mail = OutgoingMail.objects.get(kind="royalty.statement")
    assert mail.subject == f"“{agreement.beer.name}” pays you £10.00"
    assert mail.attachments == [["R-000001.pdf", only().file.sha256, "application/pdf"]]


def test_round_asks_as_often_whoever_shares() -> None:
    make_agreement_sold(1)
    with CaptureQueriesContext(connection) as one:
        dues("GBP", pay_on=clock.today(), usable_at=clock.now())

    make_agreement_sold(4)
    with CaptureQueriesContext(connection) as many:
        found = dues("GBP", pay_on=clock.today(), usable_at=clock.now())

    assert (len(found), len(one)) == (5, len(many))


def make_agreement_sold(creators: int) -> None:
    part = Fraction(1, creators)
    agreement = make_agreement(creators=[(make_person(), part) for _one in range(creators)], by=make_staff("finance"))
    make_sales(agreement.beer, net_minor=1_000_000)


def test_rounding_over_periods_gives_each_creator_their_part_of_the_whole() -> None:
    third = Fraction(1, 3)
    people = [make_person() for _one in range(3)]
    agreement = make_agreement(creators=[(person, third) for person in people], minimum_minor=0)
    for period, net in ((("2025-01-01", "2025-02-01"), 33_333), (("2025-02-01", "2025-03-01"), 66_667)):
        make_sales(agreement.beer, net_minor=net, period=tuple(map(date.fromisoformat, period)))
        make_round()

    assert sum(RoyaltyLine.objects.values_list("earned_minor", flat=True)) == 1000
    paid = [sum(RoyaltyStatement.objects.filter(party=one).values_list("paid_minor", flat=True)) for one in people]
    assert paid == [334, 333, 333]
