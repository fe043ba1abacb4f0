"""Contests written as one reads them: ``papers("A B C", "3 A>B", "2 B=C>A", "1")``."""

from ballots.rules.counting.papers import Papers
from ballots.rules.counting.result import Result, votes


def papers(names: str, *lines: str) -> Papers:
    """Return the papers of the lines: a weight, then ranks from best to worst, equals joined by ``=``."""
    candidates = names.split()
    rows = []
    for line in lines:
        weight, _, order = line.partition(" ")
        ranks = [tuple(candidates.index(name) for name in rank.split("=")) for rank in order.split(">") if rank]
        rows.append((int(weight), ranks))
    return Papers.of(candidates, rows)


def table(result: Result) -> list[dict[str, str]]:
    """Return the tallies of each round as exact decimals, zeros after the point cut off."""
    return [
        {name: votes(units).removesuffix(".00000") for name, units in round_.tallies.items()}
        for round_ in result.rounds
    ]


def exhausted(result: Result) -> list[str]:
    """Return what is exhausted in each round."""
    return [votes(round_.exhausted).removesuffix(".00000") for round_ in result.rounds]
