"""Schulze's method, with the examples its author worked, and Debian's options by hand."""

from fractions import Fraction

import pytest

from ballots.rules.counting import debian, schulze
from ballots.rules.counting.debian import DefaultOption
from ballots.rules.counting.seats import BadSeats
from tests.ballots.counting.writing import papers


def test_author_s_first_example_ranks_as_he_prints() -> None:
    # The 45 papers of the example in Wikipedia's "Schulze method", after Schulze's papers: E > A > C > B > D.
    contest = papers(
        "A B C D E",
        *("5 A>C>B>E>D", "5 A>D>E>C>B", "8 B>E>D>A>C", "3 C>A>B>E>D", "7 C>A>E>B>D", "2 C>B>A>D>E"),
        *("7 D>C>E>B>A", "8 E>B>A>D>C"),
    )

    result = schulze.count(contest)

    assert result.extras["pairwise"] == [
        [None, 20, 26, 30, 22],
        [25, None, 16, 33, 18],
        [19, 29, None, 17, 24],
        [15, 12, 28, None, 14],
        [23, 27, 21, 31, None],
    ]
    assert result.extras["strongest_paths"] == [
        [None, 28, 28, 30, 24],
        [25, None, 28, 33, 24],
        [25, 29, None, 29, 24],
        [25, 28, 28, None, 24],
        [25, 28, 28, 31, None],
    ]
    assert result.extras["ranking"] == [["E"], ["A"], ["C"], ["B"], ["D"]]
    assert result.elected == ("E",)


def test_unranked_are_equals_below_all_ranked() -> None:
    result = schulze.count(papers("A B C", "3 A", "2 B=C"))

    assert result.extras["pairwise"] == [[None, 3, 3], [2, None, 0], [2, 0, None]]


def test_several_seats_take_the_first_of_the_ranking() -> None:
    result = schulze.count(papers("A B C", "3 A>B>C", "2 B>A>C"), seats=2)

    assert result.elected == ("A", "B")
    assert result.extras["smith_set"] == ["A"]


def test_tie_goes_to_first_preferences() -> None:
    # A and B beat C and draw; A has more first preferences.
    result = schulze.count(papers("A B C", "3 A>B", "1 C>B>A", "2 B>A"))

    (tie,) = result.ties
    assert (tie.between, tie.chosen, tie.broken_by) == (("A", "B"), ("A",), "first preferences")
    assert result.elected == ("A",)


def test_tie_in_first_preferences_goes_to_the_lot() -> None:
    result = schulze.count(papers("A B", "1 A", "1 B"))

    assert result.ties[0].broken_by == "lot"
    assert result.ties[0].as_json()["lot"]["default"] is True


def test_quorum_drops_who_too_few_rank_above_the_default() -> None:
    contest = papers("A B None", "4 A>None", "6 B>A>None", "1 None")

    result = schulze.count(contest, default=DefaultOption(2, quorum=Fraction("10.5")))

    assert result.extras["dropped"] == [
        {"option": "A", "reason": "quorum", "for": 10, "against": 1},
        {"option": "B", "reason": "quorum", "for": 6, "against": 5},
    ]
    assert result.elected == ("None",)


def test_quorum_is_reached_by_exactly_as_many() -> None:
    contest = papers("A None", "10 A>None")

    assert schulze.count(contest, default=DefaultOption(1, quorum=10)).elected == ("A",)


@pytest.mark.parametrize(("strictly", "elected"), [(False, "A"), (True, "None")])
def test_supermajority_reached_exactly_passes_since_2016_only(strictly: bool, elected: str) -> None:
    contest = papers("A None", "3 A>None", "1 None>A")

    result = schulze.count(contest, default=DefaultOption(1, majorities={0: 3}, strictly=strictly))

    assert result.elected == (elected,)


def test_plain_majority_over_the_default_must_be_more_than_half() -> None:
    result = schulze.count(papers("A None", "2 A>None", "2 None>A"), default=DefaultOption(1))

    assert [drop["reason"] for drop in result.extras["dropped"]] == ["majority"]
    assert result.elected == ("None",)


def test_dropped_option_takes_no_part_though_it_beats_everybody() -> None:
    contest = papers("A B None", "6 A>B>None", "4 B>None>A")

    result = schulze.count(contest, default=DefaultOption(2, majorities={0: 3}))

    assert result.elected == ("B",)


def test_weakest_defeat_of_a_circle_is_dropped() -> None:
    # A beats B 8:4, B beats C 9:3, C beats A 7:5: the defeat of A by C is the weakest.
    contest = papers("A B C None", "5 A>B>C>None", "4 B>C>A>None", "3 C>A>B>None")

    result = schulze.count(contest, default=DefaultOption(3))

    assert result.extras["schwartz_set"] == ["A"]
    assert result.elected == ("A",)


def test_defeat_with_more_votes_against_it_is_the_weaker_of_equals() -> None:
    # A beats B 5:1 and C beats A 5:3, B beats C 6:0: equal winning votes, the defeat of A has more against it.
    matrix = [[0, 5, 3, 9], [1, 0, 6, 9], [5, 0, 0, 9], [0, 0, 0, 0]]

    assert debian.decide(matrix, DefaultOption(3)).winners == [0]


def test_all_equal_defeats_of_a_circle_are_dropped_together() -> None:
    contest = papers("A B C None", "1 A>B>C>None", "1 B>C>A>None", "1 C>A>B>None")

    result = schulze.count(contest, default=DefaultOption(3))

    assert result.extras["schwartz_set"] == ["A", "B", "C"]
    assert result.ties[0].broken_by == "lot"


def test_default_option_outside_the_options_is_refused() -> None:
    with pytest.raises(ValueError, match="not among the options"):
        schulze.count(papers("A B", "1 A"), default=DefaultOption(2))


def test_default_option_leaves_one_seat() -> None:
    with pytest.raises(BadSeats):
        schulze.count(papers("A B", "1 A"), seats=2, default=DefaultOption(1))
