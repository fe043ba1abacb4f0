"""What a reader hands back, whatever the format was."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from ballots.rules.counting.papers import Papers
from ballots.rules.formats.errors import BadFile
from ballots.rules.formats.rows import Rows

SCOTTISH = "scottish-stv"
TAKE_EQUAL_RANKS = ("schulze", "approval")


@dataclass
class BallotFile:
    """A file that was read: candidates in the file's order, and the papers.

    ``seats`` is None where the format has none. ``withdrawn`` holds numbers of candidates from 0. ``keys`` are the
    file's own identifiers beside the names (Pabulib's project ids), else empty. ``by_category``: a rank is one of
    PrefLib's categories. ``remarks`` are sentences about the file that do not hinder its count.
    """

    format: str
    candidates: tuple[str, ...]
    rows: Rows
    seats: int | None = None
    title: str = ""
    withdrawn: frozenset[int] = frozenset()
    keys: tuple[str, ...] = ()
    by_category: bool = False
    remarks: list[str] = field(default_factory=list)

    def papers_for(self, method: str) -> Papers:
        """Return the papers as the method counts them: Note [What imports do with odd papers]. Raises ``BadFile``."""
        if self.by_category and method == "approval":
            papers = self.rows.first_ranks(self.candidates)
        else:
            ends = method not in TAKE_EQUAL_RANKS and not self.withdrawn  # a tie with the withdrawn is none
            papers = self.rows.papers(self.candidates, gap_ends=method == SCOTTISH, tie_ends=ends)
        return papers.without(self.withdrawn) if self.withdrawn else papers

    def treatment_for(self, method: str) -> list[str]:
        """Return a sentence for each kind of odd paper in the file: how many, and what the method does with them."""
        sentences = list(self.remarks)
        if self.withdrawn:
            names = ", ".join(self.candidates[number] for number in sorted(self.withdrawn))
            sentences.append(f"Withdrawn before the count: {names}. Papers are read as if they had never stood.")
        if self.by_category:
            return [*sentences, "The file sorts candidates into categories; approval takes the first one."]
        overvotes, gaps = self.rows.overvotes(), self.rows.gaps()
        if overvotes and method not in TAKE_EQUAL_RANKS:
            sentences.append(f"{counted(overvotes)} several candidates at one rank: counted up to the rank before it.")
        if gaps:
            what = "counted up to the gap" if method == SCOTTISH else "later choices move up"
            sentences.append(f"{counted(gaps)} a rank empty: {what}.")
        return sentences


def counted(papers: int) -> str:
    """Return the beginning of a sentence about some papers."""
    return "1 paper gives" if papers == 1 else f"{papers} papers give"


def distinct(names: Sequence[str], marks: Sequence[str]) -> tuple[str, ...]:
    """Return the names, those that stand more than once with their mark behind them. Raises ``BadFile``."""
    seen = Counter(names)
    told = tuple(f"{name} ({mark})" if seen[name] > 1 else name for name, mark in zip(names, marks, strict=True))
    if len(set(told)) != len(told):
        raise BadFile("two candidates cannot be told apart by their names.")
    return told
