"""Ties: earlier rounds where the tied differed, the latest first; then first preferences; then the public lot.

That is the Scottish statute's own order too (SSI 2007/42, sch. 1 r. 49(2)-(3) and r. 51(2): "most recent preceding
stage", then lot); there first preferences are the first stage, so the middle step decides nothing. It decides where
a method has no rounds. Where one source parts the tied only in part, the next one looks only at those still tied.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from ballots.rules.counting.lot import Lot
from ballots.rules.counting.result import Tie

EARLIER_ROUND, FIRST_PREFERENCES, LOT = "earlier round", "first preferences", "lot"


@dataclass
class TieBreaker:
    """Breaks the ties of one count and keeps what it did in ``found``.

    ``history``: the tallies of every finished round, by candidate number; whoever counts appends to it.
    ``first``: first preferences by candidate number, or None where the method has none of its own.
    """

    names: tuple[str, ...]
    lot: Lot
    first: Sequence[int] | None = None
    history: list[Sequence[int]] = field(default_factory=list)
    found: list[Tie] = field(default_factory=list)

    def pick(self, tied: Sequence[int], *, lowest: bool, question: str, places: int = 1) -> list[int]:
        """Return ``places`` of the tied candidates: those with the fewest votes where ``lowest``, else with the most.

        One candidate, or as many as there are places, is no tie. Raises ``TieNeedsLot`` where the lot is strict.
        """
        if len(tied) <= places:
            return list(tied)
        round_number = len(self.history) + 1
        chosen: list[int] = []
        still = sorted(tied)
        for broken_by, decided_in, scores in self._sources():
            taken, still = _split(still, scores, places - len(chosen), lowest=lowest)
            chosen += taken
            if len(chosen) == places:
                return self._keep(
                    Tie(round_number, question, self._named(tied), self._named(chosen), broken_by, decided_in), chosen
                )
        order, record = self.lot.draw(self._named(still), question, round_number)
        chosen += [self.names.index(name) for name in order[: places - len(chosen)]]
        return self._keep(Tie(round_number, question, self._named(tied), self._named(chosen), LOT, lot=record), chosen)

    def _sources(self) -> Iterator[tuple[str, int | None, Sequence[int]]]:
        for number in range(len(self.history), 0, -1):
            yield EARLIER_ROUND, number, self.history[number - 1]
        if self.first is not None:
            yield FIRST_PREFERENCES, None, self.first

    def _named(self, candidates: Sequence[int]) -> tuple[str, ...]:
        return tuple(self.names[number] for number in candidates)

    def _keep(self, tie: Tie, chosen: list[int]) -> list[int]:
        self.found.append(tie)
        return chosen


def _split(tied: list[int], scores: Sequence[int], places: int, *, lowest: bool) -> tuple[list[int], list[int]]:
    """Return whom these scores settle for the places, and those who stay tied for what is left of them."""
    taken: list[int] = []
    ordered = sorted(tied, key=lambda number: scores[number], reverse=not lowest)
    for _, same in groupby(ordered, key=lambda number: scores[number]):
        group = list(same)
        if len(taken) + len(group) > places:
            return taken, group
        taken += group
        if len(taken) == places:
            break
    return taken, []
