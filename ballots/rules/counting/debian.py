"""Debian's way to a winner against a default option: Constitution for the Debian Project, v1.7, A.6 (2) to (8).

Options that miss the quorum or their majority over the default option are dropped first; then the weakest defeats
inside the Schwartz set are dropped, again and again, until none is left there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

Matrix = Sequence[Sequence[int]]


@dataclass(frozen=True)
class DefaultOption:
    """The option that stands for "none of these", and what the others need against it.

    ``number`` of the default option, from 0. ``quorum``: votes that must rank an option above it (A.6(2)).
    ``majorities``: S for an option that needs a supermajority of S:1; others need 1:1. ``strictly``: the wording before
    2016 (v1.0 to v1.5), by which the votes must exceed, not reach, S times the votes against.
    """

    number: int
    quorum: int | Fraction = 0
    majorities: Mapping[int, int | Fraction] = field(default_factory=dict)
    strictly: bool = False


@dataclass(frozen=True)
class Dropped:
    """An option dropped before the count: for lack of ``quorum`` or ``majority``, with the votes for and against it."""

    number: int
    reason: str
    votes_for: int
    votes_against: int


@dataclass(frozen=True)
class Outcome:
    """The winners (several only in a tie that the casting vote must break) and who was dropped before."""

    winners: list[int]
    dropped: list[Dropped]

    def as_json(self, names: tuple[str, ...]) -> dict[str, Any]:
        """Return the outcome for JSON."""
        dropped = [
            {"option": names[drop.number], "reason": drop.reason, "for": drop.votes_for, "against": drop.votes_against}
            for drop in self.dropped
        ]
        return {"dropped": dropped, "schwartz_set": [names[number] for number in self.winners]}


def decide(matrix: Matrix, default: DefaultOption) -> Outcome:
    """Return the outcome of V, where V[a][b] votes prefer a to b. Raises ValueError for a default option not there."""
    if not 0 <= default.number < len(matrix):
        raise ValueError("The default option is not among the options.")
    dropped = [drop for option in range(len(matrix)) if (drop := _drop(matrix, default, option)) is not None]
    gone = {drop.number for drop in dropped}
    return Outcome(_schwartz_winners(matrix, [option for option in range(len(matrix)) if option not in gone]), dropped)


def _drop(matrix: Matrix, default: DefaultOption, option: int) -> Dropped | None:
    """A.6(2) and A.6(3): quorum and majority of one option over the default option."""
    if option == default.number:
        return None
    votes_for, votes_against = matrix[option][default.number], matrix[default.number][option]
    if votes_for < default.quorum:
        return Dropped(option, "quorum", votes_for, votes_against)
    needed = default.majorities.get(option, 1) * votes_against
    enough = votes_for > needed if default.strictly else votes_for >= needed
    if not enough or votes_for <= votes_against:
        return Dropped(option, "majority", votes_for, votes_against)
    return None


def _schwartz_winners(matrix: Matrix, options: list[int]) -> list[int]:
    """A.6(4) to A.6(8): drop the weakest defeats inside the Schwartz set until it holds none."""
    defeats = {(a, b) for a in options for b in options if matrix[a][b] > matrix[b][a]}
    while True:
        schwartz = _schwartz_set(options, defeats)
        inside = [(a, b) for a, b in defeats if a in schwartz and b in schwartz]
        if not inside:
            return schwartz
        weakest = min((matrix[a][b], -matrix[b][a]) for a, b in inside)
        defeats -= {(a, b) for a, b in inside if (matrix[a][b], -matrix[b][a]) == weakest}


def _schwartz_set(options: list[int], defeats: set[tuple[int, int]]) -> list[int]:
    """A.6(5) and A.6(6): those who transitively defeat everybody who transitively defeats them."""
    reach = {a: {b for b in options if (a, b) in defeats} for a in options}
    for middle in options:
        for a in options:
            if middle in reach[a]:
                reach[a] |= reach[middle]
    return [a for a in options if all(b in reach[a] or a not in reach[b] for b in options)]
