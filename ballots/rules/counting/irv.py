"""Instant runoff (IRV): the candidate with the fewest votes leaves, until one has more than half of what is in play.

Note [Rounds of IRV], exactly:
1. Every paper counts, with its weight, for its first choice among the candidates still standing; a paper with none left
   is exhausted and leaves the majority's reckoning.
2. A candidate with more than half of the votes still in play wins; so does the last one standing.
3. Otherwise, while somebody has votes, all who have none leave together in one round: they have no papers to pass
   on and had none in any earlier round, so the order in which they left would change nothing.
4. Otherwise the one with the fewest leaves; ties as `ties` says. The papers go to their next choice. Back to 1.
"""

from dataclasses import dataclass, field

import numpy as np

from ballots.rules.counting.lot import Lot
from ballots.rules.counting.papers import Papers
from ballots.rules.counting.result import UNITS, Result, Round, Transfer
from ballots.rules.counting.seats import check_seats
from ballots.rules.counting.tallies import first_choices, next_choices, sums
from ballots.rules.counting.ties import TieBreaker

METHOD = "irv"


def count(papers: Papers, *, seats: int = 1, lot: Lot | None = None) -> Result:
    """Return the winner and every round. Tallies name those still standing.

    Papers with equal ranks count up to the first of these. Raises ``BadSeats`` for any number of seats but one, and
    ``TieNeedsLot`` where the lot is strict.
    """
    check_seats(seats, only_one="IRV")
    return _Count(papers, lot or Lot()).run()


@dataclass
class _Count:
    papers: Papers
    lot: Lot
    rounds: list[Round] = field(default_factory=list)

    def __post_init__(self) -> None:
        candidates = len(self.papers.candidates)
        self.rankings = self.papers.ordered()
        self.holder = first_choices(self.rankings).copy()
        self.exhausted, *self.votes = sums(self.holder, self.papers.weights, candidates)
        self.standing = list(range(candidates))
        self.mask = np.ones(candidates + 1, dtype=np.bool_)
        self.mask[0] = False
        self.breaker = TieBreaker(self.papers.candidates, self.lot)

    def run(self) -> Result:
        transfers: tuple[Transfer, ...] = ()
        winner = None
        while winner is None and self.standing:
            winner = self._winner()
            leaving = [] if winner is not None else self._leaving()
            self._record(winner, leaving, transfers)
            transfers = self._remove(leaving)
        elected = () if winner is None else (self.papers.candidates[winner],)
        candidates, ties = self.papers.candidates, tuple(self.breaker.found)
        return Result(METHOD, 1, candidates, tuple(self.rounds), elected, ties)

    def _winner(self) -> int | None:
        best = max(self.standing, key=lambda number: self.votes[number])
        in_play = sum(self.votes[number] for number in self.standing)
        return best if 2 * self.votes[best] > in_play or len(self.standing) == 1 else None

    def _leaving(self) -> list[int]:
        without = [number for number in self.standing if self.votes[number] == 0]
        if 0 < len(without) < len(self.standing):
            return without
        fewest = min(self.votes[number] for number in self.standing)
        tied = [number for number in self.standing if self.votes[number] == fewest]
        return self.breaker.pick(tied, lowest=True, question="elimination")

    def _record(self, winner: int | None, leaving: list[int], transfers: tuple[Transfer, ...]) -> None:
        names = self.papers.candidates
        tallies = {names[number]: self.votes[number] * UNITS for number in self.standing}
        elected = () if winner is None else (names[winner],)
        gone = tuple(names[number] for number in leaving)
        self.rounds.append(Round(tallies, elected, gone, self.exhausted * UNITS, transfers))
        self.breaker.history.append(self.votes.copy())

    def _remove(self, leaving: list[int]) -> tuple[Transfer, ...]:
        for number in leaving:
            self.standing.remove(number)
            self.mask[number + 1] = False
        return tuple(self._pass_on(number) for number in leaving if self.votes[number])

    def _pass_on(self, source: int) -> Transfer:
        rows = np.flatnonzero(self.holder == source + 1)
        choices = next_choices(self.rankings, rows, self.mask)
        self.holder[rows] = choices
        exhausted, *moved = sums(choices, self.papers.weights[rows], len(self.papers.candidates))
        self.exhausted += exhausted
        for number, more in enumerate(moved):
            self.votes[number] += more
        to = {self.papers.candidates[number]: more * UNITS for number, more in enumerate(moved) if more}
        return Transfer("exclusion", self.papers.candidates[source], to, exhausted * UNITS)
