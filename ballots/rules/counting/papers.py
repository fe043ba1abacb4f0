"""Ballot papers as numbers: what every method counts.

Candidates are numbered from 0 where a row is handed in, and from 1 inside ``rankings``, where 0 means nothing.
A paper of weight w counts as w papers. A paper that ranks nobody is kept: it is exhausted from the first round.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import Self

import numpy as np
from numpy.typing import NDArray

# The largest total of all weights: every sum of weights then fits a signed 64-bit integer.
TOTAL_MAX = 2**63 - 1


class BadPapers(ValueError):
    """Papers that no method may count; the sentence names the row (from 1) and the reason."""


Row = tuple[int, Sequence[Sequence[int]]]


@dataclass(frozen=True, eq=False)
class Papers:
    """The papers of one contest, checked when made.

    ``rankings`` (papers, places): numbers of candidates from 1 in order of preference, 0 after the last; None where
    some paper ranks candidates equally. ``weights`` (papers,): at least 0. ``levels`` (papers, candidates): the rank of
    each candidate from 1 on each paper, 0 where unranked; only where some paper ranks candidates equally, else None.

    Raises ``BadPapers``: a name missing or given twice, shapes that do not match, a candidate who is not there or
    stands twice on a paper, a gap, a negative weight, a total above ``TOTAL_MAX``.
    """

    candidates: tuple[str, ...]
    rankings: NDArray[np.unsignedinteger] | None
    weights: NDArray[np.int64]
    levels: NDArray[np.unsignedinteger] | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be counted, before anybody counts it."""
        _check_names(self.candidates)
        _check_weights(self.weights)
        if (self.rankings is None) == (self.levels is None):
            raise BadPapers("Papers have either rankings or levels.")
        if self.rankings is not None:
            _check_rankings(self.rankings, len(self.candidates), len(self.weights))
        if self.levels is not None:
            _check_levels(self.levels, len(self.candidates), len(self.weights))

    @classmethod
    def of(cls, candidates: Sequence[str], rows: Iterable[Row]) -> Self:
        """Return papers from rows ``(weight, ranks)``: each rank a tuple of candidate numbers from 0, best first.

        Raises ``BadPapers`` with the row's number; a rank of no candidates is a gap and refused.
        """
        names = tuple(candidates)
        _check_names(names)
        weights: list[int] = []
        papers: list[Sequence[Sequence[int]]] = []
        for number, (weight, ranks) in enumerate(rows, start=1):
            _check_row(number, weight, ranks, len(names))
            weights.append(weight)
            papers.append(ranks)
        if sum(weights) > TOTAL_MAX:
            raise BadPapers(f"The weights of all papers together exceed {TOTAL_MAX}.")
        array = np.array(weights, dtype=np.int64)
        if any(len(rank) > 1 for ranks in papers for rank in ranks):
            return cls(names, None, array, _levels(papers, len(names)))
        return cls(names, _rankings(papers, len(names)), array)

    @cached_property
    def total(self) -> int:
        """The weight of all papers, blank ones included."""
        return int(self.weights.sum(dtype=np.int64))

    def rows(self) -> list[tuple[int, tuple[tuple[int, ...], ...]]]:
        """Return the papers as rows of the kind ``of`` takes."""
        orders: list[tuple[tuple[int, ...], ...]] = []
        if self.rankings is not None:
            orders = [tuple((place - 1,) for place in row if place) for row in self.rankings.tolist()]
        elif self.levels is not None:
            orders = [_ranks_of(row) for row in self.levels.tolist()]
        return list(zip(self.weights.tolist(), orders, strict=True))

    def ordered(self) -> NDArray[np.unsignedinteger]:
        """Return the rankings; where papers rank equally, each order ends before its first rank of several candidates.

        For the methods that follow one preference at a time. The Scottish statute too follows preferences only while
        they are "in consecutive order" (SSI 2007/42, art. 2, "next available preference").
        """
        if self.rankings is not None:
            return self.rankings
        cut = [list(takewhile(lambda rank: len(rank) == 1, ranks)) for _, ranks in self.rows()]
        return _rankings(cut, len(self.candidates))

    def without(self, withdrawn: Collection[int]) -> "Papers":
        """Return papers as if the candidates of these numbers (from 0) had never stood: those after them move up."""
        gone = set(withdrawn)
        if not gone <= set(range(len(self.candidates))):
            raise BadPapers("A withdrawn candidate is not among the candidates.")
        staying = [number for number in range(len(self.candidates)) if number not in gone]
        renumbered = {old: new for new, old in enumerate(staying)}
        rows = []
        for weight, ranks in self.rows():
            kept = (tuple(renumbered[number] for number in rank if number not in gone) for rank in ranks)
            rows.append((weight, tuple(rank for rank in kept if rank)))
        return Papers.of([self.candidates[number] for number in staying], rows)


