"""Single transferable vote as Scotland counts it: The Scottish Local Government Elections Order 2007 (SSI 2007/42).

Each step cites its rule in Schedule 1 (r. 45 to 52; definitions in art. 2). Votes are whole hundred-thousandths, so
that "five decimal places (any remainder being ignored)" of r. 48(3) is a floor division.

Note [Stages]: a stage is the first count, the transfer of one surplus, or the exclusion of one candidate together with
the transfer of that candidate's papers (art. 2, "stage of the count"; r. 50(1)-(3) are one act). So r. 52 is looked at
when a stage is over: the papers of the last candidate excluded are still passed on, while a surplus that then arises is
not, "where the last vacancies can be filled" (r. 52(2)). The councils' stage tables read it so, and SSI 2021/437,
art. 2(4), took the last doubt away: no further transfer "is required". It never changes who is elected.

Note [Remainders]: a transferring candidate keeps the quota exactly. What the floor of r. 48(3) cuts off, and the share
of papers that are not transferable, are in ``exhausted``; so tallies and ``exhausted`` always add up to all papers.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ballots.rules.counting.lot import Lot
from ballots.rules.counting.papers import TOTAL_MAX, Papers
from ballots.rules.counting.result import UNITS, Result, Round, Transfer
from ballots.rules.counting.seats import by_score, check_seats
from ballots.rules.counting.tallies import first_choices, next_choices, sums
from ballots.rules.counting.ties import TieBreaker

METHOD = "scottish-stv"


def count(papers: Papers, *, seats: int = 1, lot: Lot | None = None) -> Result:
    """Return the elected and every stage; tallies name every candidate, 0 once excluded.

    Papers with equal ranks count up to the first of these; a paper that ranks nobody is not valid and stands in
    ``exhausted``. ``extras``: ``quota`` and ``valid`` in whole votes. With no more candidates than seats all are
    elected at once (the statute then holds no poll). Raises ``BadSeats``, and ``TieNeedsLot`` where the lot is strict.
    """
    check_seats(seats)
    return _Count(papers, seats, lot or Lot()).run()


@dataclass
class _Count:
    papers: Papers
    seats: int
    lot: Lot
    rounds: list[Round] = field(default_factory=list)
    elected: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        """R. 45, first stage: each valid paper is one vote for its first preference. R. 46: the quota."""
        names = self.papers.candidates
        self.rankings = self.papers.ordered()
        self.weights = self.papers.weights
        if self.papers.total * UNITS > TOTAL_MAX:
            self.weights = self.weights.astype(object)  # whole numbers of Python: slower, and never too small
        self.holder = first_choices(self.rankings).copy()
        self.value = np.full(len(self.weights), UNITS, dtype=self.weights.dtype)
        self.exhausted, *self.votes = sums(self.holder, self.weights * self.value, len(names))
        self.valid = sum(self.votes) // UNITS
        self.quota = (self.valid // (self.seats + 1) + 1) * UNITS
        self.continuing = list(range(len(names)))
        self.breaker = TieBreaker(names, self.lot)

    def run(self) -> Result:
        transfer: Transfer | None = None
        while True:
            elected = self._return()
            surplus = self._highest_surplus() if self._open() else None
            excluded = self._lowest() if self._open() and surplus is None else None
            self._record(elected, excluded, transfer)
            if surplus is not None:
                transfer = self._transfer_surplus(surplus)
            elif excluded is not None:
                transfer = self._transfer_excluded(excluded)
            else:
                break
        names = self.papers.candidates
        everybody = tuple(names[number] for number in self.elected)
        extras = {"quota": self.quota // UNITS, "valid": self.valid}
        return Result(METHOD, self.seats, names, tuple(self.rounds), everybody, tuple(self.breaker.found), extras)

    def _open(self) -> bool:
        return len(self.elected) < self.seats and bool(self.continuing)

    def _return(self) -> list[int]:
        """R. 47(1): the quota elects. R. 52(1): as many continuing candidates as vacancies are elected."""
        reached = [number for number in self.continuing if self.votes[number] >= self.quota]
        now = by_score(reached, self.votes)
        rest = [number for number in self.continuing if number not in now]
        if len(rest) <= self.seats - len(self.elected) - len(now):
            now += by_score(rest, self.votes)
        self.elected += now
        self.continuing = [number for number in self.continuing if number not in now]
        return now

    def _highest_surplus(self) -> int | None:
        """R. 48(1) and 49: the largest surplus is transferred first; equal ones as ``ties`` says (r. 49(2)-(3))."""
        over = [number for number in self.elected if self.votes[number] > self.quota]
        if not over:
            return None
        most = max(self.votes[number] for number in over)
        tied = [number for number in over if self.votes[number] == most]
        return self.breaker.pick(tied, lowest=False, question="surplus")[0]

    def _lowest(self) -> int:
        """R. 50(1): no surplus is left, so the lowest is excluded, one at a time; equal ones by r. 51."""
        fewest = min(self.votes[number] for number in self.continuing)
        tied = [number for number in self.continuing if self.votes[number] == fewest]
        lowest = self.breaker.pick(tied, lowest=True, question="elimination")[0]
        self.continuing.remove(lowest)
        return lowest

    def _record(self, elected: list[int], excluded: int | None, transfer: Transfer | None) -> None:
        names = self.papers.candidates
        tallies = dict(zip(names, self.votes, strict=True))
        gone = () if excluded is None else (names[excluded],)
        transfers = () if transfer is None else (transfer,)
        won = tuple(names[number] for number in elected)
        self.rounds.append(Round(tallies, won, gone, self.exhausted, transfers))
        self.breaker.history.append(self.votes.copy())

    def _transfer_surplus(self, source: int) -> Transfer:
        """R. 48: each paper moves on at surplus * its value when received / votes credited, cut to five decimals."""
        rows = np.flatnonzero(self.holder == source + 1)
        surplus, credited = self.votes[source] - self.quota, self.votes[source]
        received, which = np.unique(self.value[rows], return_inverse=True)
        values = [surplus * value // credited for value in received.tolist()]
        self.value[rows] = np.array(values, dtype=self.value.dtype)[which]
        return self._move("surplus", source, rows, surplus)

    def _transfer_excluded(self, source: int) -> Transfer:
        """R. 50(2)-(4): the excluded candidate's papers move on at the value they came with."""
        return self._move("exclusion", source, np.flatnonzero(self.holder == source + 1), self.votes[source])

    def _move(self, kind: str, source: int, rows: NDArray[np.intp], leaving: int) -> Transfer:
        """R. 48(2), 50(3): each paper goes to the next available preference, a continuing candidate (art. 2)."""
        mask = np.zeros(len(self.votes) + 1, dtype=np.bool_)
        mask[[number + 1 for number in self.continuing]] = True
        choices = next_choices(self.rankings, rows, mask)
        self.holder[rows] = choices
        _, *moved = sums(choices, self.weights[rows] * self.value[rows], len(self.votes))
        for number, more in enumerate(moved):
            self.votes[number] += more
        self.votes[source] -= leaving
        exhausted = leaving - sum(moved)
        self.exhausted += exhausted
        to = {self.papers.candidates[number]: more for number, more in enumerate(moved) if more}
        return Transfer(kind, self.papers.candidates[source], to, exhausted)
