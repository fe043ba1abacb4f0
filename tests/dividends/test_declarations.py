"""From accounts and recommendation to a proposal and fixed entitlements, and each refusal on the way in its words."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import override_settings

from agm.enums import ItemKind
from agm.services.meetings import change_item
from core import clock
from core.models import AuditRecord
from core.transactions import atomic
from dividends.enums import AccountsKind, DeclarationState, Rounding
from dividends.errors import (
    AboveRecommendation,
    AccountsOtherCurrency,
    AccountsOutOfDate,
    AlreadyDeclared,
    AmountNotNamed,
    AmountTooLarge,
    DeclarationOver,
    MinimumNegative,
    MinuteMissing,
    NobodyEntitled,
    NotAsResolved,
    NotCarried,
    NothingToDeclare,
    NoWithholdingRule,
    PaymentBeforeRecord,
    PeriodBackward,
    ReasonMissing,
    RecommendationTooLate,
    RecommendedAlready,
    RecordBeforeRecommendation,
    ReservesTooSmall,
    RuleRefuses,
    TooEarly,
    WithholdingRulesClash,
)
from dividends.models import Declaration, Entitlement, RelevantAccounts
from dividends.queries.reserves import accounts_to_choose, declared_since
from dividends.queries.resolutions import carried_resolutions, recommendations_waiting, votes_to_come
from dividends.rules.refusals import Code
from dividends.rules.reserves import Figures
from dividends.services import declarations
from equity.models import Company
from ledger.errors import PeriodClosed
from ledger.models import ClosedPeriod, Entry
from ledger.queries.balances import balance_of
from tests.factories.agm import item_draft, make_world, open_vote
from tests.factories.dividends import (
    FIGURES,
    Dividend,
    call,
    carry,
    compute,
    make_accounts,
    make_dividend,
    make_rule,
    next_dividend,
    propose,
    recommend,
    resolution_text,
)
from tests.factories.equity import make_share_class
from tests.factories.people import make_staff

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def carried() -> Dividend:
    return make_dividend(step="carried")


def refused(act: Callable[[], object], error: type[Exception]) -> Any:
    with pytest.raises(error) as found, atomic():
        act()
    return found.value


# --- recommendation --------------------------------------------------------------------------------------------------


def test_recommend_after_the_vote_was_opened_is_refused() -> None:
    world = make_world(kinds=(ItemKind.RESOLUTION,))
    open_vote(world, ItemKind.RESOLUTION)

    refused(
        lambda: recommend(world, make_share_class(), by=world.director, rate_minor=Decimal(1)), RecommendationTooLate
    )


def test_recommend_after_notice_of_the_meeting_is_refused() -> None:
    text = resolution_text("GBP", rate_minor=Decimal(1))
    world = make_world(step="noticed", kinds=(ItemKind.RESOLUTION,), text=text)

    error = refused(
        lambda: recommend(world, make_share_class(), by=world.director, rate_minor=Decimal(1)), RecommendationTooLate
    )

    assert str(error) == (
        "Directors recommend a dividend before notice of the meeting is given. Notice was given already."
    )
    assert list(votes_to_come()) == []


@pytest.mark.parametrize(
    "text",
    [
        ("THAT the annual accounts for 2025 be received.", "Thông qua báo cáo tài chính năm 2025."),
        ("THAT a final dividend of 1.5p be declared.", "Công bố cổ tức 1,5 xu Anh."),
        ("THAT a final dividend of 2.5p be declared.", "Công bố cổ tức cuối kỳ."),
        ("THAT a final dividend be declared.", "Công bố cổ tức 2,5 xu Anh."),
    ],
)
def test_recommend_what_the_text_does_not_name_is_refused(text: tuple[str, str]) -> None:
    world = make_world(step="draft", kinds=(ItemKind.RESOLUTION,), text=text)

    refused(lambda: recommend(world, make_share_class(), by=world.director, rate_minor=Decimal("2.5")), AmountNotNamed)

    assert [contest.question for contest in votes_to_come()] == [text[0]]


AT_A_POUND = (
    "THAT a final dividend of 2.5p be declared on each ordinary share of £1.",
    "Công bố cổ tức cuối kỳ 2,5p cho mỗi cổ phần £1.",
)


def test_recommend_the_nominal_value_of_a_share_is_refused() -> None:
    world = make_world(step="draft", kinds=(ItemKind.RESOLUTION,), text=AT_A_POUND)
    share_class, director = make_share_class(), make_staff("director")

    error = refused(lambda: recommend(world, share_class, by=director, rate_minor=Decimal(100)), AmountNotNamed)

    assert str(error) == (
        "The resolution's text must name the amount that is recommended and no other, besides the nominal value of a "
        "share. Amounts read in it: 2.5p, 2,5p."
    )
    assert recommend(world, share_class, by=director, rate_minor=Decimal("2.5")).rate_minor == Decimal("2.5")


@pytest.mark.parametrize("rate", [Decimal("2.5"), Decimal(3)])
def test_recommend_one_of_two_amounts_is_refused(rate: Decimal) -> None:
    text = ("THAT a dividend of 2.5p, or of 3p, be declared.", "Công bố cổ tức 2,5p hoặc 3p.")
    world = make_world(step="draft", kinds=(ItemKind.RESOLUTION,), text=text)

    error = refused(lambda: recommend(world, make_share_class(), by=world.director, rate_minor=rate), AmountNotNamed)

    assert str(error).endswith("Amounts read in it: 2.5p, 3p, 2,5p.")


def test_recommend_in_dong_is_written() -> None:
    text = ("THAT a dividend of 1,500 dong be declared.", "Công bố cổ tức 1.500 đồng mỗi cổ phần mệnh giá 10.000 đồng.")
    world = make_world(step="draft", kinds=(ItemKind.RESOLUTION,), text=text)
    share_class = make_share_class(code="V", currency="VND", nominal_minor=Decimal(10_000))

    assert recommend(world, share_class, by=world.director, rate_minor=Decimal(1500)).currency == "VND"


def test_recommend_what_the_text_names_in_pence_is_written() -> None:
    text = ("THAT a final dividend of 2.5p be declared.", "Công bố cổ tức 2,5 xu Anh.")
    world = make_world(step="draft", kinds=(ItemKind.RESOLUTION,), text=text)

    made = recommend(world, make_share_class(), by=world.director, rate_minor=Decimal("2.5"))

    assert list(recommendations_waiting()) == [made]


def test_propose_when_the_text_was_changed_after_the_recommendation_is_refused() -> None:
    text = resolution_text("GBP", rate_minor=Decimal("2.5"))
    world = make_world(step="draft", kinds=(ItemKind.RESOLUTION,), text=text)
    share_class, director, finance = make_share_class(), make_staff("director"), make_staff("finance")
    recommendation = recommend(world, share_class, by=director, rate_minor=Decimal("2.5"))
    made = Dividend(world, finance, director, share_class, make_accounts(by=finance), recommendation)
    with atomic():
        change_item(item=world.item("resolution"), draft=item_draft("resolution"), by=world.secretary, at=clock.now())
    call(world)
    carry(made)

    refused(lambda: propose(made), AmountNotNamed)

    assert not Declaration.objects.exists()


def test_recommend_twice_is_refused() -> None:
    rate = Decimal("2.5")
    world = make_world(step="draft", kinds=(ItemKind.RESOLUTION,), text=resolution_text("GBP", rate_minor=rate))
    share_class = make_share_class()
    recommend(world, share_class, by=world.director, rate_minor=rate)

    refused(lambda: recommend(world, share_class, by=world.director, rate_minor=rate), RecommendedAlready)


def test_recommend_without_a_minute_is_refused() -> None:
    text = resolution_text("GBP", rate_minor=Decimal(1))
    world = make_world(step="draft", kinds=(ItemKind.RESOLUTION,), text=text)

    def act() -> None:
        declarations.recommend_dividend(
            contest=world.contest("resolution"), share_class=make_share_class(), rate_minor=Decimal(1),
            minute_reference="  ", by=world.director, at=clock.now(),
        )  # fmt: skip

    refused(act, MinuteMissing)


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ({}, Code.RATE_OR_POT),
        ({"rate_minor": Decimal(1), "pot_minor": 1}, Code.RATE_OR_POT),
        ({"rate_minor": Decimal(0)}, Code.RATE_NOT_POSITIVE),
        ({"rate_minor": Decimal("0.0000000000001")}, Code.FIGURE_NOT_EXACT),
        ({"rate_minor": Decimal(10) ** 12}, Code.FIGURE_NOT_EXACT),
        ({"pot_minor": 0}, Code.POT_NOT_POSITIVE),
    ],
)
def test_recommend_no_exact_amount_is_refused(amount: dict[str, Any], code: Code) -> None:
    made = make_dividend(step="recommended")

    def act() -> None:
        declarations.recommend_dividend(
            contest=made.world.contest("resolution"), share_class=made.share_class, minute_reference="Board 1",
            by=made.director, at=clock.now(), **amount,
        )  # fmt: skip

    assert refused(act, RuleRefuses).rule == code


def test_lists_follow_the_way_of_a_resolution() -> None:
    made = make_dividend(step="recommended")
    before = (list(votes_to_come()), list(recommendations_waiting()), list(carried_resolutions()))
    carry(made)
    after = (list(votes_to_come()), list(recommendations_waiting()), list(carried_resolutions()))
    made.declaration = propose(made)
    proposed = list(carried_resolutions())
    with atomic():
        declarations.drop_declaration(declaration=made.declaration, reason="wrong day", by=made.finance, at=clock.now())

    assert before == ([], [made.recommendation], [])
    assert after == ([], [], [made.recommendation])
    assert (proposed, list(carried_resolutions())) == ([], [made.recommendation])


# --- accounts --------------------------------------------------------------------------------------------------------


def test_accounts_of_a_day_to_come_are_refused(carried: Dividend) -> None:
    ahead = clock.today() + DAY

    found = refused(lambda: make_accounts(by=carried.finance, made_up_to=ahead), RuleRefuses)

    assert found.rule == Code.ACCOUNTS_NOT_YET_MADE_UP


def test_initial_accounts_after_annual_ones_are_refused(carried: Dividend) -> None:
    found = refused(lambda: make_accounts(by=carried.finance, kind=AccountsKind.INITIAL), RuleRefuses)

    assert found.rule == Code.INITIAL_DESPITE_ANNUAL


def test_accounts_with_a_negative_loss_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="amount_negative"):
        replace(FIGURES, realised_losses_minor=-1)


def test_accounts_that_were_corrected_are_out_of_date(carried: Dividend) -> None:
    corrected = make_accounts(
        by=carried.finance, figures=replace(FIGURES, net_assets_minor=FIGURES.net_assets_minor + 1)
    )

    refused(lambda: propose(carried), AccountsOutOfDate)
    assert list(accounts_to_choose("GBP")) == [corrected]


def test_interim_accounts_do_not_put_the_annual_ones_out_of_date(carried: Dividend) -> None:
    interim = make_accounts(by=carried.finance, kind=AccountsKind.INTERIM, made_up_to=clock.today() - 30 * DAY)

    assert list(accounts_to_choose("GBP")) == [interim, carried.accounts]


# --- proposal --------------------------------------------------------------------------------------------------------


def test_propose_on_a_resolution_not_voted_on_is_refused() -> None:
    made = make_dividend(step="recommended")

    refused(lambda: propose(made), NotCarried)


def test_propose_on_a_lost_resolution_is_refused() -> None:
    made = make_dividend(step="carried", holdings=(10, 20), votes=[(10, 0, 0), (0, 20, 0)])

    refused(lambda: propose(made), NotCarried)


def test_propose_what_was_resolved_stands(carried: Dividend) -> None:
    declaration = propose(carried, rate_minor=Decimal("2.5"))

    assert Declaration.objects.get(pk=declaration.pk).rate_minor == Decimal("2.5")


@pytest.mark.parametrize("rate", [Decimal("2.499999999999"), Decimal("0.5")])
def test_propose_less_than_the_members_resolved_is_refused(carried: Dividend, rate: Decimal) -> None:
    error = refused(lambda: propose(carried, rate_minor=rate), NotAsResolved)

    assert str(error) == (
        "A dividend must be exactly what the members resolved, neither less nor more. A smaller one needs another "
        "resolution."
    )


def test_propose_another_pot_than_was_resolved_is_refused() -> None:
    made = make_dividend(step="carried", pot_minor=1000)

    refused(lambda: propose(made, pot_minor=999), NotAsResolved)
    refused(lambda: propose(made, pot_minor=1001), AboveRecommendation)
    assert propose(made, pot_minor=1000).pot_minor == 1000


@pytest.mark.parametrize("rate", [Decimal("2.500000000001"), Decimal(3)])
def test_propose_above_the_recommendation_is_refused(carried: Dividend, rate: Decimal) -> None:
    refused(lambda: propose(carried, rate_minor=rate), AboveRecommendation)


def test_propose_a_pot_where_a_rate_was_recommended_is_refused(carried: Dividend) -> None:
    refused(lambda: propose(carried, pot_minor=1), AboveRecommendation)


def test_propose_twice_on_one_resolution_is_refused(carried: Dividend) -> None:
    propose(carried)

    refused(lambda: propose(carried), AlreadyDeclared)


def test_propose_again_after_dropping_stands(carried: Dividend) -> None:
    first = propose(carried)
    with atomic():
        dropped = declarations.drop_declaration(declaration=first, reason="wrong", by=carried.finance, at=clock.now())

    assert (dropped.state, propose(carried).state) == (DeclarationState.DROPPED, DeclarationState.PROPOSED)


@pytest.mark.parametrize(
    ("terms", "error"),
    [
        ({"record_at": clock.now}, None),
        ({"record_at": lambda: clock.now() - 41 * DAY}, RecordBeforeRecommendation),
        ({"pay_on": lambda: clock.today() - DAY}, PaymentBeforeRecord),
        ({"minimum_minor": lambda: -1}, MinimumNegative),
        ({"period_to": lambda: date(2025, 1, 1)}, PeriodBackward),
    ],
)
def test_propose_days_in_the_wrong_order_is_refused(
    carried: Dividend, terms: dict[str, Callable[[], Any]], error: type[Exception] | None
) -> None:
    given = {name: value() for name, value in terms.items()}

    if error is None:
        assert propose(carried, **given).record_at == given["record_at"]
    else:
        refused(lambda: propose(carried, **given), error)


def test_pay_on_the_record_day_of_a_midnight_is_the_day_that_ended(carried: Dividend) -> None:
    midnight = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)  # winter: London keeps UTC
    ended = midnight.date() - DAY

    assert propose(carried, record_at=midnight, pay_on=ended).pay_on == ended


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"rounding": Rounding.LARGEST_REMAINDER}, Code.ROUNDING_NEEDS_POT),
        ({"pot_minor": 5, "rounding": Rounding.FLOOR}, Code.ROUNDING_NEEDS_RATE),
        ({"pot_minor": 5, "rounding": Rounding.CARRY}, Code.ROUNDING_NEEDS_RATE),
        ({"rate_minor": Decimal("1.0000000000001")}, Code.FIGURE_NOT_EXACT),
        ({"rate_minor": Decimal("NaN")}, Code.FIGURE_NOT_EXACT),
    ],
)
def test_propose_what_cannot_be_computed_is_refused(carried: Dividend, terms: dict[str, Any], code: Code) -> None:
    assert refused(lambda: propose(carried, **terms), RuleRefuses).rule == code


def test_propose_by_accounts_in_another_currency_is_refused(carried: Dividend) -> None:
    Company.objects.update(currency="EUR")
    carried.accounts = make_accounts(by=carried.finance)

    refused(lambda: propose(carried), AccountsOtherCurrency)


def test_drop_without_a_reason_is_refused(carried: Dividend) -> None:
    declaration = propose(carried)

    refused(
        lambda: declarations.drop_declaration(
            declaration=declaration, reason=" ", by=carried.finance, at=clock.now()
        ),
        ReasonMissing,
    )  # fmt: skip


def test_drop_what_is_computed_is_refused() -> None:
    made = make_dividend()

    refused(
        lambda: declarations.drop_declaration(
            declaration=made.declaration, reason="wrong", by=made.finance, at=clock.now()
        ),
        DeclarationOver,
    )  # fmt: skip


# --- computing -------------------------------------------------------------------------------------------------------


def test_compute_writes_totals_entry_and_trail() -> None:
    made = make_dividend(holdings=(3, 100, 2000))

    declaration = made.declaration
    trail = AuditRecord.objects.get(verb="entitlements_fixed")
    assert (declaration.state, declaration.holders_count, declaration.shares_total) == ("computed", 3, 2103)
    assert (declaration.exact_total, declaration.gross_total_minor) == (Decimal("5257.5"), 5257)
    assert (declaration.residue_minor, declaration.residue_fraction) == (0, Decimal("0.5"))
    assert declaration.reserves_minor == 800_000_000_000
    assert (trail.detail["holders"], trail.detail["gross_minor"]) == (3, 5257)
    assert list(declaration.entry.movements.values_list("debit__code", "amount_minor").order_by("amount_minor")) == [
        ("retained_earnings:GBP", 7), ("retained_earnings:GBP", 250), ("retained_earnings:GBP", 5000),
    ]  # fmt: skip


def test_compute_again_returns_what_stands() -> None:
    made = make_dividend()

    again = compute(made)

    assert (again.pk, again.snapshot_sha256) == (made.declaration.pk, made.declaration.snapshot_sha256)
    assert Entry.objects.filter(kind="dividend").count() == 1


def test_compute_before_the_record_moment_is_refused(carried: Dividend) -> None:
    carried.declaration = propose(carried, record_at=clock.now() + DAY, pay_on=clock.today() + 14 * DAY)

    refused(lambda: compute(carried), TooEarly)


def test_compute_with_a_moment_told_ahead_of_the_clock_is_refused(carried: Dividend) -> None:
    declaration = propose(carried, record_at=clock.now() + DAY, pay_on=clock.today() + 14 * DAY)
    ahead = clock.now() + 2 * DAY

    refused(lambda: declarations.compute_entitlements(declaration=declaration, by=carried.finance, at=ahead), TooEarly)


def test_compute_what_was_dropped_is_refused(carried: Dividend) -> None:
    carried.declaration = propose(carried)
    with atomic():
        declarations.drop_declaration(
            declaration=carried.declaration, reason="wrong", by=carried.finance, at=clock.now()
        )

    refused(lambda: compute(carried), DeclarationOver)


def test_compute_above_the_reserves_is_refused_and_writes_nothing() -> None:
    made = make_dividend(step="proposed", holdings=(100,), figures=figures(249))

    found = refused(lambda: compute(made), ReservesTooSmall)

    assert str(found) == (
        "This dividend takes £2.50, but by these accounts the company may distribute £2.49 "
        "(Companies Act 2006 ss.830 and 831)."
    )
    assert (Entitlement.objects.count(), Entry.objects.filter(kind="dividend").count()) == (0, 0)


def test_compute_to_the_last_penny_of_the_reserves_stands() -> None:
    made = make_dividend(holdings=(100,), figures=figures(250))

    assert (made.declaration.reserves_minor, declared_since(made.accounts)) == (250, 250)


def test_second_dividend_by_the_same_accounts_has_what_the_first_left() -> None:
    first = make_dividend(holdings=(100,), figures=figures(499))
    second = next_dividend(first, step="proposed")

    found = refused(lambda: compute(second), ReservesTooSmall)

    assert "£2.49" in str(found)


def test_net_assets_bind_a_plc_and_not_a_private_company() -> None:
    poor = replace(figures(1000), net_assets_minor=100, called_up_capital_minor=90)
    made = make_dividend(step="proposed", holdings=(100,), figures=poor)
    found = refused(lambda: compute(made), ReservesTooSmall)
    Company.objects.update(kind="private")

    assert "£0.10" in str(found)
    assert compute(made).reserves_minor == 1000


def figures(profits_minor: int) -> Figures:
    return Figures(profits_minor, 0, 10**9, 0, 0)


def test_compute_without_a_rule_names_where_the_holders_live() -> None:
    made = make_dividend(step="proposed", holdings=(1, 2, 3), countries=("VN", "GB", "DE"))

    with override_settings(ISSUER_COUNTRY="US"):
        make_rule(issuer_country="US", holder_country="GB", rate_ppm=0)
        found = refused(lambda: compute(made), NoWithholdingRule)

    assert found.countries == ("DE", "VN")


def test_compute_with_rules_that_clash_is_refused() -> None:
    made = make_dividend(step="proposed")
    make_rule(valid_from=date(2020, 1, 1), rate_ppm=5)

    assert refused(lambda: compute(made), WithholdingRulesClash).countries == ("GB",)


def test_compute_withholds_to_the_half_upwards_and_books_it_to_the_issuers_country() -> None:
    with override_settings(ISSUER_COUNTRY="DE"):
        make_rule(issuer_country="DE", rate_ppm=263_750)
        made = make_dividend(holdings=(13800,), rate_minor=Decimal(1))

    row = made.entitlement(0)
    assert (row.gross_minor, row.withheld_minor, row.net_minor) == (13800, 3640, 10160)
    assert balance_of("withholding_payable:GBP:DE") == -3640


def test_compute_when_nobody_held_a_share_is_refused() -> None:
    made = make_dividend(step="proposed", share_class=make_share_class(code="Z"))

    refused(lambda: compute(made), NobodyEntitled)


def test_compute_less_than_a_penny_altogether_is_refused() -> None:
    made = make_dividend(step="proposed", rate_minor=Decimal("0.000000000001"))

    refused(lambda: compute(made), NothingToDeclare)


def test_compute_more_than_can_be_kept_is_refused() -> None:
    made = make_dividend(step="proposed", holdings=(100_000_000,), rate_minor=Decimal("999999999999"))

    refused(lambda: compute(made), AmountTooLarge)


def test_compute_in_a_closed_period_is_refused() -> None:
    made = make_dividend(step="proposed")
    ClosedPeriod.objects.create(until=clock.today(), closed_at=clock.now(), closed_by=make_staff("finance"))

    refused(lambda: compute(made), PeriodClosed)
    assert Entitlement.objects.count() == 0


def test_accounts_entered_again_by_a_second_click_are_the_same_and_leave_a_proposal_alone() -> None:
    made = make_dividend(step="proposed", holdings=(4000,))
    standing = RelevantAccounts.objects.get()

    again = make_accounts(by=made.finance)
    corrected = make_accounts(by=made.finance, figures=replace(FIGURES, net_assets_minor=FIGURES.net_assets_minor + 1))

    assert again == standing
    assert RelevantAccounts.objects.latest("pk") == corrected != standing
