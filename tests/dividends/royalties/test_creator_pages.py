"""A creator's own pages, and the public wall."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from core import clock
from core.transactions import atomic
from dividends.models import RoyaltyStatement
from dividends.queries.royalties import royalties_of, wall
from dividends.services.royalties_paying import prepare_royalty_run
from tests.factories.banking import make_mandate
from tests.factories.beers import make_person
from tests.factories.equity import make_company
from tests.factories.payouts import approve, drive
from tests.factories.people import make_holder, make_staff, sign_in
from tests.factories.royalties import (
    make_adopted,
    make_agreement,
    make_beer,
    make_files,
    make_round,
    make_sales,
)

pytestmark = pytest.mark.django_db
HALF = Fraction(1, 2)


@pytest.fixture
def creator() -> User:
    make_company()
    return make_holder(name="Agnes Whitlock")


def sold(creator: User, *, ending: str = "", net_minor: int = 100_000, **terms: Any) -> RoyaltyStatement:
    """Sell a beer of the creator's, and issue the statement, to be paid today; with bank details where told."""
    if ending:
        make_mandate(creator.party, ending=ending)
    agreement = make_agreement(adoption=make_adopted(author=creator.party, ebc=22), **terms)
    make_sales(agreement.beer, net_minor=net_minor)
    make_round(pay_on=clock.today())
    make_files()
    return RoyaltyStatement.objects.latest("number")


def paid(statement: RoyaltyStatement) -> None:
    with atomic():
        run = prepare_royalty_run(issue=statement.round, route="sandbox", by=make_staff("finance"), at=clock.now())
    approve(run)
    drive()


def page_of(client: Client, statement: RoyaltyStatement) -> Any:
    agreement, party = statement.agreement, statement.party
    return client.get(reverse("me_royalty", args=[agreement.public_id, party.public_id]))


def test_creator_without_a_share_sees_what_the_beer_sold_and_earned(creator, settings) -> None:
    settings.SANDBOX_SETTLE_SECONDS = 0
    statement = sold(creator, ending="4471")
    paid(statement)

    creation = page_of(sign_in(creator), statement).context["creation"]

    assert (creation.units, creation.net_minor, creation.part_minor, creation.paid_minor) == (400, 100_000, 1000, 1000)


@pytest.mark.parametrize(("ending", "state"), [("", "Waits for your bank details"), ("4471", "Will be paid")])
def test_state_is_said_in_words(creator, ending: str, state: str) -> None:
    statement = sold(creator, ending=ending)

    told = page_of(sign_in(creator), statement).context["beer"].headline.told

    assert (told.state, bool(told.url)) == (state, not ending)


@pytest.mark.parametrize(("ending", "state"), [("4471", "Paid"), ("0020", "Could not be paid")])
def test_state_follows_the_payment(creator, settings, ending: str, state: str) -> None:
    settings.SANDBOX_SETTLE_SECONDS = 0
    statement = sold(creator, ending=ending)
    paid(statement)

    told = page_of(sign_in(creator), statement).context["beer"].headline.told

    assert told.state == state


def test_what_is_carried_is_said(creator) -> None:
    statement = sold(creator, minimum_minor=5_000)

    line = page_of(sign_in(creator), statement).context["beer"].headline

    assert (line.told.state, "£50.00" in line.told.sentence) == ("Carried to the next statement", True)


def test_money_under_way_is_told_before_a_later_statement(creator) -> None:
    statement = sold(creator)
    make_sales(statement.agreement.beer, kind="returns", net_minor=-10_000)
    make_round(period_to=clock.today() + timedelta(days=2))

    beer = page_of(sign_in(creator), statement).context["beer"]

    assert [line.statement.number for line in beer.statements] == [2, 1]
    assert beer.headline.statement == statement


def test_statement_shows_its_sum_line_by_line(creator) -> None:
    friend = make_person()
    agreement = make_agreement(
        adoption=make_adopted(author=creator.party), creators=[(creator.party, HALF), (friend, HALF)]
    )
    make_sales(agreement.beer, units=410, units_returned=10, gross_minor=150_300, returns_minor=5_000, tax_minor=25_000)
    make_round()
    statement = RoyaltyStatement.objects.get(party=creator.party)

    page = sign_in(creator).get(reverse("me_royalty_statement", args=[statement.public_id]))

    assert [(line.sign, line.label, line.figures) for line in page.context["sum"]] == [
        ("", "Sold", "£1,503.00"),
        ("−", "Came back from customers", "£50.00"),
        ("−", "Taxes on the sale", "£250.00"),
        ("=", "Net sales", "£1,203.00"),
        ("×", "Rate of the agreement", "1 %"),
        ("=", "Earned", "£12.03"),
        ("×", "Your part of it", "1/2"),
        ("=", "Your share", "£6.02"),
        ("−", "Tax kept back", "£0.00"),
        ("=", "To you", "£6.02"),
    ]
    assert [line.note for line in page.context["sum"]][:2] == ["410 units", "10 units"]


def test_file_is_served_byte_for_byte(creator) -> None:
    statement = sold(creator)
    address = reverse("me_royalty_file", args=[statement.public_id])

    first, second = sign_in(creator).get(address), sign_in(creator).get(address)

    assert (first["Content-Type"], first.content[:5], first.content == second.content) == (
        "application/pdf",
        b"%PDF-",
        True,
    )
    assert first["Content-Disposition"] == 'inline; filename="R-000001.pdf"'


