"""SSI 2007/42, schedule 1, by hand, rule by rule."""

import pytest

from ballots.rules.counting import scottish_stv
from ballots.rules.counting.lot import Lot, TieNeedsLot
from ballots.rules.counting.seats import BadSeats
from tests.ballots.counting.writing import exhausted, papers, table


@pytest.mark.parametrize(("valid", "seats", "quota"), [(6608, 4, 1322), (15, 2, 6), (16, 2, 6), (17, 2, 6), (0, 3, 1)])
def test_quota_is_the_whole_part_plus_one_by_rule_46(valid: int, seats: int, quota: int) -> None:
    result = scottish_stv.count(papers("A B C D E F", f"{valid} A", "7"), seats=seats)

    assert (result.extras["valid"], result.extras["quota"]) == (valid, quota)


def test_reaching_the_quota_elects_by_rule_47() -> None:
    result = scottish_stv.count(papers("A B C", "4 A", "2 B", "1 C"), seats=1)

    assert result.extras["quota"] == 4
    assert result.elected == ("A",)
    assert len(result.rounds) == 1


def test_surplus_moves_whole_piles_at_a_fraction_by_rule_48() -> None:
    result = scottish_stv.count(papers("A B C D", "7 A>B", "3 A>C", "3 B", "3 C>A>D", "1 D>B"), seats=2)

    # Valid 17, quota 6; A's surplus of 4 moves at 4/10 = 0.4; D (1), then C (4.2) is excluded, B fills the last seat.
    assert table(result) == [
        {"A": "10", "B": "3", "C": "3", "D": "1"},
        {"A": "6", "B": "5.80000", "C": "4.20000", "D": "1"},
        {"A": "6", "B": "6.80000", "C": "4.20000", "D": "0"},
    ]
    assert [round_.elected for round_ in result.rounds] == [("A",), (), ("B",)]
    assert [round_.eliminated for round_ in result.rounds] == [(), ("D",), ()]


def test_transfer_value_is_cut_after_five_decimals_by_rule_48_3() -> None:
    result = scottish_stv.count(papers("A B C D", "7 A>B", "2 B", "1 C", "1 D"), seats=2)

    # Valid 11, quota 4; surplus 3 of 7: 0.428571... is cut to 0.42857; 7 * 0.42857 = 2.99999.
    assert table(result)[1] == {"A": "4", "B": "4.99999", "C": "1", "D": "1"}
    assert exhausted(result)[1] == "0.00001"


def test_paper_received_at_a_fraction_moves_on_at_a_fraction_of_it_by_rule_48_4() -> None:
    contest = papers("A B C D", "10 A>B>C", "4 B>D", "1 C", "1 D", "2 D>C")

    result = scottish_stv.count(contest, seats=3)

    # Valid 18, quota 5. A: surplus 5 of 10, each paper 0.5: B has 4 + 5 = 9. B: surplus 4 of 9: papers of 0.5 move at
    # 4 * 0.5 / 9 = 0.22222 to C, papers of 1 at 4 / 9 = 0.44444 to D.
    assert table(result) == [
        {"A": "10", "B": "4", "C": "1", "D": "3"},
        {"A": "5", "B": "9", "C": "1", "D": "3"},
        {"A": "5", "B": "5", "C": "3.22220", "D": "4.77776"},
        {"A": "5", "B": "5", "C": "0", "D": "4.77776"},
    ]
    assert [round_.eliminated for round_ in result.rounds] == [(), (), ("C",), ()]
    assert result.elected == ("A", "B", "D")


def test_papers_without_a_next_preference_take_their_share_along_by_rule_48_1_b() -> None:
    result = scottish_stv.count(papers("A B C D", "4 A", "4 A>B", "2 B", "3 C", "2 D"), seats=2)

    # Quota 6, surplus 2 of 8: all eight papers are worth 0.25, the four without a next preference are lost.
    assert table(result)[1] == {"A": "6", "B": "3", "C": "3", "D": "2"}
    assert exhausted(result)[1] == "1"


def test_largest_surplus_moves_first_by_rule_49_1() -> None:
    result = scottish_stv.count(papers("A B C D E", "8 A>C", "9 B>D", "1 C", "1 D", "1 E"), seats=3)

    assert [transfer.source for round_ in result.rounds for transfer in round_.transfers][:2] == ["B", "A"]
    assert result.elected[:2] == ("B", "A")


def test_equal_surpluses_go_by_the_most_recent_stage_they_differed_by_rule_49_2() -> None:
    contest = papers("A B C D E", "10 A>B", "6 A>C", "2 A>D", "6 B", "8 C", "4 D", "4 E")

    result = scottish_stv.count(contest, seats=4)

    # Valid 40, quota 9. A's surplus of 9 moves at 0.5: B has 6 + 5, C has 8 + 3. C had more in stage 1 and goes first.
    assert table(result)[1] == {"A": "9", "B": "11", "C": "11", "D": "5", "E": "4"}
    assert [transfer.source for round_ in result.rounds for transfer in round_.transfers] == ["A", "C", "B", "E"]
    (tie,) = result.ties
    assert (tie.round, tie.question, tie.between, tie.chosen) == (2, "surplus", ("B", "C"), ("C",))
    assert (tie.broken_by, tie.decided_in) == ("earlier round", 1)


