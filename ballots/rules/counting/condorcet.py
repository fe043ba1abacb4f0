"""Pairwise counting: who is preferred to whom on how many papers."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ballots.rules.counting.papers import Papers, smallest_type

# Rows compared at a time, so that a million papers need little memory.
CHUNK = 65_536


def levels_of(papers: Papers) -> NDArray[np.unsignedinteger]:
    """Return the rank of each candidate on each paper, from 1; the largest value of the type where unranked."""
    if papers.levels is not None:
        levels = papers.levels.copy()
    else:
        rankings = papers.ordered()
        levels = np.zeros((len(rankings), len(papers.candidates)), dtype=smallest_type(len(papers.candidates)))
        for place in range(rankings.shape[1]):
            rows = np.flatnonzero(rankings[:, place])
            levels[rows, rankings[rows, place] - 1] = place + 1
    levels[levels == 0] = np.iinfo(levels.dtype).max
    return levels


def preferences(levels: NDArray[np.unsignedinteger], weights: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return V: V[a, b] is the weight of the papers that rank a above b. The unranked are equals below."""
    candidates = levels.shape[1]
    matrix = np.zeros((candidates, candidates), dtype=np.int64)
    for start in range(0, len(levels), CHUNK):
        part, weight = levels[start : start + CHUNK], weights[start : start + CHUNK]
        for candidate in range(candidates):
            matrix[candidate] += weight @ (part[:, candidate, None] < part)
    return matrix


def first_preferences(levels: NDArray[np.unsignedinteger], weights: NDArray[np.int64]) -> list[int]:
    """Return for each candidate the weight of the papers on which nobody is ranked above."""
    if not levels.shape[1]:
        return []
    ranked = levels != np.iinfo(levels.dtype).max
    first = (levels == levels.min(axis=1, keepdims=True)) & ranked
    return [int(total) for total in (weights @ first).tolist()]


def smith_set(matrix: NDArray[np.int64]) -> list[int]:
    """Return the smallest group of candidates each of whom beats everybody outside it, head to head."""
    reach = matrix >= matrix.T
    for middle in range(len(reach)):
        reach |= reach[:, middle, None] & reach[middle]
    return [int(number) for number in np.flatnonzero(reach.all(axis=1))]


def without_diagonal(matrix: NDArray[np.int64]) -> list[list[Any]]:
    """Return the matrix as lists, None where a candidate would meet the same candidate."""
    rows: list[list[Any]] = matrix.tolist()
    for number, row in enumerate(rows):
        row[number] = None
    return rows
