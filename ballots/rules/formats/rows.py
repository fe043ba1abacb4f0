"""Papers as they come off the lines of a file, gathered until they can be counted."""

from collections.abc import Sequence
from itertools import takewhile

import numpy as np
from numpy.typing import NDArray

from ballots.rules.counting.papers import TOTAL_MAX, BadPapers, Papers, smallest_type
from ballots.rules.formats.errors import BadFile

WEIGHT_MAX = 10**15  # a thousand times the shares of the largest companies; a longer number is a broken file
CANDIDATES_MAX = 2**16 - 1

Ranks = tuple[tuple[int, ...], ...]


class Rows:
    """What a reader puts in: whole blocks of plain rankings, and single papers that may hold ties and gaps.

    Single papers alike are kept once with their weights added, because a weight of w counts as w papers. A rank without
    candidates is a gap.
    """

    def __init__(self, candidates: int) -> None:
        """Start empty for that many candidates."""
        self.candidates = candidates
        self.type = smallest_type(candidates)
        self.total = 0
        self._blocks: list[tuple[NDArray[np.int64], NDArray[np.unsignedinteger]]] = []
        self._single: dict[Ranks, int] = {}

    def add_block(self, weights: NDArray[np.int64], rankings: NDArray[np.unsignedinteger]) -> None:
        """Add checked papers: candidates from 1 in order of preference, 0 after the last."""
        self._blocks.append((weights, rankings))
        self.total += int(weights.sum())

    def add(self, weight: int, ranks: Ranks) -> None:
        """Add one checked paper: each rank a tuple of candidates from 0, best first; weight 0 is nobody's paper."""
        if not weight:
            return
        self._single[ranks] = self._single.get(ranks, 0) + weight
        self.total += weight

    def overvotes(self) -> int:
        """Return the weight of the papers that name several candidates at one rank."""
        return sum(weight for ranks, weight in self._single.items() if any(len(rank) > 1 for rank in ranks))

    def gaps(self) -> int:
        """Return the weight of the papers that leave a rank empty before one they use."""
        return sum(weight for ranks, weight in self._single.items() if _has_gap(ranks))

    def papers(self, names: Sequence[str], *, gap_ends: bool = False, tie_ends: bool = False) -> Papers:
        """Return the papers; a gap or a tie ends a paper, or else later choices move up and ties stay.

        Raises ``BadFile`` for names and sums that cannot be counted.
        """
        if self.total > TOTAL_MAX:
            raise BadFile(f"the weights of all papers together exceed {TOTAL_MAX}.")
        rows = [(weight, _gapless(ranks, ends=gap_ends)) for ranks, weight in self._single.items()]
        if tie_ends:
            rows = [(weight, tuple(takewhile(lambda rank: len(rank) == 1, ranks))) for weight, ranks in rows]
        try:
            if any(len(rank) > 1 for _, ranks in rows for rank in ranks):
                return Papers(tuple(names), None, self._weights(rows), self._levels(rows))
            return Papers(tuple(names), self._rankings(rows), self._weights(rows))
        except BadPapers as error:
            raise BadFile(str(error)) from error

    def first_ranks(self, names: Sequence[str]) -> Papers:
        """Return papers that approve the candidates of the first rank alone: PrefLib's first category."""
        rows = Rows(self.candidates)
        for ranks, weight in self._single.items():
            rows.add(weight, tuple((candidate,) for candidate in ranks[0]) if ranks else ())
        return rows.papers(names)

    def _weights(self, rows: list[tuple[int, Ranks]]) -> NDArray[np.int64]:
        single = np.array([weight for weight, _ in rows], dtype=np.int64)
        return np.concatenate([single, *(weights for weights, _ in self._blocks)])

    def _rankings(self, rows: list[tuple[int, Ranks]]) -> NDArray[np.unsignedinteger]:
        places = max([*(len(ranks) for _, ranks in rows), *(block.shape[1] for _, block in self._blocks)], default=0)
        papers = len(rows) + sum(len(weights) for weights, _ in self._blocks)
        rankings = np.zeros((papers, places), dtype=self.type)
        for row, (_, ranks) in enumerate(rows):
            rankings[row, : len(ranks)] = [rank[0] + 1 for rank in ranks]
        start = len(rows)
        for weights, block in self._blocks:
            rankings[start : start + len(weights), : block.shape[1]] = block
            start += len(weights)
        return rankings

    def _levels(self, rows: list[tuple[int, Ranks]]) -> NDArray[np.unsignedinteger]:
        papers = len(rows) + sum(len(weights) for weights, _ in self._blocks)
        levels = np.zeros((papers, self.candidates), dtype=self.type)
        for row, (_, ranks) in enumerate(rows):
            for level, rank in enumerate(ranks, start=1):
                levels[row, list(rank)] = level
        start = len(rows)
        for weights, block in self._blocks:
            for place in range(block.shape[1]):
                (ranked,) = np.nonzero(block[:, place])
                levels[start + ranked, block[ranked, place].astype(np.intp) - 1] = place + 1
            start += len(weights)
        return levels


def _has_gap(ranks: Ranks) -> bool:
    return any(not rank and any(ranks[place + 1 :]) for place, rank in enumerate(ranks))


def _gapless(ranks: Ranks, *, ends: bool) -> Ranks:
    if all(ranks):
        return ranks
    return ranks[: ranks.index(())] if ends else tuple(rank for rank in ranks if rank)


def check_ranks(ranks: Ranks, candidates: int, line: int) -> Ranks:
    """Return the ranks; refuse a candidate (from 0 here, from 1 in the file) who is not there or stands twice."""
    seen: set[int] = set()
    for rank in ranks:
        for candidate in rank:
            if not 0 <= candidate < candidates:
                others = "there: there is only one" if candidates == 1 else f"among the {candidates} candidates"
                raise BadFile(f"candidate {candidate + 1} is not {others}.", line)
            if candidate in seen:
                raise BadFile(f"candidate {candidate + 1} is ranked twice.", line)
            seen.add(candidate)
    return ranks


def whole_number(text: str, what: str, line: int, *, least: int = 0, most: int = WEIGHT_MAX) -> int:
    """Return the number that the text is; refuse anything but ASCII digits, and numbers out of bounds, by ``what``."""
    digits = text.removeprefix("-").lstrip("0") or "0"
    if not (text.isascii() and text.removeprefix("-").isdigit()):
        raise BadFile(f"“{shortened(text)}” is not {what}.", line)
    if len(digits) > len(str(most)) or int(digits) > most:
        raise BadFile(f"“{shortened(text)}” is too large for {what}; the most is {most}.", line)
    value = -int(digits) if text.startswith("-") else int(digits)
    if value < least:
        raise BadFile(f"“{text}” is too small for {what}; the least is {least}.", line)
    return value


def shortened(text: str) -> str:
    """Return the text fit for a sentence: one line, at most 40 letters, control characters made visible."""
    plain = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
    return plain if len(plain) <= 40 else plain[:39] + "…"
