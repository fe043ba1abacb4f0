"""What creators earn and are paid, with the errors known from publishing as tests."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dividends.rules.jar import Fate
from dividends.rules.portions import Portion, check_portions, split, split_change
from dividends.rules.refusals import Code, RuleBroken
from dividends.rules.royalties import SalesLine, Settlement, earnings, settle

THIRDS = [Portion(key, Fraction(1, 3)) for key in ("ann", "binh", "cleo")]
ONE_PER_CENT, TWO_PER_CENT = 10_000, 20_000
AMOUNTS = st.integers(-(10**12), 10**12)


@st.composite
def portions(draw: st.DrawFn) -> list[Portion[int]]:
    """Draw exact fractions that make a whole."""
    weights = draw(st.lists(st.integers(1, 1000), min_size=1, max_size=8))
    return [Portion(key, Fraction(weight, sum(weights))) for key, weight in enumerate(weights)]


def parts(amount_minor: int, of: list[Portion[str]]) -> list[int]:
    return [part.amount_minor for part in split(amount_minor, of)]


def test_hundred_in_thirds_gives_the_odd_penny_to_the_first_key() -> None:
    assert parts(100, THIRDS) == [34, 33, 33]
    assert parts(100, THIRDS[::-1]) == [33, 33, 34]


def test_taking_back_a_hundred_is_the_mirror_of_giving_it() -> None:
    assert parts(-100, THIRDS) == [-34, -33, -33]


def test_split_gives_what_is_left_to_the_largest_remainder() -> None:
    halves = [Portion("a", Fraction(1, 2)), Portion("b", Fraction(1, 3)), Portion("c", Fraction(1, 6))]

    # 10: 5, 3.33, 1.67
    assert parts(10, halves) == [5, 3, 2]
    assert [part.exact for part in split(10, halves)] == [5, Fraction(10, 3), Fraction(5, 3)]


@given(AMOUNTS, portions())
def test_split_adds_up_and_mirrors(amount: int, of: list[Portion[int]]) -> None:
    given_parts = [part.amount_minor for part in split(amount, of)]

    assert sum(given_parts) == amount
    assert [part.amount_minor for part in split(-amount, of)] == [-part for part in given_parts]
    assert all(abs(part.amount_minor - part.exact) < 1 for part in split(amount, of))


def test_sale_taken_back_in_two_halves_takes_from_each_what_they_had() -> None:
    # Split by themselves, two times -50 would be -17, -17, -16 each: -34 from Binh, who had 33.
    had = [part.amount_minor for part in split_change(0, 100, THIRDS)]
    first = [part.amount_minor for part in split_change(100, 50, THIRDS)]
    second = [part.amount_minor for part in split_change(50, 0, THIRDS)]

    assert [a + b for a, b in zip(first, second, strict=True)] == [-part for part in had]


@given(st.lists(AMOUNTS, max_size=12), portions())
def test_parts_of_changes_are_those_of_the_total_whatever_the_path(path: list[int], of: list[Portion[int]]) -> None:
    had, before = [0] * len(of), 0
    for after in [*path, 777]:
        changes = split_change(before, after, of)
        assert sum(change.amount_minor for change in changes) == after - before
        had = [sum(pair) for pair in zip(had, (change.amount_minor for change in changes), strict=True)]
        before = after

    assert had == [part.amount_minor for part in split(777, of)]


@pytest.mark.parametrize(
    ("fractions", "code"),
    [
        ({"a": Fraction(1, 3), "b": Fraction(1, 3)}, Code.PORTIONS_NOT_WHOLE),
        ({"a": Fraction(3333, 10_000), "b": Fraction(6666, 10_000)}, Code.PORTIONS_NOT_WHOLE),
        ({"a": Fraction(2, 3), "b": Fraction(2, 3)}, Code.PORTIONS_NOT_WHOLE),
        ({"a": Fraction(3, 2), "b": Fraction(-1, 2)}, Code.PORTION_NOT_POSITIVE),
        ({"a": Fraction(1), "b": Fraction(0)}, Code.PORTION_NOT_POSITIVE),
        ({}, Code.PORTIONS_NOT_WHOLE),
    ],
)
def test_fractions_that_make_no_whole_are_refused(fractions: dict[str, Fraction], code: Code) -> None:
    with pytest.raises(RuleBroken) as refusal:
        check_portions([Portion(key, fraction) for key, fraction in fractions.items()])

    assert refusal.value.code == code


def test_creator_named_twice_is_refused() -> None:
    with pytest.raises(RuleBroken) as refusal:
        check_portions([Portion("a", Fraction(1, 2)), Portion("a", Fraction(1, 2))])

    assert refusal.value.code == Code.HOLDER_TWICE


def test_royalty_is_earned_on_net_sales() -> None:
    # 12,000.00 gross, 600.00 returned, 400.00 discounts, 2,000.00 tax: 9,000.00 net, 1 % is 90.00.
    line = SalesLine(
        ONE_PER_CENT, gross_minor=1_200_000, returns_minor=60_000, discounts_minor=40_000, tax_minor=200_000
    )

    (earned,) = earnings([line])

    assert (line.net_minor, earned.earned_minor) == (900_000, 9_000)


def test_returns_are_taken_back_at_the_rate_they_were_paid_at() -> None:
    # Sold at 1 %, the rate then rose to 2 %; what comes back of the first sale costs 1 %.
    sold = earnings([SalesLine(ONE_PER_CENT, gross_minor=100_000), SalesLine(TWO_PER_CENT, gross_minor=50_000)])
    returned = earnings(
        [SalesLine(ONE_PER_CENT, returns_minor=100_000)], net_to_date={ONE_PER_CENT: 100_000, TWO_PER_CENT: 50_000}
    )

    assert [line.earned_minor for line in sold] == [1_000, 1_000]
    assert [line.earned_minor for line in returned] == [-1_000]


def test_returns_at_a_rate_at_which_less_was_sold_are_refused() -> None:
    with pytest.raises(RuleBroken) as refusal:
        earnings([SalesLine(TWO_PER_CENT, returns_minor=50_001)], net_to_date={ONE_PER_CENT: 100_000, 20_000: 50_000})

    assert refusal.value.code == Code.RETURNED_ABOVE_SOLD
    assert refusal.value.values == {"rate_ppm": TWO_PER_CENT, "net_minor": -1}


def test_sale_returned_in_pieces_takes_back_exactly_what_it_earned() -> None:
    # 1 % of 1.99 is 1.99p: 1p earned. Three returns rounded by themselves could take back nothing, or three.
    lines = [
        SalesLine(ONE_PER_CENT, gross_minor=199),
        SalesLine(ONE_PER_CENT, returns_minor=66),
        SalesLine(ONE_PER_CENT, returns_minor=66),
        SalesLine(ONE_PER_CENT, returns_minor=67),
    ]

    assert [line.earned_minor for line in earnings(lines)] == [1, 0, -1, 0]


def test_many_small_sales_earn_what_one_large_one_does() -> None:
    lines = [SalesLine(ONE_PER_CENT, gross_minor=99)] * 100

    assert sum(line.earned_minor for line in earnings(lines)) == 99


def test_line_shows_the_totals_it_was_reckoned_from() -> None:
    earned = earnings([SalesLine(ONE_PER_CENT, gross_minor=150)], net_to_date={ONE_PER_CENT: 60})

    assert [(line.net_before_minor, line.net_after_minor, line.earned_minor) for line in earned] == [(60, 210, 2)]


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)), max_size=20), st.integers(0, 1_000_000))
def test_all_returned_leaves_nothing_earned(sales: list[tuple[int, int]], rate_ppm: int) -> None:
    sold = [SalesLine(rate_ppm, gross_minor=gross + tax, tax_minor=tax) for gross, tax in sales]
    back = [SalesLine(rate_ppm, returns_minor=gross + tax, tax_minor=-tax) for gross, tax in sales]

    assert sum(line.earned_minor for line in earnings([*sold, *back])) == 0


@pytest.mark.parametrize("amounts", [{"gross_minor": -1}, {"returns_minor": -1}])
def test_sales_with_a_sign_where_none_belongs_are_refused(amounts: dict[str, int]) -> None:
    with pytest.raises(RuleBroken) as refusal:
        SalesLine(ONE_PER_CENT, **amounts)

    assert refusal.value.code == Code.SALES_NEGATIVE


@pytest.mark.parametrize("rate_ppm", [-1, 1_000_001])
def test_sales_at_an_impossible_rate_are_refused(rate_ppm: int) -> None:
    with pytest.raises(RuleBroken) as refusal:
        SalesLine(rate_ppm)

    assert refusal.value.code == Code.TAX_RATE_OUT_OF_RANGE


@pytest.mark.parametrize(
    ("opening", "earned", "minimum", "withheld_ppm", "expected"),
    [
        (0, 9_000, 1_000, 0, Settlement(0, 9_000, 0, 9_000, 0, Fate.PAY)),
        (0, 9_000, 1_000, 200_000, Settlement(0, 9_000, 1_800, 7_200, 0, Fate.PAY)),
        (400, 500, 1_000, 0, Settlement(400, 500, 0, 0, 900, Fate.KEEP)),
        (900, 100, 1_000, 0, Settlement(900, 100, 0, 1_000, 0, Fate.PAY)),
        (900, 100, 1_000, 200_000, Settlement(900, 100, 0, 0, 1_000, Fate.KEEP)),  # 8.00 after tax: not yet
        (0, -250, 1_000, 200_000, Settlement(0, -250, 0, 0, -250, Fate.KEEP)),
        (-250, 1_500, 1_000, 0, Settlement(-250, 1_500, 0, 1_250, 0, Fate.PAY)),
        (-250, 250, 0, 0, Settlement(-250, 250, 0, 0, 0, Fate.NOTHING)),
        (0, 5, 0, 1_000_000, Settlement(0, 5, 0, 0, 5, Fate.KEEP)),
    ],
)
def test_balance_is_paid_from_the_minimum_on_and_a_debt_is_carried(
    opening: int, earned: int, minimum: int, withheld_ppm: int, expected: Settlement
) -> None:
    assert settle(opening, earned, minimum_minor=minimum, withheld_ppm=withheld_ppm) == expected


@given(AMOUNTS, AMOUNTS, st.integers(0, 10**9), st.integers(0, 1_000_000))
def test_settlement_adds_up_and_never_asks_back(opening: int, earned: int, minimum: int, withheld_ppm: int) -> None:
    found = settle(opening, earned, minimum_minor=minimum, withheld_ppm=withheld_ppm)

    assert opening + earned - found.withheld_minor - found.paid_minor == found.closing_minor
    assert min(found.paid_minor, found.withheld_minor) >= 0
    assert (found.fate == Fate.PAY) == (found.paid_minor > 0)
    assert found.paid_minor == 0 or found.paid_minor >= minimum
    assert found.paid_minor == 0 or found.closing_minor == 0