@pytest.mark.parametrize("name", ["me_royalty", "me_royalty_statement", "me_royalty_file"])
def test_nobody_else_opens_a_creators_pages(creator, name: str) -> None:
    statement = sold(creator)
    arguments = [statement.public_id]
    if name == "me_royalty":
        arguments = [statement.agreement.public_id, statement.party.public_id]

    found = [sign_in(who).get(reverse(name, args=arguments)).status_code for who in (creator, make_holder())]

    assert found == [200, 404]


def test_creator_does_not_see_what_the_other_gets(creator) -> None:
    other = make_holder(name="Tom Brewster")
    agreement = make_agreement(
        adoption=make_adopted(author=creator.party), creators=[(creator.party, HALF), (other.party, HALF)]
    )
    make_sales(agreement.beer)
    make_round()
    mine, theirs = (RoyaltyStatement.objects.get(party=party) for party in (creator.party, other.party))

    assert page_of(sign_in(creator), mine).status_code == 200
    assert page_of(sign_in(creator), theirs).status_code == 404


def test_proposed_agreement_promises_nothing_yet(creator) -> None:
    make_agreement(adoption=make_adopted(author=creator.party), approved=False)

    assert royalties_of(creator) == []


def test_holder_without_a_creation_has_no_royalties_and_is_told_how(creator) -> None:
    page = sign_in(creator).get(reverse("me_royalties"))

    assert (royalties_of(creator), page.context["beers"], "No beer of yours is sold yet" in page.content.decode()) == (
        [],
        [],
        True,
    )


def test_wall_shows_units_and_what_each_beer_paid(creator, settings) -> None:
    settings.SANDBOX_SETTLE_SECONDS = 0
    statement = sold(creator, ending="4471")
    paid(statement)
    beer = statement.agreement.beer
    make_sales(beer, kind="returns", net_minor=-10_000, units_returned=40)
    namer = make_person("Mai Trần")
    make_agreement(adoption=make_adopted("name", "Mossy Gate", author=namer), beer=beer)

    one = Client().get(reverse("creators")).context["beers"][0]

    assert (one.figures.beer.name, one.figures.units, one.figures.paid_minor) == ("Mossy Gate", 360, 1000)
    assert (one.figures.earned_minor, one.made_by, one.named_by) == (1800, ("Agnes Whitlock",), ("Mai Trần",))
    assert one.card.ground == "amber"


def test_wall_counts_tax_kept_back_as_paid_and_returned_money_not(creator, settings) -> None:
    settings.SANDBOX_SETTLE_SECONDS = 0
    creator.party.contact.country = "VN"
    creator.party.contact.save()
    paid(sold(creator, ending="4471"))
    other = make_holder()
    paid(sold(other, ending="0020"))

    found = {one.figures.earned_minor: one.figures.paid_minor for one in wall()}

    assert sorted(one.figures.paid_minor for one in wall()) == [0, 1000]
    assert list(found) == [1000]


def test_wall_is_empty_before_the_first_agreement() -> None:
    make_company()
    make_beer()

    page = Client().get(reverse("creators"))

    assert (page.context["beers"], page.status_code) == ([], 200)


@pytest.mark.parametrize("page", ["creators", "me_royalties"])
def test_pages_ask_as_often_however_many_beers(creator, page: str) -> None:
    client = sign_in(creator)
    asked = []
    for rows in (1, 3):
        for number in range(rows):
            sold(creator, net_minor=100_000 + number)
            make_round_later(rows + number)
        with CaptureQueriesContext(connection) as counted:
            client.get(reverse(page))
        asked.append(len(counted))

    assert asked[0] == asked[1]


def make_round_later(number: int) -> None:
    """Sell every beer once more, so that each has two statements."""
    for creation in royalties_of(User.objects.get(party__display_name="Agnes Whitlock")):
        month = 3 + number
        make_sales(creation.agreement.beer, period=(date(2025, month + 1, 1), date(2025, month + 2, 1)))
    make_round()


def test_anybody_checks_a_statement_without_a_name(creator) -> None:
    statement = sold(creator, ending="4471")

    page = Client().get(reverse("check_code", args=[statement.check_code])).content.decode()

    facts = ("Genuine statement", "R-000001", "£1,000.00", "£10.00", statement.file.sha256[:8])
    assert [fact for fact in facts if fact not in page] == []
    assert [secret for secret in ("Whitlock", "Agnes", "4471") if secret in page] == []


def test_first_page_names_the_share_and_the_one_thing_to_do(creator) -> None:
    statement = sold(creator)

    page = sign_in(creator).get(reverse("me"))

    assert [beer.creation.part_minor for beer in page.context["beers"]] == [1000]
    assert page.context["task"].title == f"“{statement.beer_name}”: Waits for your bank details"
    assert page.context["task"].url == reverse("me_bank")


def test_first_page_of_who_created_nothing_says_nothing_of_it(creator) -> None:
    page = sign_in(make_holder()).get(reverse("me"))

    assert (page.context["beers"], "Your beers" in page.content.decode()) == ([], False)
