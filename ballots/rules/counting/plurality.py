"""Plurality: each paper counts for its first choice; the most votes win."""

from ballots.rules.counting.lot import Lot
from ballots.rules.counting.papers import Papers
from ballots.rules.counting.result import UNITS, Result, Round
from ballots.rules.counting.seats import check_seats, fill
from ballots.rules.counting.tallies import first_choices, sums
from ballots.rules.counting.ties import TieBreaker

METHOD = "plurality"


def count(papers: Papers, *, seats: int = 1, lot: Lot | None = None) -> Result:
    """Return who has most first choices, for one seat or more; a tie for the last seat goes to the lot.

    A paper with several first choices counts for nobody and is in ``exhausted``. Raises ``BadSeats``, and
    ``TieNeedsLot`` where the lot is strict.
    """
    check_seats(seats)
    blank, *votes = sums(first_choices(papers.ordered()), papers.weights, len(papers.candidates))
    breaker = TieBreaker(papers.candidates, lot or Lot())
    elected = tuple(papers.candidates[number] for number in fill(votes, seats, breaker))
    tallies = {name: number * UNITS for name, number in zip(papers.candidates, votes, strict=True)}
    only = Round(tallies, elected, exhausted=blank * UNITS)
    return Result(METHOD, seats, papers.candidates, (only,), elected, tuple(breaker.found))
