"""What PostgreSQL refuses of royalties, whoever asks and whatever the code does."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction

import pytest
from django.db import DatabaseError
from django.db.models import F

from core import clock, jobs
from core.errors import constraint_name
from core.transactions import atomic
from dividends.models import (
    RoyaltyAgreement,
    RoyaltyLine,
    RoyaltyPart,
    RoyaltyRound,
    RoyaltyShare,
    RoyaltyStatement,
    SalesReport,
    SoldBeer,
)
from dividends.queries.royalty_settling import dues
from dividends.services.royalties_statements import _statement
from tests.factories.beers import make_person
from tests.factories.people import make_staff
from tests.factories.royalties import make_adopted, make_agreement, make_beer, make_round, make_rules, make_sales

pytestmark = pytest.mark.django_db
# The line that would follow one of net sales of £1,000.00 at 1 %, with the same sales again.
FOLLOWS = {
    "position": 2,
    "net_before_minor": 100_000,
    "net_after_minor": 200_000,
    "earned_minor": 1_000,
    "entry": None,
}


def refused(act: Callable[[], object]) -> str:
    """Return the name of the law that refuses the act."""
    with pytest.raises(DatabaseError) as caught, atomic():
        act()
    return constraint_name(caught.value)


def agreements(agreement: RoyaltyAgreement) -> object:
    return RoyaltyAgreement.objects.filter(pk=agreement.pk)


def again(row: object, **changed: object) -> object:
    """Return an unsaved copy of the row with other values."""
    copy = type(row).objects.get(pk=row.pk)
    copy.pk = None
    for name in ("public_id", "check_code"):
        if hasattr(copy, name):
            setattr(copy, name, "x" * 22)
    for name, value in changed.items():
        setattr(copy, name, value)
    return copy


def share(agreement: RoyaltyAgreement, numerator: int, denominator: int, position: int) -> RoyaltyShare:
    return RoyaltyShare(
        agreement=agreement,
        party=make_person(),
        position=position,
        numerator=numerator,
        denominator=denominator,
    )


def bare_agreement() -> RoyaltyAgreement:
    """Write a proposal in which nobody shares yet."""
    adoption = make_adopted()
    beer = make_beer()
    return RoyaltyAgreement.objects.create(
        adoption=adoption,
        beer=beer,
        currency="GBP",
        base="Net",
        base_vi="Thuần",
        rate_ppm=1,
        valid_from=date(2025, 1, 1),
        minimum_minor=0,
        reference="R",
        terms_sha256="0" * 64,
        made_at=clock.now(),
        made_by=make_staff("finance"),
    )


@pytest.mark.parametrize(
    "parts",
    [[(1, 2)], [(1, 3), (1, 3), (333_333, 1_000_000)], [(1, 1), (1, 1_000_000)], [(999_999, 1_000_000)]],
)
def test_shares_that_are_not_exactly_one_are_refused(parts: list[tuple[int, int]]) -> None:
    agreement = bare_agreement()
    rows = [share(agreement, *part, position) for position, part in enumerate(parts, 1)]

    assert refused(lambda: RoyaltyShare.objects.bulk_create(rows)) == "royalty_shares_make_a_whole"


@pytest.mark.parametrize(
    "parts", [[(1, 1)], [(1, 3)] * 3, [(1, 7), (2, 11), (52, 77)], [(1, 999_983), (999_982, 999_983)]]
)
def test_shares_that_are_exactly_one_are_kept(parts: list[tuple[int, int]]) -> None:
    agreement = bare_agreement()
    rows = [share(agreement, *part, position) for position, part in enumerate(parts, 1)]

    with atomic():
        RoyaltyShare.objects.bulk_create(rows)

    assert agreement.shares.count() == len(parts)


def test_share_is_added_to_nothing_that_was_agreed() -> None:
    agreement = make_agreement()

    assert refused(lambda: share(agreement, 1, 2, 2).save()) == "royalty_shares_of_a_proposal"


def test_agreement_without_creators_is_never_approved() -> None:
    rows = agreements(bare_agreement())
    now, director = clock.now(), make_staff("director")

    law = refused(lambda: rows.update(state="approved", approved_at=now, approved_by=director))

    assert law == "royalty_shares_make_a_whole"


def test_one_person_never_stands_behind_an_agreement_twice() -> None:
    agreement = make_agreement(approved=False)
    rows = agreements(agreement)
    now = clock.now()

    law = refused(lambda: rows.update(state="approved", approved_at=now, approved_by=agreement.made_by))

    assert law == "agreement_approved_by_another"


def test_one_person_never_stands_behind_sales_twice() -> None:
    report = make_sales(make_beer(), approved=False)
    rows, now = SalesReport.objects.filter(pk=report.pk), clock.now()

    law = refused(lambda: rows.update(state="approved", approved_at=now, approved_by=report.entered_by))

    assert law == "report_approved_by_another"


@pytest.mark.parametrize(
    "changed",
    [{"rate_ppm": 2}, {"minimum_minor": 1}, {"valid_from": date(2024, 1, 1)}, {"state": "dropped"}, {"reference": "x"}],
)
def test_what_was_agreed_never_changes(changed: dict[str, object]) -> None:
    rows = agreements(make_agreement())

    assert refused(lambda: rows.update(**changed)) == "agreement_terms_never_change"


def test_end_of_an_agreement_is_set_once() -> None:
    rows = agreements(make_agreement(valid_to=date(2026, 1, 1)))

    assert refused(lambda: rows.update(valid_to=date(2027, 1, 1))) == "agreement_terms_never_change"


def test_agreement_is_about_an_idea_of_somebody() -> None:
    house = make_adopted(house=True)
    standing = bare_agreement()

    law = refused(lambda: again(standing, adoption=house).save())

    assert law == "agreement_is_about_somebodys_idea"


def test_agreement_and_sales_are_in_the_currency_of_the_beer() -> None:
    agreement, report = bare_agreement(), make_sales(make_beer(), approved=False)

    assert refused(lambda: again(agreement, currency="VND").save()) == "agreement_currency_of_its_beer"
    assert refused(lambda: again(report, currency="VND").save()) == "report_currency_of_its_beer"


def test_sales_begin_as_entered() -> None:
    report = make_sales(make_beer())

    assert refused(lambda: again(report, period_from=date(2020, 1, 1)).save()) == "report_begins_entered"


@pytest.mark.parametrize("changed", [{"gross_minor": 1}, {"units": 1}, {"note": "x"}, {"state": "entered"}])
def test_approved_sales_never_change(changed: dict[str, object]) -> None:
    report = make_sales(make_beer())

    assert refused(lambda: SalesReport.objects.filter(pk=report.pk).update(**changed)) == "report_stands"


def test_entered_sales_can_only_be_decided() -> None:
    report = make_sales(make_beer(), approved=False)

    assert refused(lambda: SalesReport.objects.filter(pk=report.pk).update(gross_minor=1)) == "report_stands"


def test_net_sales_are_computed_by_the_database() -> None:
    report = make_sales(make_beer(), gross_minor=1000, returns_minor=1, discounts_minor=20, tax_minor=300)

    report.refresh_from_db()
    assert report.net_minor == 679


@pytest.mark.parametrize(
    ("changed", "law"),
    [
        ({"position": 3}, "royalty_line_follows"),
        ({"net_before_minor": 5}, "royalty_line_follows"),
        ({"net_after_minor": 150_000, "earned_minor": 500}, "royalty_line_follows"),
        ({"earned_minor": 1_001}, "royalty_line_earns_its_rate"),
        ({"rate_ppm": 20_000, "earned_minor": 2_000}, "royalty_line_under_its_agreement"),
    ],
)
def test_line_that_does_not_follow_is_refused(changed: dict[str, int], law: str) -> None:
    agreement = make_agreement()
    make_sales(agreement.beer)
    following = {**FOLLOWS, "report": second_sales(agreement), **changed}

    assert refused(lambda: again(agreement.lines.get(), **following).save()) == law


def test_line_of_another_beer_is_refused() -> None:
    agreement, elsewhere = make_agreement(), make_sales(make_beer())
    make_sales(agreement.beer)

    law = refused(lambda: again(agreement.lines.get(), **FOLLOWS, report=elsewhere).save())

    assert law == "royalty_line_under_its_agreement"


def second_sales(agreement: RoyaltyAgreement) -> SalesReport:
    """Write approved sales of 1,000.00 that earned nothing, which no service would do."""
    report = make_sales(agreement.beer, approved=False, period=(date(2025, 4, 1), date(2025, 7, 1)))
    SalesReport.objects.filter(pk=report.pk).update(
        state="approved", approved_at=clock.now(), approved_by=make_staff("director")
    )
    report.refresh_from_db()
    return report


def test_parts_are_the_whole_line() -> None:
    agreement = make_agreement(creators=[(make_person(), Fraction(1, 2)), (make_person(), Fraction(1, 2))])
    report = second_sales(agreement)
    first, second = (one.party for one in agreement.shares.order_by("position"))
    line = RoyaltyLine.objects.create(
        agreement=agreement,
        report=report,
        position=1,
        rate_ppm=10_000,
        net_before_minor=0,
        net_after_minor=100_000,
        earned_minor=1_000,
        accrued_at=clock.now(),
    )

    def parts(*amounts: tuple[object, int]) -> list[RoyaltyPart]:
        return [RoyaltyPart(line=line, party=party, amount_minor=amount) for party, amount in amounts]

    for wrong in (
        parts((first, 500), (second, 499)),
        parts((first, 1_000)),
        parts((first, 500), (make_person(), 500)),
        parts((first, 500), (second, 500), (make_person(), 0)),
    ):
        assert refused(lambda rows=wrong: RoyaltyPart.objects.bulk_create(rows)) == "royalty_parts_add_up"


@pytest.mark.parametrize(
    ("changed", "law"),
    [
        ({"opening_minor": 1, "closing_minor": 1}, "royalty_statement_follows"),
        ({"period_from": date(2025, 2, 1)}, "royalty_statement_follows"),
        ({"units": 1}, "royalty_statement_is_true"),
        ({"last_position": 2}, "royalty_statement_is_true"),
        ({"numerator": 1, "denominator": 2}, "royalty_statement_is_true"),
        ({"rate_ppm": 1}, "royalty_statement_is_true"),
        ({"withheld_minor": 200, "paid_minor": 800}, "royalty_statement_withholds_by_rule"),
        ({"pay_on": date(2030, 1, 1)}, "royalty_statement_is_true"),
        ({"withheld_ppm": 1}, "royalty_statement_withholds_by_rule"),
        ({"closing_minor": 1}, "royalty_statement_adds_up"),
        ({"way": "kept"}, "royalty_statement_way_fits_its_sum"),
        ({"paid_minor": 500, "closing_minor": 500}, "royalty_statement_pays_all_or_nothing"),
        ({"facts_sha256": "x"}, "royalty_statement_is_hashed"),
    ],
)
def test_statement_that_is_not_true_is_refused(changed: dict[str, object], law: str) -> None:
    statement = unsaved_statement()

    for name, value in changed.items():
        setattr(statement, name, value)

    assert refused(lambda: statement.save(force_insert=True)) == law


def test_statement_that_is_true_is_kept() -> None:
    statement = unsaved_statement()

    statement.save(force_insert=True)

    assert (statement.paid_minor, RoyaltyStatement.objects.count()) == (1000, 1)


def unsaved_statement() -> RoyaltyStatement:
    """Return the statement of £10.00 that the service would write, in a round that is there."""
    make_sales(make_agreement().beer)
    make_rules()
    now, today = clock.now(), clock.today()
    with atomic():
        issue = RoyaltyRound.objects.create(
            currency="GBP",
            period_to=today,
            pay_on=today,
            issued_on=today,
            issued_at=now,
            issued_by=make_staff("finance"),
            statements_count=1,
            paid_total_minor=1000,
            withheld_total_minor=0,
            job=jobs.start(kind="royalty_statements", items=[1], by=None, at=now),
        )
    statement = _statement(issue, 1, dues("GBP", pay_on=today, usable_at=now)[0])
    statement.facts_sha256 = "0" * 64
    return statement


def test_statements_cover_each_sale_once() -> None:
    agreement = make_agreement()
    make_sales(agreement.beer)
    make_round()
    standing = RoyaltyStatement.objects.get()

    assert refused(lambda: again(standing, number=9).save()) == "royalty_statement_follows"


@pytest.mark.parametrize("table", [RoyaltyShare, RoyaltyLine, RoyaltyPart, RoyaltyRound, RoyaltyStatement])
def test_books_are_closed_to_the_running_system(table: type) -> None:
    agreement = make_agreement()
    make_sales(agreement.beer)
    make_round()

    with pytest.raises(DatabaseError, match="permission denied"), atomic():
        table.objects.update(id=F("id"))
    with pytest.raises(DatabaseError, match="permission denied"), atomic():
        table.objects.all()._raw_delete("default")


@pytest.mark.parametrize("table", [SoldBeer, RoyaltyAgreement, SalesReport])
def test_nothing_vanishes(table: type) -> None:
    make_sales(make_agreement().beer)

    with pytest.raises(DatabaseError, match="permission denied"), atomic():
        table.objects.all()._raw_delete("default")


def test_beer_keeps_its_number() -> None:
    beer = make_beer()

    assert refused(lambda: SoldBeer.objects.filter(pk=beer.pk).update(sku="X")) == "sold_beer_keeps_its_sku"
