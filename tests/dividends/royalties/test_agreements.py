"""Agreements about a creator's share: who makes them, who approves them, what they may say."""

from datetime import date
from fractions import Fraction

import pytest

from core import clock
from core.transactions import atomic
from dividends.models import RoyaltyAgreement, RoyaltyLine
from dividends.royalty_errors import (
    AnotherInForce,
    BeerNameTaken,
    ChangedSinceRead,
    CreatorTwice,
    DecidedAlready,
    EarnedLater,
    HouseIdea,
    MakerCannotAgree,
    PeriodCrosses,
    ProposalWaits,
    SharesNotWhole,
    TermsImpossible,
)
from dividends.services.royalties import approve_agreement, drop_agreement, open_beer
from tests.factories.beers import make_person
from tests.factories.people import make_staff
from tests.factories.royalties import QUARTER, make_adopted, make_agreement, make_beer, make_sales

pytestmark = pytest.mark.django_db
HALF = Fraction(1, 2)


def test_agreement_waits_until_a_director_approves_it() -> None:
    agreement = make_agreement(approved=False)

    make_sales(agreement.beer)

    assert (agreement.state, RoyaltyLine.objects.count()) == ("proposed", 0)


def test_maker_cannot_approve() -> None:
    maker = make_staff("finance", "director")
    agreement = make_agreement(approved=False, by=maker)

    with pytest.raises(MakerCannotAgree), atomic():
        approve_agreement(agreement=agreement, sha256=agreement.terms_sha256, by=maker, at=clock.now())


def test_approval_binds_exactly_the_terms_that_were_read() -> None:
    agreement = make_agreement(approved=False)

    with pytest.raises(ChangedSinceRead), atomic():
        approve_agreement(agreement=agreement, sha256="0" * 64, by=make_staff("director"), at=clock.now())


def test_second_director_is_told_who_was_first() -> None:
    first = make_staff("director")
    agreement = make_agreement(approver=first)

    with pytest.raises(DecidedAlready, match=first.email), atomic():
        approve_agreement(agreement=agreement, sha256=agreement.terms_sha256, by=make_staff("director"), at=clock.now())


def test_dropped_proposal_says_why_and_gives_way() -> None:
    agreement, director = make_agreement(approved=False), make_staff("director")
    with atomic():
        drop_agreement(agreement=agreement, reason="Two\nmade it.", by=director, at=clock.now())

    again = make_agreement(adoption=agreement.adoption, beer=agreement.beer)

    agreement.refresh_from_db()
    assert (agreement.state, agreement.drop_reason, agreement.dropped_by) == ("dropped", "Two made it.", director)
    assert again.state == "approved"


def test_idea_of_the_house_has_no_creator_to_pay() -> None:
    adoption = make_adopted(house=True)

    with pytest.raises(HouseIdea):
        make_agreement(adoption=adoption)


@pytest.mark.parametrize(
    "parts", [(HALF, Fraction(1, 3)), (HALF, HALF, Fraction(1, 1000)), (Fraction(2),), (Fraction(0), 1)]
)
def test_parts_that_are_not_exactly_one_are_refused(parts: tuple[Fraction, ...]) -> None:
    with pytest.raises(SharesNotWhole):
        make_agreement(creators=[(make_person(), Fraction(part)) for part in parts])


def test_creator_has_one_part() -> None:
    person = make_person()

    with pytest.raises(CreatorTwice):
        make_agreement(creators=[(person, HALF), (person, HALF)])


def test_thirds_make_a_whole() -> None:
    agreement = make_agreement(creators=[(make_person(), Fraction(1, 3)) for _one in range(3)])

    assert [(share.numerator, share.denominator) for share in agreement.shares.order_by("position")] == [(1, 3)] * 3


def test_one_proposal_waits_for_each_idea() -> None:
    agreement = make_agreement(approved=False)

    with pytest.raises(ProposalWaits):
        make_agreement(adoption=agreement.adoption, beer=agreement.beer, approved=False)


@pytest.mark.parametrize(
    "terms",
    [
        {"rate_ppm": 0},
        {"rate_ppm": 1_000_001},
        {"minimum_minor": -1},
        {"valid_to": date(2025, 1, 1)},
        {"reference": ""},
    ],
)
def test_terms_that_cannot_be_are_refused(terms: dict) -> None:
    with pytest.raises(TermsImpossible):
        make_agreement(**terms)


def test_successor_ends_an_open_agreement_where_it_begins() -> None:
    first = make_agreement()

    second = make_agreement(adoption=first.adoption, beer=first.beer, rate_ppm=20_000, valid_from=date(2025, 4, 1))

    first.refresh_from_db()
    assert (first.valid_to, second.valid_to) == (date(2025, 4, 1), None)


def test_two_agreements_for_one_idea_never_overlap() -> None:
    first = make_agreement(valid_to=date(2026, 1, 1))

    with pytest.raises(AnotherInForce):
        make_agreement(adoption=first.adoption, beer=first.beer, valid_from=date(2025, 6, 1))

    assert RoyaltyAgreement.objects.filter(state="approved").count() == 1


def test_successor_cannot_begin_before_sales_that_earned() -> None:
    first = make_agreement()
    make_sales(first.beer, period=(date(2025, 4, 1), date(2025, 7, 1)))

    with pytest.raises(EarnedLater):
        make_agreement(adoption=first.adoption, beer=first.beer, valid_from=date(2025, 4, 1))


def test_sales_that_were_approved_before_earn_at_once() -> None:
    agreement = make_agreement(approved=False)
    report = make_sales(agreement.beer, net_minor=123_456)

    with atomic():
        approve_agreement(agreement=agreement, sha256=agreement.terms_sha256, by=make_staff("director"), at=clock.now())

    line = RoyaltyLine.objects.get()
    assert (line.report, line.earned_minor, line.position) == (report, 1234, 1)


def test_agreement_that_begins_inside_a_reported_period_is_refused() -> None:
    beer = make_beer()
    make_sales(beer, period=QUARTER)

    with pytest.raises(PeriodCrosses):
        make_agreement(beer=beer, valid_from=date(2025, 2, 1))


def test_name_that_members_chose_becomes_the_beers() -> None:
    beer = make_beer("Recipe 7")

    make_agreement(adoption=make_adopted("name", "Mossy Gate"), beer=beer)

    beer.refresh_from_db()
    assert beer.name == "Mossy Gate"


def test_recipe_and_name_of_one_beer_are_two_agreements_that_both_earn() -> None:
    beer = make_beer()
    recipe, name = make_agreement(beer=beer), make_agreement(adoption=make_adopted("name"), beer=beer, rate_ppm=5_000)

    make_sales(beer, net_minor=100_000)

    earned = dict(RoyaltyLine.objects.values_list("agreement_id", "earned_minor"))
    assert earned == {recipe.pk: 1000, name.pk: 500}


def test_beers_cannot_share_a_name_or_a_number() -> None:
    beer = make_beer("Mossy Gate")

    with pytest.raises(BeerNameTaken), atomic():
        open_beer(name="mossy gate", sku="X", recipe=None, currency="GBP", by=None, at=clock.now())
    with pytest.raises(BeerNameTaken), atomic():
        open_beer(name="Other", sku=beer.sku.lower(), recipe=None, currency="GBP", by=None, at=clock.now())
