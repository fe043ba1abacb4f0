"""What a count says: rounds, who was elected, which ties were broken and how. No float anywhere.

Votes are kept in hundred-thousandths of a vote (``UNITS`` to one vote), because the Scottish statute counts to five
decimal places; ``votes`` writes them as exact decimals. ``Result.as_json`` gives what VOTING.md and ``docs/voting.md``
promise, ready for ``json.dumps``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

UNITS = 100_000


def votes(units: int) -> str:
    """Return hundred-thousandths of a vote as an exact decimal with five places: 12300000 -> ``"123.00000"``."""
    whole, rest = divmod(abs(units), UNITS)
    return f"{'-' if units < 0 else ''}{whole}.{rest:05d}"


@dataclass(frozen=True)
class Transfer:
    """Papers that moved into a round: from whom, why, to whom, in hundred-thousandths of a vote.

    ``kind`` is ``surplus`` (of an elected candidate) or ``exclusion``. ``exhausted`` found no next preference or was
    lost by the statute's cutting to five decimals.
    """

    kind: str
    source: str
    to: Mapping[str, int]
    exhausted: int

    def as_json(self) -> dict[str, Any]:
        """Return the transfer for JSON, votes as exact decimals."""
        return {
            "kind": self.kind,
            "from": self.source,
            "to": {name: votes(units) for name, units in self.to.items()},
            "exhausted": votes(self.exhausted),
        }


@dataclass(frozen=True)
class Round:
    """One round (the statute's stage): the tallies, what they decided, and the transfers that led to them.

    ``tallies`` and ``exhausted`` in hundred-thousandths of a vote; together they are the weight of all papers in every
    round. ``elected`` and ``eliminated`` were decided on these tallies.
    """

    tallies: Mapping[str, int]
    elected: tuple[str, ...] = ()
    eliminated: tuple[str, ...] = ()
    exhausted: int = 0
    transfers: tuple[Transfer, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the round for JSON, votes as exact decimals."""
        return {
            "tallies": {name: votes(units) for name, units in self.tallies.items()},
            "elected": list(self.elected),
            "eliminated": list(self.eliminated),
            "exhausted": votes(self.exhausted),
            "transfers": [transfer.as_json() for transfer in self.transfers],
        }


@dataclass(frozen=True)
class Tie:
    """A tie and how it was broken.

    ``round`` counts from 1. ``question``: ``elimination``, ``election`` or ``surplus``. ``broken_by``: ``earlier
    round`` (``decided_in`` is its number), ``first preferences`` or ``lot`` (``lot`` is what replays the drawing).
    ``chosen``: whom the question's answer fell on: eliminated, elected, or transferred first.
    """

    round: int
    question: str
    between: tuple[str, ...]
    chosen: tuple[str, ...]
    broken_by: str
    decided_in: int | None = None
    lot: Mapping[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the tie for JSON."""
        return {
            "round": self.round,
            "question": self.question,
            "between": list(self.between),
            "chosen": list(self.chosen),
            "broken_by": self.broken_by,
            "decided_in": self.decided_in,
            "lot": None if self.lot is None else dict(self.lot),
        }


@dataclass(frozen=True)
class Result:
    """The outcome of a count: ``elected`` in order of election, ``extras`` the method's further keys of the JSON."""

    method: str
    seats: int
    candidates: tuple[str, ...]
    rounds: tuple[Round, ...]
    elected: tuple[str, ...]
    ties: tuple[Tie, ...] = ()
    extras: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the whole result for JSON: only text, whole numbers, true, false, lists and mappings."""
        return {
            "method": self.method,
            "seats": self.seats,
            "candidates": list(self.candidates),
            "rounds": [each.as_json() for each in self.rounds],
            "elected": list(self.elected),
            "ties": [tie.as_json() for tie in self.ties],
            **self.extras,
        }
