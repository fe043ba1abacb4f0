"""Plurality and approval by hand, and the table of methods."""

import pytest

from ballots.rules.counting import approval, plurality
from ballots.rules.counting.lot import Lot, TieNeedsLot
from ballots.rules.counting.methods import Method, count
from ballots.rules.counting.seats import BadSeats
from tests.ballots.counting.writing import exhausted, papers, table


def test_plurality_counts_first_choices_only() -> None:
    result = plurality.count(papers("A B C", "3 A>B", "4 B>A", "2 C>A", "1"), seats=2)

    assert table(result) == [{"A": "3", "B": "4", "C": "2"}]
    assert result.elected == ("B", "A")
    assert exhausted(result) == ["1"]


def test_plurality_paper_with_two_first_choices_counts_for_nobody() -> None:
    result = plurality.count(papers("A B", "3 A=B", "1 B"))

    assert table(result) == [{"A": "0", "B": "1"}]
    assert exhausted(result) == ["3"]


def test_plurality_tie_for_the_last_seat_goes_to_the_lot() -> None:
    result = plurality.count(papers("A B C", "3 A", "2 B", "2 C"), seats=2, lot=Lot("names", "r", "b"))

    (tie,) = result.ties
    assert (tie.question, tie.between, tie.broken_by) == ("election", ("B", "C"), "lot")
    assert result.elected == ("A", *tie.chosen)


def test_plurality_tie_between_elected_is_no_tie() -> None:
    result = plurality.count(papers("A B C", "2 B", "2 A", "1 C"), seats=2, lot=Lot(strict=True))

    assert result.elected == ("A", "B")


@pytest.mark.parametrize("lines", [("3 A>B", "2 B>C", "1 C", "4"), ("3 A=B", "2 B=C", "1 C", "4")])
def test_approval_counts_everybody_named_whatever_the_order(lines: tuple[str, ...]) -> None:
    result = approval.count(papers("A B C", *lines))

    assert result.extras == {"approvals": {"A": 3, "B": 5, "C": 3}, "papers": 10}
    assert result.elected == ("B",)
    assert exhausted(result) == ["4"]


def test_approval_tie_is_not_broken_by_the_order_on_the_papers() -> None:
    with pytest.raises(TieNeedsLot):
        approval.count(papers("A B", "3 A>B"), lot=Lot(strict=True))


@pytest.mark.parametrize("method", [plurality.count, approval.count])
def test_no_seats_are_refused(method) -> None:
    with pytest.raises(BadSeats):
        method(papers("A", "1 A"), seats=0)


@pytest.mark.parametrize("method", list(Method))
def test_every_method_counts_by_its_name(method: Method) -> None:
    result = count(method.value, papers("For Against", "3 For", "1 Against"))

    assert result.as_json()["method"] == method.value
    assert result.elected == ("For",)


def test_special_resolution_is_asked_for_by_name() -> None:
    result = count("resolution", papers("For Against", "2 For", "1 Against"), special=True)

    assert result.elected == ()


def test_resolution_has_no_seats() -> None:
    with pytest.raises(BadSeats):
        count("resolution", papers("For Against", "2 For"), seats=2)


def test_unknown_method_is_refused() -> None:
    with pytest.raises(ValueError, match="borda"):
        count("borda", papers("A", "1 A"))