def smallest_type(candidates: int) -> type[np.unsignedinteger]:
    """Return the smallest unsigned type that holds the numbers of that many candidates."""
    return np.uint8 if candidates < 256 else np.uint16


def _check_names(candidates: tuple[str, ...]) -> None:
    if len(candidates) >= 2**16:
        raise BadPapers(f"There are {len(candidates)} candidates; the most is {2**16 - 1}.")
    seen: set[str] = set()
    for number, name in enumerate(candidates, start=1):
        if not name.strip():
            raise BadPapers(f"Candidate {number} has no name.")
        if name in seen:
            raise BadPapers(f"Two candidates are named “{name}”.")
        seen.add(name)


def _check_weights(weights: NDArray[np.int64]) -> None:
    if weights.ndim != 1 or weights.dtype != np.int64:
        raise BadPapers("Weights are one row of 64-bit integers.")
    if weights.size and int(weights.min()) < 0:
        raise BadPapers(f"Row {int(weights.argmin()) + 1} has a weight below zero.")
    # Halves of 32 bits cannot overflow: fewer than 2**31 papers fit in memory.
    total = (int((weights >> 32).sum()) << 32) + int((weights & 0xFFFFFFFF).sum())
    if total > TOTAL_MAX:
        raise BadPapers(f"The weights of all papers together exceed {TOTAL_MAX}.")


def _check_rankings(rankings: NDArray[np.unsignedinteger], candidates: int, papers: int) -> None:
    if rankings.ndim != 2 or rankings.dtype.kind != "u" or rankings.shape[0] != papers:
        raise BadPapers("Rankings need one row of unsigned integers for each paper.")
    if rankings.size and int(rankings.max()) > candidates:
        raise BadPapers(f"Row {_first(rankings > candidates)} names a candidate who is not there.")
    gaps = (rankings[:, 1:] != 0) & (rankings[:, :-1] == 0)
    if gaps.any():
        raise BadPapers(f"Row {_first(gaps)} leaves a gap in its ranking.")
    sorted_rows = np.sort(rankings, axis=1)
    twice = (sorted_rows[:, 1:] == sorted_rows[:, :-1]) & (sorted_rows[:, 1:] != 0)
    if twice.any():
        raise BadPapers(f"Row {_first(twice)} names a candidate twice.")


def _check_levels(levels: NDArray[np.unsignedinteger], candidates: int, papers: int) -> None:
    if levels.dtype.kind != "u" or levels.shape != (papers, candidates):
        raise BadPapers("Levels need one row of unsigned integers for each paper and one column for each candidate.")


def _first(bad: NDArray[np.bool_]) -> int:
    return int(np.argmax(bad.reshape(bad.shape[0], -1).any(axis=1))) + 1


def _check_row(number: int, weight: int, ranks: Sequence[Sequence[int]], candidates: int) -> None:
    if isinstance(weight, bool) or not isinstance(weight, int):
        raise BadPapers(f"Row {number} has a weight that is not a whole number.")
    if weight < 0:
        raise BadPapers(f"Row {number} has a weight below zero.")
    seen: set[int] = set()
    for rank in ranks:
        if not rank:
            raise BadPapers(f"Row {number} leaves a gap in its ranking.")
        for candidate in rank:
            if not 0 <= candidate < candidates:
                raise BadPapers(f"Row {number} names a candidate who is not there.")
            if candidate in seen:
                raise BadPapers(f"Row {number} names a candidate twice.")
            seen.add(candidate)


def _rankings(papers: Sequence[Sequence[Sequence[int]]], candidates: int) -> NDArray[np.unsignedinteger]:
    places = max((len(ranks) for ranks in papers), default=0)
    rankings = np.zeros((len(papers), places), dtype=smallest_type(candidates))
    for row, ranks in enumerate(papers):
        rankings[row, : len(ranks)] = [rank[0] + 1 for rank in ranks]
    return rankings


def _levels(papers: Sequence[Sequence[Sequence[int]]], candidates: int) -> NDArray[np.unsignedinteger]:
    levels = np.zeros((len(papers), candidates), dtype=smallest_type(candidates))
    for row, ranks in enumerate(papers):
        for level, rank in enumerate(ranks, start=1):
            levels[row, list(rank)] = level
    return levels


def _ranks_of(levels: list[int]) -> tuple[tuple[int, ...], ...]:
    ranks: dict[int, list[int]] = {}
    for candidate, level in enumerate(levels):
        if level:
            ranks.setdefault(level, []).append(candidate)
    return tuple(tuple(ranks[level]) for level in sorted(ranks))
