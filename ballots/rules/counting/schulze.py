"""Schulze's method with winning votes: the strongest chain of defeats decides.

M. Schulze, "A new monotonic, clone-independent, reversal symmetric, and Condorcet-consistent single-winner election
method", Social Choice and Welfare 36 (2011): the strength of a defeat is the number of votes for it, the strength of a
path its weakest defeat, and a is ranked above b if the strongest path from a to b is stronger than that from b to a.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ballots.rules.counting import debian
from ballots.rules.counting.condorcet import (
    first_preferences,
    levels_of,
    preferences,
    smith_set,
    without_diagonal,
)
from ballots.rules.counting.lot import Lot
from ballots.rules.counting.papers import Papers
from ballots.rules.counting.result import Result
from ballots.rules.counting.seats import BadSeats, by_score, check_seats
from ballots.rules.counting.ties import TieBreaker

METHOD = "schulze"


def count(
    papers: Papers, *, seats: int = 1, default: debian.DefaultOption | None = None, lot: Lot | None = None
) -> Result:
    """Return the winner, or the first of the ranking for several seats; with ``default``, the winner by Debian's A.6.

    There are no rounds. A tie goes to first preferences (shared ones count for each), then to the lot. ``extras``: the
    matrix ``pairwise`` and ``strongest_paths`` in the order of ``candidates``, ``ranking`` in groups of equals,
    ``smith_set``, and with ``default`` also ``dropped`` and ``schwartz_set``.
    Raises ``BadSeats`` for no seat, or for several together with ``default``; ``TieNeedsLot`` where the lot is strict.
    """
    check_seats(seats)
    if default is not None and seats != 1:
        raise BadSeats("With a default option one option wins, so there is one seat.")
    levels = levels_of(papers)
    matrix = preferences(levels, papers.weights)
    first = first_preferences(levels, papers.weights)
    breaker = TieBreaker(papers.candidates, lot or Lot(), first)
    paths = strongest_paths(matrix)
    groups = ranking(paths)
    extras = _extras(papers.candidates, matrix, paths, groups)
    if default is None:
        elected = _first_of(groups, seats, first, breaker)
    else:
        outcome = debian.decide(matrix.tolist(), default)
        extras |= outcome.as_json(papers.candidates)
        elected = breaker.pick(outcome.winners, lowest=False, question="election")
    names = tuple(papers.candidates[number] for number in elected)
    return Result(METHOD, seats, papers.candidates, (), names, tuple(breaker.found), extras)


def strongest_paths(matrix: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the strength of the strongest path from each candidate to each other, 0 for none."""
    paths: NDArray[np.int64] = np.where(matrix > matrix.T, matrix, 0)
    for middle in range(len(paths)):
        np.maximum(paths, np.minimum(paths[:, middle, None], paths[middle]), out=paths)
    np.fill_diagonal(paths, 0)
    return paths


def ranking(paths: NDArray[np.int64]) -> list[list[int]]:
    """Return groups of candidates, best first: each group those whom nobody left stands above."""
    above = paths > paths.T
    left = list(range(len(paths)))
    groups = []
    while left:
        group = [number for number in left if not above[left, number].any()]
        groups.append(group)
        left = [number for number in left if number not in group]
    return groups


def _first_of(groups: list[list[int]], seats: int, first: list[int], breaker: TieBreaker) -> list[int]:
    elected: list[int] = []
    for group in groups:
        chosen = breaker.pick(group, lowest=False, question="election", places=seats - len(elected))
        elected += by_score(chosen, first)
        if len(elected) == seats:
            break
    return elected


def _extras(
    names: tuple[str, ...], matrix: NDArray[np.int64], paths: NDArray[np.int64], groups: list[list[int]]
) -> dict[str, Any]:
    return {
        "pairwise": without_diagonal(matrix),
        "strongest_paths": without_diagonal(paths),
        "ranking": [[names[number] for number in group] for group in groups],
        "smith_set": [names[number] for number in smith_set(matrix)],
    }
