"""Contests for the oracles: random ones that decide without a tie, and the real ones beside the project."""

import random
from collections.abc import Callable, Iterator

from ballots.rules.counting.papers import Papers
from ballots.rules.counting.result import Result

Rows = list[tuple[int, tuple[int, ...]]]
SEEDS = range(300)


def random_rows(seed: int) -> tuple[int, Rows]:
    """Return the number of candidates and rows of weight and order, cut anywhere but never blank."""
    source = random.Random(seed)
    candidates = source.randint(2, 7)
    rows: dict[tuple[int, ...], int] = {}
    for _ in range(source.randint(5, 60)):
        order = source.sample(range(candidates), source.randint(1, candidates))
        rows[tuple(order)] = rows.get(tuple(order), 0) + source.randint(1, 30)
    return candidates, [(weight, order) for order, weight in rows.items()]


def papers_of(candidates: int, rows: Rows) -> Papers:
    """Return our papers; candidates are named by their numbers."""
    return Papers.of([str(number) for number in range(candidates)], [(w, [(c,) for c in order]) for w, order in rows])


def undisputed(count: Callable[[Papers], Result]) -> Iterator[tuple[int, int, Rows, list[int]]]:
    """Yield seed, candidates, rows and our elected of each random contest that no tie touches."""
    for seed in SEEDS:
        candidates, rows = random_rows(seed)
        result = count(papers_of(candidates, rows))
        if not result.ties:
            yield seed, candidates, rows, sorted(int(name) for name in result.elected)
