"""IRV by hand: what Note [Rounds of IRV] says, sentence by sentence."""

import pytest

from ballots.rules.counting import irv
from ballots.rules.counting.lot import Lot, TieNeedsLot
from ballots.rules.counting.seats import BadSeats
from tests.ballots.counting.writing import exhausted, papers, table


def test_majority_of_first_choices_wins_in_one_round() -> None:
    result = irv.count(papers("A B C", "3 A", "1 B", "1 C"))

    assert table(result) == [{"A": "3", "B": "1", "C": "1"}]
    assert result.elected == ("A",)
    assert result.rounds[0].elected == ("A",)


def test_half_of_the_votes_is_no_majority() -> None:
    result = irv.count(papers("A B C", "3 A", "2 B", "1 C>B"))

    assert table(result)[:2] == [{"A": "3", "B": "2", "C": "1"}, {"A": "3", "B": "3"}]
    assert result.rounds[0].elected == result.rounds[1].elected == ()
    assert result.rounds[0].eliminated == ("C",)
    assert result.rounds[1].eliminated == ("B",)  # tied with A, and fewer votes in round 1
    assert result.elected == ("A",)


def test_loser_passes_papers_to_the_next_who_stands() -> None:
    result = irv.count(papers("A B C D", "6 A", "4 B>D", "3 C>D>B", "2 D>C>B"))

    assert table(result) == [
        {"A": "6", "B": "4", "C": "3", "D": "2"},
        {"A": "6", "B": "4", "C": "5"},
        {"A": "6", "C": "5"},
    ]
    assert [transfer.as_json() for round_ in result.rounds for transfer in round_.transfers] == [
        {"kind": "exclusion", "from": "D", "to": {"C": "2.00000"}, "exhausted": "0.00000"},
        {"kind": "exclusion", "from": "B", "to": {}, "exhausted": "4.00000"},
    ]
    assert exhausted(result) == ["0", "0", "4"]


def test_candidates_without_votes_leave_together_in_a_round_of_their_own() -> None:
    result = irv.count(papers("A B C D E", "2 A", "2 B", "1 C>A"))

    assert [round_.eliminated for round_ in result.rounds] == [("D", "E"), ("C",), ()]
    assert table(result) == [
        {"A": "2", "B": "2", "C": "1", "D": "0", "E": "0"},
        {"A": "2", "B": "2", "C": "1"},
        {"A": "3", "B": "2"},
    ]
    assert result.ties == ()


def test_exhausted_papers_leave_the_majoritys_reckoning() -> None:
    result = irv.count(papers("A B C", "4 A", "3 B", "2 C"))

    assert table(result) == [{"A": "4", "B": "3", "C": "2"}, {"A": "4", "B": "3"}]
    assert exhausted(result) == ["0", "2"]
    assert result.elected == ("A",)


def test_tie_goes_by_the_latest_round_in_which_the_tied_differed() -> None:
    result = irv.count(papers("X C D F E", "10 X", "6 C", "5 D", "1 F>C", "3 F>X", "2 E>D"))

    # C led D in round 1 (6 to 5), D led C in round 2 (7 to 6), both hold 7 in round 3: C leaves.
    assert table(result)[1:3] == [{"X": "10", "C": "6", "D": "7", "F": "4"}, {"X": "13", "C": "7", "D": "7"}]
    assert result.rounds[2].eliminated == ("C",)
    (tie,) = result.ties
    assert (tie.round, tie.question, tie.between, tie.chosen) == (3, "elimination", ("C", "D"), ("C",))
    assert (tie.broken_by, tie.decided_in, tie.lot) == ("earlier round", 2, None)


def test_tie_in_every_round_goes_to_the_lot() -> None:
    result = irv.count(papers("A B C", "3 A", "2 B", "2 C"), lot=Lot("Beer 2026", "root", "beacon"))

    (tie,) = result.ties
    assert (tie.round, tie.between, tie.broken_by) == (1, ("B", "C"), "lot")
    assert tie.lot is not None
    assert tie.lot["label"] == "Beer 2026, round 1, elimination"
    assert tie.chosen == (tie.lot["order"][0],) == result.rounds[0].eliminated


def test_tie_in_a_strict_count_waits_for_the_beacon() -> None:
    contest = papers("A B C", "3 A", "2 B", "2 C")

    with pytest.raises(TieNeedsLot, match=r"^Round 1: elimination is a tie between B, C; it needs the public lot\.$"):
        irv.count(contest, lot=Lot("Beer 2026", strict=True))

    assert irv.count(contest, lot=Lot("Beer 2026", "root", "beacon", strict=True)).elected == ("A",)


def test_strict_count_without_a_tie_needs_no_beacon() -> None:
    assert irv.count(papers("A B", "2 A", "1 B"), lot=Lot(strict=True)).elected == ("A",)


def test_paper_with_equal_ranks_counts_up_to_them() -> None:
    result = irv.count(papers("A B C", "3 A", "2 B", "2 C>A=B", "1 A=B>C"))

    assert table(result)[0] == {"A": "3", "B": "2", "C": "2"}
    assert exhausted(result)[0] == "1"


def test_no_papers_leave_everything_to_the_lot() -> None:
    result = irv.count(papers("A B C"))

    assert table(result) == [dict.fromkeys(sorted(round_.tallies), "0") for round_ in result.rounds]
    assert [len(round_.tallies) for round_ in result.rounds] == [3, 2, 1]
    assert [tie.broken_by for tie in result.ties] == ["lot", "lot"]
    assert len(result.elected) == 1


def test_one_candidate_wins_even_without_votes() -> None:
    assert irv.count(papers("A", "2")).elected == ("A",)
    assert exhausted(irv.count(papers("A", "2"))) == ["2"]


def test_no_candidates_elect_nobody() -> None:
    assert irv.count(papers("")).as_json()["elected"] == []


def test_withdrawn_candidate_never_stood() -> None:
    contest = papers("A B C", "2 A", "2 B>A", "3 C>B", "1 C")

    result = irv.count(contest.without([2]))

    assert result.candidates == ("A", "B")
    assert table(result) == [{"A": "2", "B": "5"}]
    assert exhausted(result) == ["1"]


@pytest.mark.parametrize("seats", [0, 2])
def test_irv_fills_one_seat_only(seats: int) -> None:
    with pytest.raises(BadSeats):
        irv.count(papers("A B", "1 A"), seats=seats)
