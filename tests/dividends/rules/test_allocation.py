"""Entitlements to the last minor unit: by hand, and what must hold whatever the holdings."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dividends.rules.allocation import Allocation, Holding, Rounding, allocate, exact
from dividends.rules.refusals import Code, RuleBroken
from tests.dividends.rules.strategies import POTS, RATES, SHARES, holdings, with_shares

D = Decimal


def three(*shares: int, brought: str = "0") -> list[Holding[str]]:
    return [Holding(key, count, D(brought)) for key, count in zip("abc", shares, strict=False)]


def grosses(allocation: Allocation[str]) -> list[int]:
    return [row.gross_minor for row in allocation.rows]


@pytest.mark.parametrize(
    ("shares", "rate", "owed"),
    [
        (4, "0.0034", "0.0136"),
        (546, "2.7", "1474.2"),
        (1, "0.000000000001", "0.000000000001"),
        (0, "1.5", "0"),
        (999_999_999_999_999_999, "999999999999.999999999999", "999999999999999998999999000000.000000000001"),
    ],
)
def test_exact_entitlement_is_shares_times_rate_with_nothing_lost(shares: int, rate: str, owed: str) -> None:
    assert exact(shares, D(rate)) == D(owed)


@given(SHARES, RATES)
def test_exact_entitlement_equals_the_product_of_fractions(shares: int, rate: Decimal) -> None:
    assert Fraction(exact(shares, rate)) == shares * Fraction(rate)


@pytest.mark.parametrize(
    ("rate", "code"),
    [
        ("0.0000000000001", Code.FIGURE_NOT_EXACT),
        ("1.1234567890123", Code.FIGURE_NOT_EXACT),
        ("1E-500", Code.FIGURE_NOT_EXACT),
        ("1000000000000", Code.FIGURE_NOT_EXACT),
        ("1E+999999", Code.FIGURE_NOT_EXACT),
        ("0." + "1" * 200, Code.FIGURE_NOT_EXACT),
        ("NaN", Code.FIGURE_NOT_EXACT),
        ("sNaN", Code.FIGURE_NOT_EXACT),
        ("Infinity", Code.FIGURE_NOT_EXACT),
        ("0", Code.RATE_NOT_POSITIVE),
        ("-0.5", Code.RATE_NOT_POSITIVE),
    ],
)
def test_rate_that_is_not_exact_or_not_positive_is_refused(rate: str, code: Code) -> None:
    with pytest.raises(RuleBroken) as refusal:
        exact(10, D(rate))

    assert refusal.value.code == code


def test_rate_with_more_noughts_than_decimals_is_the_same_rate() -> None:
    assert exact(10, D("0.500000000000000000")) == 5


@pytest.mark.parametrize("rate", [0.5, 1, "0.5"])
def test_rate_that_is_no_decimal_is_refused(rate: object) -> None:
    with pytest.raises(TypeError):
        exact(10, rate)  # type: ignore[arg-type]


def test_floor_of_half_a_penny_keeps_the_halves() -> None:
    # 1, 2 and 5 shares at 0.5p: 0.5, 1 and 2.5, together 4p; paid 0, 1 and 2.
    allocation = allocate(three(1, 2, 5), rounding=Rounding.FLOOR, rate_minor=D("0.5"))

    assert grosses(allocation) == [0, 1, 2]
    assert (allocation.exact_total, allocation.gross_total) == (D(4), 3)
    assert (allocation.residue_minor, allocation.residue_fraction) == (1, D(0))
    assert [row.exact_minor for row in allocation.rows] == [D("0.5"), D(1), D("2.5")]


def test_floor_states_what_is_less_than_a_minor_unit() -> None:
    # 7 and 4 shares at 1.2345p: 8.6415 and 4.938, together 13.5795; paid 8 and 4; kept 1p and 0.5795 of one.
    allocation = allocate(three(7, 4), rounding=Rounding.FLOOR, rate_minor=D("1.2345"))

    assert grosses(allocation) == [8, 4]
    assert (allocation.residue_minor, allocation.residue_fraction) == (1, D("0.5795"))


def test_floor_leaves_a_fraction_brought_from_before_as_it_was() -> None:
    allocation = allocate(three(3, brought="0.9"), rounding=Rounding.FLOOR, rate_minor=D("0.5"))

    assert grosses(allocation) == [1]
    assert (allocation.rows[0].brought_fraction, allocation.rows[0].carried_fraction) == (D("0.9"), D("0.9"))
    assert (allocation.residue_minor, allocation.residue_fraction) == (0, D("0.5"))


def test_carry_over_a_year_pays_what_floor_never_would() -> None:
    # 4 shares at 0.3p a quarter: 1.2, so 1 1 1 and, with 0.8 brought, 2: five pence for 4.8 owed and 0.2 from before.
    brought, paid = D("0.2"), []
    for _ in range(4):
        allocation = allocate([Holding("a", 4, brought)], rounding=Rounding.CARRY, rate_minor=D("0.3"))
        paid.append(allocation.gross_total)
        brought = allocation.carried_total

    assert paid == [1, 1, 1, 2]
    assert brought == 0


def test_carry_retains_nothing() -> None:
    allocation = allocate(three(1, 2, 5, brought="0.5"), rounding=Rounding.CARRY, rate_minor=D("0.5"))

    assert grosses(allocation) == [1, 1, 3]
    assert [row.carried_fraction for row in allocation.rows] == [D(0), D("0.5"), D(0)]
    assert (allocation.residue_minor, allocation.residue_fraction) == (0, D(0))


def test_pot_of_a_pound_over_three_equal_holders_gives_the_odd_penny_to_the_first_key() -> None:
    allocation = allocate(three(5, 5, 5), rounding=Rounding.LARGEST_REMAINDER, pot_minor=100)

    assert grosses(allocation) == [34, 33, 33]
    assert allocation.rows[1].exact_minor == D("33.333333333333")
    assert allocation.rows[1].exact_share == Fraction(100, 3)
    assert (allocation.rows[1].numerator, allocation.rows[1].denominator) == (500, 15)


def test_pot_goes_to_the_largest_remainders_not_to_the_largest_holders() -> None:
    # 10p over 47, 32 and 21 shares: 4.7, 3.2, 2.1; floors 4, 3, 2; the penny left belongs to the 0.7.
    allocation = allocate(three(47, 32, 21), rounding=Rounding.LARGEST_REMAINDER, pot_minor=10)

    assert grosses(allocation) == [5, 3, 2]
    assert (allocation.exact_total, allocation.gross_total, allocation.residue_minor) == (D(10), 10, 0)


def test_pot_compares_remainders_that_twelve_decimals_cannot_tell_apart() -> None:
    # Of 2 over 5*10^14 + 1 shares both smaller holders' parts differ in the 15th decimal only; b holds one more.
    shares = [Holding("a", 10**14), Holding("b", 10**14 + 1), Holding("c", 3 * 10**14)]

    allocation = allocate(shares, rounding=Rounding.LARGEST_REMAINDER, pot_minor=2)

    assert grosses(allocation) == [0, 1, 1]
    assert allocation.rows[0].exact_minor == D("0.399999999999")


def test_rows_stay_in_the_order_of_the_holdings_while_ties_go_by_key() -> None:
    holdings_backwards = [Holding(10, 1), Holding(9, 1), Holding(2, 1)]

    allocation = allocate(holdings_backwards, rounding=Rounding.LARGEST_REMAINDER, pot_minor=2)

    assert [(row.key, row.gross_minor) for row in allocation.rows] == [(10, 0), (9, 1), (2, 1)]


@given(holdings(), RATES, st.sampled_from([Rounding.FLOOR, Rounding.CARRY]))
def test_allocation_of_a_rate_loses_nothing(drawn: list[Holding[int]], rate: Decimal, rounding: Rounding) -> None:
    allocation = allocate(drawn, rounding=rounding, rate_minor=rate)

    exact_total = sum((shares_of.shares * Fraction(rate) for shares_of in drawn), Fraction(0))
    brought = sum((Fraction(holding.brought_fraction) for holding in drawn), Fraction(0))
    assert Fraction(allocation.exact_total) == exact_total
    assert exact_total + brought == allocation.gross_total + Fraction(
        allocation.carried_total
    ) + allocation.residue_minor + Fraction(allocation.residue_fraction)
    assert 0 <= allocation.residue_fraction < 1
    assert 0 <= allocation.residue_minor <= len(drawn)
    assert all(0 <= row.carried_fraction < 1 for row in allocation.rows)


@given(holdings(), RATES)
def test_floor_residue_is_the_floored_total_less_the_floors(drawn: list[Holding[int]], rate: Decimal) -> None:
    allocation = allocate(drawn, rounding=Rounding.FLOOR, rate_minor=rate)

    floors = [int(holding.shares * Fraction(rate)) for holding in drawn]
    total = sum(holding.shares for holding in drawn) * Fraction(rate)
    assert [row.gross_minor for row in allocation.rows] == floors
    assert allocation.residue_minor == int(total) - sum(floors)
    assert Fraction(allocation.residue_fraction) == total - int(total)


@given(st.integers(1, 10**6), st.lists(RATES, min_size=1, max_size=12))
def test_carry_over_many_dividends_pays_the_floor_of_their_sum(shares: int, rates: list[Decimal]) -> None:
    brought, paid = D(0), 0
    for rate in rates:
        allocation = allocate([Holding(1, shares, brought)], rounding=Rounding.CARRY, rate_minor=rate)
        paid += allocation.gross_total
        brought = allocation.carried_total

    owed = shares * sum(map(Fraction, rates), Fraction(0))
    assert paid == int(owed)
    assert Fraction(brought) == owed - int(owed)


@given(holdings(), POTS, st.randoms(use_true_random=False))
def test_pot_is_given_out_exactly_and_whatever_the_order(drawn: list[Holding[int]], pot: int, random: object) -> None:
    assume(with_shares(drawn))
    allocation = allocate(drawn, rounding=Rounding.LARGEST_REMAINDER, pot_minor=pot)
    shuffled = list(drawn)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    again = allocate(shuffled, rounding=Rounding.LARGEST_REMAINDER, pot_minor=pot)

    assert sum(row.gross_minor for row in allocation.rows) == pot == allocation.gross_total
    assert all(abs(row.gross_minor - row.exact_share) < 1 for row in allocation.rows)
    assert all(0 <= row.exact_share - Fraction(row.exact_minor) < Fraction(1, 10**12) for row in allocation.rows)
    assert {row.key: row.gross_minor for row in again.rows} == {row.key: row.gross_minor for row in allocation.rows}


@given(holdings(), POTS)
def test_nobody_with_a_larger_remainder_goes_short_of_the_odd_unit(drawn: list[Holding[int]], pot: int) -> None:
    assume(with_shares(drawn))
    allocation = allocate(drawn, rounding=Rounding.LARGEST_REMAINDER, pot_minor=pot)

    up = [(-(row.exact_share % 1), row.key) for row in allocation.rows if row.gross_minor > row.exact_share // 1]
    down = [(-(row.exact_share % 1), row.key) for row in allocation.rows if row.gross_minor == row.exact_share // 1]
    assert max(up, default=(Fraction(-2), 0)) < min(down, default=(Fraction(1), 0))


@pytest.mark.parametrize(
    ("rounding", "rate", "pot", "code"),
    [
        (Rounding.FLOOR, None, None, Code.RATE_OR_POT),
        (Rounding.FLOOR, D(1), 100, Code.RATE_OR_POT),
        (Rounding.FLOOR, None, 100, Code.ROUNDING_NEEDS_RATE),
        (Rounding.CARRY, None, 100, Code.ROUNDING_NEEDS_RATE),
        (Rounding.LARGEST_REMAINDER, D(1), None, Code.ROUNDING_NEEDS_POT),
        (Rounding.LARGEST_REMAINDER, None, 0, Code.POT_NOT_POSITIVE),
        (Rounding.LARGEST_REMAINDER, None, -1, Code.POT_NOT_POSITIVE),
    ],
)
def test_rate_pot_and_rounding_that_do_not_go_together_are_refused(
    rounding: Rounding, rate: Decimal | None, pot: int | None, code: Code
) -> None:
    with pytest.raises(RuleBroken) as refusal:
        allocate(three(1, 2), rounding=rounding, rate_minor=rate, pot_minor=pot)

    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ([Holding("a", -1)], Code.SHARES_NEGATIVE),
        ([Holding("a", 1), Holding("a", 2)], Code.HOLDER_TWICE),
        ([Holding("a", 1, D(1))], Code.BROUGHT_NOT_A_FRACTION),
        ([Holding("a", 1, D("-0.1"))], Code.BROUGHT_NOT_A_FRACTION),
        ([Holding("a", 1, D("0.0000000000001"))], Code.FIGURE_NOT_EXACT),
    ],
)
def test_holdings_that_cannot_be_are_refused(bad: list[Holding[str]], code: Code) -> None:
    with pytest.raises(RuleBroken) as refusal:
        allocate(bad, rounding=Rounding.FLOOR, rate_minor=D(1))

    assert refusal.value.code == code


@pytest.mark.parametrize("nobody", [[], [Holding("a", 0)]])
def test_pot_with_nobody_to_share_it_is_refused(nobody: list[Holding[str]]) -> None:
    with pytest.raises(RuleBroken) as refusal:
        allocate(nobody, rounding=Rounding.LARGEST_REMAINDER, pot_minor=100)

    assert refusal.value.code == Code.NO_SHARES


def test_rate_on_a_class_nobody_holds_is_nothing() -> None:
    allocation = allocate([], rounding=Rounding.FLOOR, rate_minor=D(1))

    assert (allocation.rows, allocation.gross_total, allocation.residue_minor) == ((), 0, 0)
