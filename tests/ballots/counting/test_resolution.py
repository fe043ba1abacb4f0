"""Resolutions: T16 to T19 and T37 of the rules for general meetings, by hand."""

import pytest

from ballots.rules.counting import resolution
from ballots.rules.counting.papers import BadPapers
from ballots.rules.counting.resolution import Outcome, percent
from tests.ballots.counting.writing import papers


@pytest.mark.parametrize(
    ("votes_for", "votes_against", "passed"), [(2, 1, True), (1, 1, False), (1, 2, False), (0, 0, False), (1, 0, True)]
)
def test_ordinary_resolution_needs_more_for_than_against(votes_for: int, votes_against: int, passed: bool) -> None:
    assert Outcome(votes_for, votes_against).passed is passed


@pytest.mark.parametrize(
    ("votes_for", "votes_against", "passed"),
    [(75, 25, True), (7_500_000, 2_500_000, True), (7_499_999, 2_500_001, False), (0, 0, False), (3, 1, True)],
)
def test_special_resolution_needs_three_quarters(votes_for: int, votes_against: int, passed: bool) -> None:
    assert Outcome(votes_for, votes_against, special=True).passed is passed


def test_special_resolution_is_exact_where_fractions_would_not_be() -> None:
    assert not Outcome(3 * 10**17 - 1, 10**17, special=True).passed
    assert Outcome(3 * 10**17, 10**17, special=True).passed


def test_votes_withheld_change_neither_result_nor_percentages() -> None:
    counted = resolution.count(papers("For Against Withheld", "3 For", "1 Against", "96 Withheld"), special=True)

    assert counted.extras == {
        "kind": "special",
        "for": 3,
        "against": 1,
        "withheld": 96,
        "cast": 4,
        "for_percent": "75.00",
        "against_percent": "25.00",
        "passed": True,
    }
    assert counted.elected == ("For",)


def test_split_holding_votes_each_way_and_the_unused_rest_nowhere() -> None:
    counted = resolution.count(papers("For Against Withheld", "70 For", "20 Against", "5 Withheld", "5"))

    assert [counted.extras[key] for key in ("for", "against", "withheld", "cast")] == [70, 20, 5, 90]
    assert counted.as_json()["rounds"][0]["exhausted"] == "5.00000"


def test_nobody_voting_carries_nothing_and_has_no_percentages() -> None:
    counted = resolution.count(papers("For Against Withheld", "9 Withheld"))

    assert counted.elected == ()
    assert (counted.extras["passed"], counted.extras["for_percent"]) == (False, None)


@pytest.mark.parametrize("names", ["Against For Withheld", "no YES", "abstain against for"])
def test_options_are_known_by_their_names_in_any_order(names: str) -> None:
    votes = {"for": 5, "yes": 5, "against": 2, "no": 2, "withheld": 1, "abstain": 1}

    counted = resolution.count(papers(names, *(f"{votes[name.lower()]} {name}" for name in names.split())))

    assert (counted.extras["for"], counted.extras["against"]) == (5, 2)


def test_options_of_other_names_stand_in_the_order_for_against_withheld() -> None:
    counted = resolution.count(papers("Đồng_ý Phản_đối Không_bỏ_phiếu", "5 Đồng_ý", "2 Phản_đối", "1 Không_bỏ_phiếu"))

    assert [counted.extras[key] for key in ("for", "against", "withheld")] == [5, 2, 1]


@pytest.mark.parametrize("names", ["For", "For Against Withheld More", "For Yes", "For Maybe", "For Withheld"])
def test_options_that_do_not_say_what_they_mean_are_refused(names: str) -> None:
    with pytest.raises(BadPapers):
        resolution.count(papers(names))


@pytest.mark.parametrize(
    ("part", "whole", "printed"),
    [(1, 3, "33.33"), (2, 3, "66.67"), (1, 8, "12.50"), (12_345, 100_000, "12.35"), (12_344, 100_000, "12.34")],
)
def test_percentages_round_half_up_to_two_decimals(part: int, whole: int, printed: str) -> None:
    assert percent(part, whole) == printed


@pytest.mark.parametrize(("part", "whole", "printed"), [(0, 7, "0.00"), (7, 7, "100.00"), (1, 10**9, "0.00")])
def test_percentages_at_the_ends(part: int, whole: int, printed: str) -> None:
    assert percent(part, whole) == printed


def test_votes_below_zero_are_refused() -> None:
    with pytest.raises(ValueError, match="never below zero"):
        Outcome(-1, 2)