def test_equal_surpluses_in_every_stage_go_to_the_lot_by_rule_49_3() -> None:
    contest = papers("A B C D", "6 A>C", "6 B>D", "1 C", "1 D")

    result = scottish_stv.count(contest, seats=3, lot=Lot("w", "r", "b"))

    tie = result.ties[0]
    assert (tie.round, tie.question, tie.between, tie.broken_by) == (1, "surplus", ("A", "B"), "lot")
    assert (result.rounds[1].transfers[0].source,) == tie.chosen


def test_surpluses_stay_where_no_vacancy_is_left_by_rule_48_1() -> None:
    result = scottish_stv.count(papers("A B C D", "6 A>C", "6 B>D", "1 C", "1 D"), seats=2)

    assert table(result) == [{"A": "6", "B": "6", "C": "1", "D": "1"}]
    assert result.elected == ("A", "B")
    assert result.ties == ()


def test_lowest_is_excluded_one_at_a_time_even_without_votes_by_rule_50_1() -> None:
    result = scottish_stv.count(papers("A B C D", "5 A", "4 B", "1 C>B"), seats=1, lot=Lot("ward"))

    assert [round_.eliminated for round_ in result.rounds] == [("D",), ("C",), ("B",), ()]


def test_excluded_papers_keep_their_value_by_rule_50_4() -> None:
    result = scottish_stv.count(papers("A B C D", "6 A>B>C", "2 B>D", "3 C", "3 D"), seats=2)

    # Valid 14, quota 5: A's surplus of 1 moves at 1/6, cut to 0.16666. B (2.99996) is excluded: 6 papers of 0.16666 go
    # to C, 2 of 1 to D.
    assert table(result) == [
        {"A": "6", "B": "2", "C": "3", "D": "3"},
        {"A": "5", "B": "2.99996", "C": "3", "D": "3"},
        {"A": "5", "B": "0", "C": "3.99996", "D": "5"},
    ]
    assert result.elected == ("A", "D")


def test_equal_lowest_go_by_the_most_recent_stage_they_differed_by_rule_51_2() -> None:
    contest = papers("X C D F E", "10 X", "6 C", "5 D", "1 F>C", "3 F>X", "2 E>D")

    result = scottish_stv.count(contest, seats=1)

    (tie,) = result.ties
    assert (tie.round, tie.between, tie.chosen, tie.broken_by, tie.decided_in) == (
        3,
        ("C", "D"),
        ("C",),
        "earlier round",
        2,
    )
    assert result.rounds[2].eliminated == ("C",)


def test_equal_lowest_in_all_stages_go_to_the_lot_by_rule_51_2_b() -> None:
    contest = papers("A B C", "5 A", "3 B", "3 C", "1 A>B")

    with pytest.raises(TieNeedsLot):
        scottish_stv.count(contest, lot=Lot(strict=True))

    (tie,) = scottish_stv.count(contest, lot=Lot("ward", "root", "17")).ties
    assert (tie.question, tie.between, tie.broken_by) == ("elimination", ("B", "C"), "lot")


def test_last_vacancies_go_to_the_last_who_continue_by_rule_52() -> None:
    result = scottish_stv.count(papers("A B C", "9 A", "2 B", "1 C"), seats=2)

    assert result.extras["quota"] == 5
    assert result.elected == ("A", "B")
    assert [round_.elected for round_ in result.rounds] == [("A",), (), ("B",)]
    assert [round_.eliminated for round_ in result.rounds] == [(), ("C",), ()]


def test_surplus_that_arises_when_the_last_vacancies_are_filled_stays_by_rule_52_2() -> None:
    result = scottish_stv.count(papers("A B C D", "5 A>B", "5 B", "4 C>A", "3 D"), seats=2)

    # Valid 17, quota 6. D, then C are excluded; with C's papers A has 9, and B is the last who continues.
    assert table(result)[2] == {"A": "9", "B": "5", "C": "0", "D": "0"}
    assert result.rounds[2].elected == ("A", "B")
    assert len(result.rounds) == 3


@pytest.mark.parametrize("seats", [3, 5])
def test_no_more_candidates_than_seats_are_all_elected_at_once(seats: int) -> None:
    result = scottish_stv.count(papers("A B C", "1 A", "3 B>A", "2 C"), seats=seats)

    assert result.elected == ("B", "C", "A")
    assert len(result.rounds) == 1


def test_no_papers_fill_the_seats_by_lot() -> None:
    result = scottish_stv.count(papers("A B C D"), seats=2)

    assert len(result.elected) == 2
    assert [tie.broken_by for tie in result.ties] == ["lot", "lot"]
    assert exhausted(result) == ["0", "0", "0"]


def test_papers_all_exhausted_still_fill_the_seats() -> None:
    result = scottish_stv.count(papers("A B C", "2 A", "1 B", "4"), seats=2)

    assert result.elected == ("A", "B")
    assert exhausted(result)[0] == "4"


def test_votes_beyond_machine_numbers_are_exact() -> None:
    whole = 10**16 + 7
    contest = papers("A B C D", f"{7 * whole} A>B", f"{2 * whole} B", f"{whole} C", f"{whole} D")

    result = scottish_stv.count(contest, seats=2)

    quota = 11 * whole // 3 + 1
    value = (7 * whole - quota) * 100_000 // (7 * whole)
    assert result.rounds[1].tallies["A"] == quota * 100_000
    assert result.rounds[1].tallies["B"] == 2 * whole * 100_000 + 7 * whole * value


def test_stv_fills_at_least_one_seat() -> None:
    with pytest.raises(BadSeats, match=r"^There must be at least one seat to fill, not 0\.$"):
        scottish_stv.count(papers("A B", "1 A"), seats=0)
