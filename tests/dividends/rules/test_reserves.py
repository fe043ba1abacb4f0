"""What may lawfully be distributed: sections 830, 831 and 840 worked by hand, in pence."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dividends.rules.refusals import Code, RuleBroken
from dividends.rules.reserves import (
    Figures,
    Limit,
    Line,
    LineCode,
    age_in_months,
    available,
    undistributable,
)

# A brewery: net assets 1,300,000 = capital 500,000 + premium 400,000 + realised 420,000 - 60,000 + unrealised 40,000.
BREWERY = Figures(
    realised_profits_minor=42_000_000,
    realised_losses_minor=6_000_000,
    net_assets_minor=130_000_000,
    called_up_capital_minor=50_000_000,
    undistributable_minor=44_000_000,
)
AMOUNTS = st.integers(0, 10**14)
FIGURES = st.builds(Figures, AMOUNTS, AMOUNTS, st.integers(-(10**14), 10**14), AMOUNTS, AMOUNTS)


def test_public_company_without_unrealised_losses_finds_the_same_by_both_limits() -> None:
    found = available(BREWERY, is_public=True, distributed_since=0)

    assert (found.available_minor, found.by_830_minor, found.by_831_minor) == (36_000_000, 36_000_000, 36_000_000)
    assert found.binding == Limit.PROFITS


def test_unrealised_losses_bind_a_public_company_and_not_a_private_one() -> None:
    # A building worth 100,000 less than in the books: net assets fall, realised profits do not.
    figures = replace(BREWERY, net_assets_minor=116_000_000, undistributable_minor=40_000_000)

    public = available(figures, is_public=True, distributed_since=0)
    private = available(figures, is_public=False, distributed_since=0)

    assert (public.available_minor, public.by_831_minor, public.binding) == (26_000_000, 26_000_000, Limit.NET_ASSETS)
    assert (private.available_minor, private.by_831_minor, private.binding) == (36_000_000, None, Limit.PROFITS)


def test_what_was_distributed_by_the_same_accounts_counts_against_both_limits() -> None:
    found = available(BREWERY, is_public=True, distributed_since=5_000_000)

    assert (found.available_minor, found.by_830_minor, found.by_831_minor) == (31_000_000, 31_000_000, 31_000_000)


def test_losses_above_profits_leave_nothing_and_say_how_much_is_missing() -> None:
    figures = replace(BREWERY, realised_profits_minor=1_000_000)

    found = available(figures, is_public=False, distributed_since=0)

    assert (found.available_minor, found.by_830_minor) == (0, -5_000_000)


def test_public_company_with_net_assets_below_its_capital_may_distribute_nothing_despite_profits() -> None:
    figures = replace(BREWERY, net_assets_minor=93_999_999)

    found = available(figures, is_public=True, distributed_since=0)

    assert (found.available_minor, found.by_831_minor, found.binding) == (0, -1, Limit.NET_ASSETS)


def test_lines_print_the_whole_sum() -> None:
    found = available(BREWERY, is_public=True, distributed_since=5_000_000)

    assert found.lines == (
        Line(Limit.PROFITS, LineCode.REALISED_PROFITS, 42_000_000),
        Line(Limit.PROFITS, LineCode.REALISED_LOSSES, -6_000_000),
        Line(Limit.PROFITS, LineCode.DISTRIBUTED_SINCE, -5_000_000),
        Line(Limit.PROFITS, LineCode.LIMIT, 31_000_000),
        Line(Limit.NET_ASSETS, LineCode.NET_ASSETS, 130_000_000),
        Line(Limit.NET_ASSETS, LineCode.CALLED_UP_CAPITAL, -50_000_000),
        Line(Limit.NET_ASSETS, LineCode.UNDISTRIBUTABLE, -44_000_000),
        Line(Limit.NET_ASSETS, LineCode.DISTRIBUTED_SINCE, -5_000_000),
        Line(Limit.NET_ASSETS, LineCode.LIMIT, 31_000_000),
    )


@given(FIGURES, st.booleans(), AMOUNTS)
def test_paying_all_that_is_available_leaves_both_limits_kept(figures: Figures, is_public: bool, since: int) -> None:
    before = available(figures, is_public=is_public, distributed_since=since)
    after = available(figures, is_public=is_public, distributed_since=since + before.available_minor)

    assert after.available_minor == 0
    if before.available_minor:
        assert min(after.by_830_minor, after.by_831_minor or after.by_830_minor) >= 0
        assert figures.realised_profits_minor - figures.realised_losses_minor >= since + before.available_minor
    if before.available_minor and is_public:
        kept = figures.net_assets_minor - since - before.available_minor
        assert kept >= figures.called_up_capital_minor + figures.undistributable_minor


@given(FIGURES, AMOUNTS)
def test_public_company_never_has_more_than_the_same_private_one(figures: Figures, since: int) -> None:
    public = available(figures, is_public=True, distributed_since=since)
    private = available(figures, is_public=False, distributed_since=since)

    assert public.available_minor <= private.available_minor


@pytest.mark.parametrize(
    ("unrealised_profits", "unrealised_losses", "reserves"), [(9, 4, 115), (4, 9, 110), (0, 0, 110)]
)
def test_undistributable_reserves_take_only_an_excess_of_unrealised_profits(
    unrealised_profits: int, unrealised_losses: int, reserves: int
) -> None:
    found = undistributable(
        share_premium_minor=80,
        capital_redemption_minor=20,
        unrealised_profits_minor=unrealised_profits,
        unrealised_losses_minor=unrealised_losses,
        other_minor=10,
    )

    assert found == reserves


@pytest.mark.parametrize(
    "field",
    ["realised_profits_minor", "realised_losses_minor", "called_up_capital_minor", "undistributable_minor"],
)
def test_figures_with_a_sign_where_none_belongs_are_refused(field: str) -> None:
    with pytest.raises(RuleBroken) as refusal:
        replace(BREWERY, **{field: -1})

    assert refusal.value.code == Code.AMOUNT_NEGATIVE


def test_negative_distributions_since_are_refused() -> None:
    with pytest.raises(RuleBroken) as refusal:
        available(BREWERY, is_public=True, distributed_since=-1)

    assert refusal.value.code == Code.AMOUNT_NEGATIVE


@pytest.mark.parametrize(
    ("made_up_to", "on", "months"),
    [
        (date(2025, 12, 31), date(2026, 6, 29), 5),
        (date(2025, 12, 31), date(2026, 6, 30), 6),
        (date(2026, 6, 30), date(2026, 12, 30), 6),
        (date(2025, 3, 31), date(2026, 2, 28), 11),
        (date(2024, 2, 29), date(2025, 2, 28), 12),
        (date(2026, 1, 15), date(2026, 1, 15), 0),
        (date(2026, 1, 15), date(2025, 1, 15), 0),
    ],
)
def test_age_of_accounts_is_counted_in_full_months(made_up_to: date, on: date, months: int) -> None:
    assert age_in_months(made_up_to, on=on) == months
