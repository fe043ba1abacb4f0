"""The public lot: a drawing that anybody can repeat by hand.

The names of the tied candidates in the order of the ballot are shuffled by Fisher and Yates (Knuth, The Art of
Computer Programming, vol. 2, 3.4.2, algorithm P) with numbers from SHA-256 of a label, the ballot root and a beacon.
Contest, papers and the source of the beacon are fixed before anybody can know the beacon: nobody can steer the drawing.

Note [Replaying a lot]: with the lines L (label), R (ballot root), B (beacon), each ended by a line feed, in UTF-8:
number k = SHA-256(L R B and k in decimal digits), read as one large whole number, big end first. From the last name
to the second, at place i (from 0), in the steps k = 0, 1, 2, ...: swap it with the name at place (number k) mod
(i + 1). With 256 bits the modulo favours no name by more than one part in 2**240. The first name of the shuffled list
is drawn first.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


class TieNeedsLot(Exception):
    """A tie that only a lot can break, in a count that must wait for the beacon."""

    def __init__(self, question: str, between: tuple[str, ...], round_number: int) -> None:
        super().__init__(
            f"Round {round_number}: {question} is a tie between {', '.join(between)}; it needs the public lot."
        )
        self.question = question
        self.between = between
        self.round = round_number


@dataclass(frozen=True)
class Lot:
    """What the drawings of one count are made from.

    ``label`` names the contest, ``root`` is the root of the published papers, ``beacon`` the public random text or None
    while unknown. Without a beacon a ``strict`` lot refuses by ``TieNeedsLot``; any other draws from an empty beacon,
    and the record says so (``default``): repeatable, but foreseeable, so good for a rehearsal, not for a meeting.
    """

    label: str = ""
    root: str = ""
    beacon: str | None = None
    strict: bool = False

    def draw(self, tied: Sequence[str], question: str, round_number: int) -> tuple[tuple[str, ...], dict[str, Any]]:
        """Return the tied names in the order drawn, and the record that lets anybody repeat the drawing."""
        if self.beacon is None and self.strict:
            raise TieNeedsLot(question, tuple(tied), round_number)
        label = f"{self.label}, round {round_number}, {question}" if self.label else f"round {round_number}, {question}"
        order = shuffled(tied, label=label, root=self.root, beacon=self.beacon or "")
        record = {
            "label": label,
            "root": self.root,
            "beacon": self.beacon or "",
            "default": self.beacon is None,
            "names": list(tied),
            "order": list(order),
        }
        return order, record


def shuffled(names: Sequence[str], *, label: str, root: str, beacon: str) -> tuple[str, ...]:
    """Return the names in the order drawn, by Note [Replaying a lot]. Raises ValueError for a line feed in a line."""
    if any("\n" in line for line in (label, root, beacon)):
        raise ValueError("Label, ballot root and beacon of a lot are single lines.")
    seed = f"{label}\n{root}\n{beacon}\n"
    order = list(names)
    for step, place in enumerate(range(len(order) - 1, 0, -1)):
        number = int.from_bytes(hashlib.sha256(f"{seed}{step}".encode()).digest(), "big")
        other = number % (place + 1)
        order[place], order[other] = order[other], order[place]
    return tuple(order)
