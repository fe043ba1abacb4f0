"""Paid or kept: the jar."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dividends.rules.jar import Fate, Jar, jar
from dividends.rules.refusals import Code, RuleBroken

AMOUNTS = st.integers(0, 10**12)


@pytest.mark.parametrize(
    ("open_minor", "minimum", "threshold", "expected"),
    [
        (99, 100, 0, Jar(Fate.KEEP, 0, 99, 990)),
        (100, 100, 0, Jar(Fate.PAY, 100, 0, 1000)),
        (250, 100, 0, Jar(Fate.PAY, 250, 0, 1000)),
        (250, 100, 1000, Jar(Fate.KEEP, 0, 250, 250)),
        (250, 1000, 100, Jar(Fate.KEEP, 0, 250, 250)),
        (0, 100, 0, Jar(Fate.NOTHING, 0, 0, 0)),
        (0, 0, 0, Jar(Fate.NOTHING, 0, 0, 0)),
        (1, 0, 0, Jar(Fate.PAY, 1, 0, 1000)),
        (99_999, 100_000, 0, Jar(Fate.KEEP, 0, 99_999, 999)),
    ],
)
def test_open_sum_is_paid_from_the_minimum_on(open_minor: int, minimum: int, threshold: int, expected: Jar) -> None:
    assert jar(open_minor, minimum_minor=minimum, threshold_minor=threshold) == expected


@given(AMOUNTS, AMOUNTS, AMOUNTS)
def test_jar_is_full_exactly_when_it_is_paid(open_minor: int, minimum: int, threshold: int) -> None:
    found = jar(open_minor, minimum_minor=minimum, threshold_minor=threshold)

    assert found.pay_minor + found.keep_minor == open_minor
    assert 0 in (found.pay_minor, found.keep_minor)
    assert (found.level_permille == 1000) == (found.fate == Fate.PAY) == (found.pay_minor > 0)
    assert 0 <= found.level_permille <= 1000


@pytest.mark.parametrize("amounts", [(-1, 0, 0), (1, -1, 0), (1, 0, -1)])
def test_jar_of_negative_amounts_is_refused(amounts: tuple[int, int, int]) -> None:
    open_minor, minimum, threshold = amounts
    with pytest.raises(RuleBroken) as refusal:
        jar(open_minor, minimum_minor=minimum, threshold_minor=threshold)

    assert refusal.value.code == Code.AMOUNT_NEGATIVE
