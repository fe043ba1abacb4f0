"""Resolutions of a company: for, against, and withheld, which is not a vote.

Companies Act 2006: an ordinary resolution needs a simple majority (s. 282), so for must exceed against and a tie is
lost; a special one at least 75 % (s. 283), tested in whole numbers as 4 * for >= 3 * (for + against). Votes withheld
are no votes and stand outside the percentages. Nobody voting carries nothing.
"""

from dataclasses import dataclass
from typing import Any

from ballots.rules.counting.papers import BadPapers, Papers
from ballots.rules.counting.result import UNITS, Result, Round
from ballots.rules.counting.tallies import first_choices, sums

METHOD = "resolution"
ORDINARY, SPECIAL = "ordinary", "special"
MEANINGS = {"for": 0, "yes": 0, "against": 1, "no": 1, "withheld": 2, "abstain": 2}


@dataclass(frozen=True)
class Outcome:
    """A resolution counted: votes, and whether it is carried."""

    votes_for: int
    votes_against: int
    votes_withheld: int = 0
    special: bool = False

    def __post_init__(self) -> None:
        """Refuse votes below zero."""
        if min(self.votes_for, self.votes_against, self.votes_withheld) < 0:
            raise ValueError("Votes for, against and withheld are never below zero.")

    @property
    def cast(self) -> int:
        """The votes cast: for and against."""
        return self.votes_for + self.votes_against

    @property
    def passed(self) -> bool:
        """Whether the resolution is carried."""
        if self.special:
            return self.cast > 0 and 4 * self.votes_for >= 3 * self.cast
        return self.votes_for > self.votes_against

    def as_json(self) -> dict[str, Any]:
        """Return votes, percentages of the votes cast, and whether it passed, for JSON."""
        return {
            "kind": SPECIAL if self.special else ORDINARY,
            "for": self.votes_for,
            "against": self.votes_against,
            "withheld": self.votes_withheld,
            "cast": self.cast,
            "for_percent": percent(self.votes_for, self.cast),
            "against_percent": percent(self.votes_against, self.cast),
            "passed": self.passed,
        }


def percent(part: int, whole: int) -> str | None:
    """Return part of whole as a percentage, two decimals, half-up, as listed companies print it; None of nothing."""
    if whole == 0:
        return None
    hundredths = (20_000 * part + whole) // (2 * whole)
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def count(papers: Papers, *, special: bool = False) -> Result:
    """Return a resolution counted from papers; a split holding is one paper for each way it votes.

    The options are For, Against and, if there, Withheld (or Yes, No, Abstain) in any order and case; under other names
    the first is for, the second against, the third withheld. ``elected`` is the option For where carried, else nobody.
    Raises ``BadPapers`` for fewer than two options, more than three, or names that mix the two ways.
    """
    places = _places(papers.candidates)
    blank, *votes = sums(first_choices(papers.ordered()), papers.weights, len(papers.candidates))
    by_meaning = {meaning: votes[number] for number, meaning in enumerate(places)}
    outcome = Outcome(by_meaning[0], by_meaning[1], by_meaning.get(2, 0), special)
    elected = (papers.candidates[places.index(0)],) if outcome.passed else ()
    tallies = {name: number * UNITS for name, number in zip(papers.candidates, votes, strict=True)}
    only = Round(tallies, elected, exhausted=blank * UNITS)
    return Result(METHOD, 1, papers.candidates, (only,), elected, extras=outcome.as_json())


def _places(options: tuple[str, ...]) -> list[int]:
    """Return for each option whether it means for (0), against (1) or withheld (2)."""
    if not 2 <= len(options) <= 3:
        raise BadPapers(f"A resolution has the options for, against and perhaps withheld, not {len(options)} options.")
    known = [MEANINGS.get(option.strip().casefold()) for option in options]
    if all(meaning is None for meaning in known):
        return list(range(len(options)))
    places = [meaning for meaning in known if meaning is not None]
    if sorted(places) != list(range(len(options))):
        raise BadPapers(f"The options {', '.join(options)} do not say which is for, which against and which withheld.")
    return places
