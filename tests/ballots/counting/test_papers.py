"""Papers: what is taken, what is refused and with which sentence."""

import numpy as np
import pytest

from ballots.rules.counting.papers import TOTAL_MAX, BadPapers, Papers, Row
from tests.ballots.counting.writing import papers


def test_rows_become_rankings_padded_with_zeros() -> None:
    made = Papers.of(["A", "B", "C"], [(2, [(2,), (0,)]), (1, []), (5, [(1,)])])

    assert made.rankings is not None
    assert made.rankings.tolist() == [[3, 1], [0, 0], [2, 0]]
    assert made.rankings.dtype == np.uint8
    assert made.weights.tolist() == [2, 1, 5]
    assert made.levels is None
    assert made.total == 8


def test_rows_with_equal_ranks_become_levels() -> None:
    made = Papers.of(["A", "B", "C"], [(2, [(2, 0), (1,)]), (1, [(1,)])])

    assert made.rankings is None
    assert made.levels is not None
    assert made.levels.tolist() == [[1, 2, 1], [0, 1, 0]]


@pytest.mark.parametrize("lines", [("2 A>C", "1 B", "0 A", "3"), ("1 A=B>C", "2 C", "1")])
def test_rows_come_back_as_they_went_in(lines: tuple[str, ...]) -> None:
    made = papers("A B C", *lines)

    again = Papers.of(made.candidates, made.rows())

    assert again.rows() == made.rows()
    assert [weight for weight, _ in made.rows()] == [int(line.split()[0]) for line in lines]


def test_order_ends_before_the_first_equal_ranks() -> None:
    made = papers("A B C D", "1 A>B=C>D", "1 A=B", "1 D>C")

    assert made.ordered().tolist() == [[1, 0], [0, 0], [4, 3]]


def test_withdrawn_candidates_leave_no_trace() -> None:
    made = papers("A B C D", "1 A>B>C", "2 B", "3 D>B>A", "1 B=C>A").without([1])

    assert made.candidates == ("A", "C", "D")
    assert made.rows() == [(1, ((0,), (1,))), (2, ()), (3, ((2,), (0,))), (1, ((1,), (0,)))]


def test_withdrawing_nobody_who_stands_is_refused() -> None:
    with pytest.raises(BadPapers, match=r"^A withdrawn candidate is not among the candidates\.$"):
        papers("A B", "1 A").without([2])


def test_more_than_255_candidates_are_numbered() -> None:
    names = [f"Beer {number}" for number in range(300)]

    made = Papers.of(names, [(1, [(299,), (0,)])])

    assert made.ordered().tolist() == [[300, 1]]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ((-1, [(0,)]), "Row 2 has a weight below zero."),
        ((1.0, [(0,)]), "Row 2 has a weight that is not a whole number."),
        ((True, [(0,)]), "Row 2 has a weight that is not a whole number."),
        ((1, [(3,)]), "Row 2 names a candidate who is not there."),
        ((1, [(-1,)]), "Row 2 names a candidate who is not there."),
        ((1, [(0,), (1,), (0,)]), "Row 2 names a candidate twice."),
        ((1, [(0, 0)]), "Row 2 names a candidate twice."),
        ((1, [(0,), (), (1,)]), "Row 2 leaves a gap in its ranking."),
        ((TOTAL_MAX, [(0,)]), f"The weights of all papers together exceed {TOTAL_MAX}."),
    ],
)
def test_bad_row_is_refused_by_its_number(row: Row, sentence: str) -> None:
    with pytest.raises(BadPapers) as refusal:
        Papers.of(["A", "B", "C"], [(1, [(0,)]), row])

    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("rankings", "weights", "sentence"),
    [
        ([[1, 2], [2, 2]], [1, 1], "Row 2 names a candidate twice."),
        ([[1, 2], [0, 2]], [1, 1], "Row 2 leaves a gap in its ranking."),
        ([[1, 2], [3, 0]], [1, 1], "Row 2 names a candidate who is not there."),
        ([[1, 2], [2, 0]], [1, -1], "Row 2 has a weight below zero."),
        ([[1, 2]], [1, 1], "Rankings need one row of unsigned integers for each paper."),
        ([[1, 2], [2, 0]], [TOTAL_MAX, 1], f"The weights of all papers together exceed {TOTAL_MAX}."),
    ],
)
def test_bad_arrays_are_refused(rankings: list[list[int]], weights: list[int], sentence: str) -> None:
    with pytest.raises(BadPapers) as refusal:
        Papers(("A", "B"), np.array(rankings, dtype=np.uint8), np.array(weights, dtype=np.int64))

    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("names", "sentence"),
    [(["A", "A"], "Two candidates are named “A”."), (["A", " "], "Candidate 2 has no name.")],
)
def test_candidates_need_names_of_their_own(names: list[str], sentence: str) -> None:
    with pytest.raises(BadPapers) as refusal:
        Papers.of(names, [])

    assert str(refusal.value) == sentence


def test_papers_have_either_rankings_or_levels() -> None:
    with pytest.raises(BadPapers):
        Papers(("A",), None, np.zeros(0, dtype=np.int64))


@pytest.mark.parametrize("levels", [[[1]], [[1, 2, 3], [0, 0, 0]]])
def test_levels_of_another_shape_are_refused(levels: list[list[int]]) -> None:
    with pytest.raises(BadPapers):
        Papers(("A", "B"), None, np.ones(2, dtype=np.int64), np.array(levels, dtype=np.uint8))
