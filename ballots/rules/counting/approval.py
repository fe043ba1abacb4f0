"""Approval: each paper counts once for every candidate it names; the most approvals win."""

import numpy as np

from ballots.rules.counting.lot import Lot
from ballots.rules.counting.papers import Papers
from ballots.rules.counting.result import UNITS, Result, Round
from ballots.rules.counting.seats import check_seats, fill
from ballots.rules.counting.tallies import sums
from ballots.rules.counting.ties import TieBreaker

METHOD = "approval"


def count(papers: Papers, *, seats: int = 1, lot: Lot | None = None) -> Result:
    """Return who has most approvals, for one seat or more; a tie for the last seat goes to the lot.

    The order on a paper means nothing here, so first preferences break no tie. ``exhausted`` is the weight of the
    papers that approve nobody. Raises ``BadSeats``, and ``TieNeedsLot`` where the lot is strict.
    """
    check_seats(seats)
    approvals = _approvals(papers)
    breaker = TieBreaker(papers.candidates, lot or Lot())
    elected = tuple(papers.candidates[number] for number in fill(approvals, seats, breaker))
    tallies = {name: number * UNITS for name, number in zip(papers.candidates, approvals, strict=True)}
    only = Round(tallies, elected, exhausted=_blank(papers) * UNITS)
    extras = {"approvals": dict(zip(papers.candidates, approvals, strict=True)), "papers": papers.total}
    return Result(METHOD, seats, papers.candidates, (only,), elected, tuple(breaker.found), extras)


def _approvals(papers: Papers) -> list[int]:
    candidates = len(papers.candidates)
    if papers.levels is not None:
        return [int(papers.weights[papers.levels[:, number] != 0].sum()) for number in range(candidates)]
    approvals = [0] * candidates
    for column in papers.ordered().T:
        for number, more in enumerate(sums(column, papers.weights, candidates)[1:]):
            approvals[number] += more
    return approvals


def _blank(papers: Papers) -> int:
    marks = papers.ordered() if papers.levels is None else papers.levels
    return int(papers.weights[~marks.any(axis=1)].sum(dtype=np.int64))
