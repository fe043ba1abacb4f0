"""What finance sees before it proposes: the measured table of 200,000 holders, and small sums by hand."""

import random
from collections import Counter
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given

from dividends.rules.allocation import Holding, Rounding, allocate
from dividends.rules.measure import Method
from dividends.rules.preview import Preview, preview
from dividends.rules.refusals import Code, RuleBroken
from tests.dividends.rules.strategies import RATES, holdings

D = Decimal
DRAWN_FROM = [1, 2, 2, 2, 4, 4, 6, 8, 10, 20, 40, 100, 546]
HOLDERS = 200_000
RATES_MEASURED = ["0.0034", "0.5", "1.2345", "2.7"]


@pytest.fixture(scope="module")
def many() -> list[Holding[int]]:
    """200,000 holders drawn as in the measurement this table repeats."""
    draw = random.Random(830)
    return [Holding(key, draw.choice(DRAWN_FROM)) for key in range(HOLDERS)]


@pytest.fixture(scope="module")
def previews(many: list[Holding[int]]) -> dict[str, Preview]:
    return {rate: preview(many, D(rate), minimum_minor=100) for rate in RATES_MEASURED}


def part_kept(seen: Preview, method: Method) -> float:
    """Return the residue in per cent of the exact total."""
    return float(100 * seen.outcome(method).residue / seen.exact_total)


@pytest.mark.parametrize(
    ("rate", "floor", "half_even", "half_up", "owed_nothing"),
    [  # per cent of the total, and of the holders
        ("0.0034", 60.6, 21.1, 21.1, 92.4),
        ("0.5", 0.134, 0.134, -0.134, 7.7),
        ("1.2345", 0.732, 0.297, 0.297, 0),
        ("2.7", 0.225, 0.0256, 0.0256, 0),
    ],
)
def test_residue_of_small_holdings_has_the_measured_shape(
    previews: dict[str, Preview], rate: str, floor: float, half_even: float, half_up: float, owed_nothing: float
) -> None:
    seen = previews[rate]

    assert part_kept(seen, Method.FLOOR) == pytest.approx(floor, rel=0.03)
    assert part_kept(seen, Method.HALF_EVEN) == pytest.approx(half_even, rel=0.06)
    assert part_kept(seen, Method.HALF_UP) == pytest.approx(half_up, rel=0.06)
    assert 100 * seen.outcome(Method.FLOOR).owed_nothing / HOLDERS == pytest.approx(owed_nothing, rel=0.03)


@pytest.mark.parametrize("rate", RATES_MEASURED)
def test_residue_of_small_holdings_is_that_of_each_size_times_its_holders(
    many: list[Holding[int]], previews: dict[str, Preview], rate: str
) -> None:
    sizes = Counter(holding.shares for holding in many)
    expected = sum((count * (size * Fraction(rate) % 1) for size, count in sizes.items()), Fraction(0))

    floor = previews[rate].outcome(Method.FLOOR)
    assert Fraction(floor.residue) == expected
    assert floor.gross_total == sum(count * int(size * Fraction(rate)) for size, count in sizes.items())
    assert previews[rate].handed_out == int(expected)
    assert 0 <= previews[rate].outcome(Method.LARGEST_REMAINDER).residue < 1
    assert previews[rate].outcome(Method.CARRY).residue == 0


def test_half_up_at_half_a_penny_overpays_by_what_floor_keeps(previews: dict[str, Preview]) -> None:
    seen = previews["0.5"]

    assert seen.outcome(Method.HALF_UP).residue == -seen.outcome(Method.FLOOR).residue
    assert [outcome.method for outcome in seen.outcomes if outcome.overpays] == [Method.HALF_UP]


def test_half_even_at_half_a_penny_keeps_as_much_as_floor(previews: dict[str, Preview]) -> None:
    # Only holders of one share have a half, and a half beside nought goes to nought: half-even cures nothing.
    seen = previews["0.5"]

    assert seen.outcome(Method.HALF_EVEN).residue == seen.outcome(Method.FLOOR).residue


def test_preview_by_hand_shows_every_method() -> None:
    # 1, 3 and 5 shares at 0.5p: 0.5, 1.5, 2.5, together 4.5p.
    seen = preview([Holding("a", 1), Holding("b", 3), Holding("c", 5)], D("0.5"), minimum_minor=2)

    assert {
        outcome.method: (outcome.gross_total, outcome.residue, outcome.owed_nothing, outcome.below_minimum)
        for outcome in seen.outcomes
    } == {
        Method.FLOOR: (3, D("1.5"), 1, 1),
        Method.CARRY: (3, D(0), 1, 1),
        Method.LARGEST_REMAINDER: (4, D("0.5"), 0, 2),
        Method.HALF_EVEN: (4, D("0.5"), 1, 0),
        Method.HALF_UP: (6, D("-1.5"), 0, 1),
    }
    assert (seen.holders, seen.total_shares, seen.exact_total, seen.handed_out) == (3, 9, D("4.5"), 1)


def test_preview_sums_what_stays_below_the_minimum() -> None:
    # 10, 90 and 100 shares at 1p with a minimum of 100p: two stay in the jar with 100p between them.
    seen = preview([Holding("a", 10), Holding("b", 90), Holding("c", 100)], D(1), minimum_minor=100)

    floor = seen.outcome(Method.FLOOR)
    assert (floor.owed_nothing, floor.below_minimum, floor.below_minimum_minor) == (0, 2, 100)


def test_preview_of_a_pot_gives_it_out_and_knows_no_carry() -> None:
    seen = preview([Holding("a", 5), Holding("b", 5), Holding("c", 5)], pot_minor=100)

    assert [outcome.method for outcome in seen.outcomes] == [
        Method.FLOOR,
        Method.LARGEST_REMAINDER,
        Method.HALF_EVEN,
        Method.HALF_UP,
    ]
    assert seen.outcome(Method.LARGEST_REMAINDER).residue == 0
    assert seen.outcome(Method.FLOOR).residue == 1


@given(holdings(), RATES)
def test_preview_says_what_allocation_then_does(drawn: list[Holding[int]], rate: Decimal) -> None:
    seen = preview(drawn, rate)

    for rounding in (Rounding.FLOOR, Rounding.CARRY):
        done = allocate(drawn, rounding=rounding, rate_minor=rate)
        outcome = seen.outcome(Method(rounding.value))
        assert outcome.gross_total == done.gross_total
        assert outcome.residue == done.residue_minor + done.residue_fraction
        assert outcome.carried_total == done.carried_total
        assert outcome.owed_nothing == sum(row.gross_minor == 0 for row in done.rows)


def test_preview_without_rate_or_pot_is_refused() -> None:
    with pytest.raises(RuleBroken) as refusal:
        preview([Holding("a", 1)])

    assert refusal.value.code == Code.RATE_OR_POT
