"""The same counts once more, slow and plain: one Python object for each paper, fractions, no arrays.

Written from the statute and from Note [Rounds of IRV], not from the engine. Where only a lot could decide they raise
``NeedsLot`` and decide nothing.
"""

from fractions import Fraction
from math import floor

Paper = tuple[int, ...]
Tallies = list[Fraction]


class NeedsLot(Exception):
    """A tie in every round so far."""


def lowest(tied: list[int], earlier: list[Tallies]) -> int:
    """Return the one who was lowest in the latest round in which the tied differed."""
    for tallies in reversed(earlier):
        fewest = min(tallies[one] for one in tied)
        tied = [one for one in tied if tallies[one] == fewest]
    if len(tied) > 1:
        raise NeedsLot
    return tied[0]


def highest(tied: list[int], earlier: list[Tallies]) -> int:
    """Return the one who was highest in the latest round in which the tied differed."""
    return lowest(tied, [[-tally for tally in tallies] for tallies in earlier])


def first_of(paper: Paper, standing: set[int]) -> int | None:
    """Return the first candidate on the paper who is standing."""
    return next((candidate for candidate in paper if candidate in standing), None)


def irv(candidates: int, papers: list[Paper]) -> tuple[int, list[dict[int, int]]]:
    """Return the winner and the votes of the standing in each round."""
    standing, rounds, earlier = set(range(candidates)), [], []
    while True:
        votes = {one: sum(first_of(paper, standing) == one for paper in papers) for one in sorted(standing)}
        rounds.append(votes)
        best = max(votes, key=lambda one: votes[one])
        if len(standing) == 1 or votes[best] > Fraction(sum(votes.values()), 2):
            return best, rounds
        none = {one for one in standing if votes[one] == 0}
        if none and none != standing:
            standing -= none
        else:
            tied = [one for one in standing if votes[one] == min(votes.values())]
            standing -= {lowest(tied, earlier)}
        earlier.append([Fraction(votes.get(one, 0)) for one in range(candidates)])


def scottish_stv(candidates: int, seats: int, papers: list[Paper]) -> tuple[list[int], list[Tallies]]:
    """Return the elected and every stage's votes, each paper carried by itself with its own value."""
    papers = [paper for paper in papers if paper]
    quota = len(papers) // (seats + 1) + 1
    piles: list[list[tuple[Paper, Fraction]]] = [[] for _ in range(candidates)]
    for paper in papers:
        piles[paper[0]].append((paper, Fraction(1)))
    votes = [Fraction(len(pile)) for pile in piles]
    continuing, elected, stages = set(range(candidates)), [], []
    while True:
        now = sorted((one for one in continuing if votes[one] >= quota), key=lambda one: (-votes[one], one))
        rest = sorted(continuing - set(now), key=lambda one: (-votes[one], one))
        if len(rest) <= seats - len(elected) - len(now):
            now += rest
        elected += now
        continuing -= set(now)
        stages.append(votes.copy())
        if len(elected) >= seats or not continuing:
            return elected, stages
        over = [one for one in elected if votes[one] > quota]
        if over:
            most = max(votes[one] for one in over)
            source = highest([one for one in over if votes[one] == most], stages[:-1])
            ratio, left = (votes[source] - quota) / votes[source], Fraction(quota)
        else:
            fewest = min(votes[one] for one in continuing)
            source = lowest([one for one in continuing if votes[one] == fewest], stages[:-1])
            continuing.remove(source)
            ratio, left = Fraction(1), Fraction(0)
        moving, piles[source], votes[source] = piles[source], [], left
        for paper, value in moving:
            new = Fraction(floor(value * ratio * 100_000), 100_000)
            target = first_of(paper, continuing)
            if target is not None:
                piles[target].append((paper, new))
                votes[target] += new
