"""What the hall's screen shows this second: one stage, and nothing that is not public yet.

Note [Kept back]: before the close a stage holds the turnout in full fives and no choice; after the count only the
rounds that the chair has revealed. What is not in the stage cannot get into a page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from math import ceil
from typing import Any, Literal

from agm.enums import MeetingState
from agm.models import AgendaItem, Meeting
from agm.rules.bars import BarsPicture, LyingBar, bars_picture, shown_votes, votes_of
from agm.rules.flows import ROUNDED_METHODS
from agm.rules.glasses import Glass, GlassRound, TallyMarks, glass_round, tally_marks
from ballots.enums import ContestState, Majority, Method, PromiseKind
from ballots.models import Contest, Count, Option
from ballots.queries.contests import options_of, shown_turnout
from beers.queries import Card, cards_of
from core.languages import localised

RESULT_SHOWN = timedelta(minutes=5)
GROUND_OF_A_NAME = "gold"
GLASSES_IN_A_ROW, TWO_ROWS = 6, 2
Kind = Literal["before", "agenda", "voting", "sealed", "counted", "glasses", "bars", "resolution", "winner", "ended"]


@dataclass(frozen=True)
class Choice:
    """An option as the hall names it: title in the reader's language, author, and the colour of its beer."""

    key: str
    name: str
    author: str
    ground: str
    is_dark: bool


@dataclass(frozen=True)
class Voting:
    """An open vote: ``shown`` is the turnout in full fives, ``seconds`` what is left once the close is announced."""

    shown: int
    on_the_roll: int
    marks: TallyMarks
    seconds: int | None


@dataclass(frozen=True)
class Outcome:
    """A counted resolution, in votes; percentages of the votes cast, two decimals, None where nobody voted."""

    votes_for: int
    votes_against: int
    votes_withheld: int
    for_percent: Decimal | None
    against_percent: Decimal | None
    is_carried: bool
    is_special: bool


@dataclass(frozen=True)
class Winner:
    """Who won a ballot, with its votes in the last round out of those in play."""

    choice: Choice
    votes: Decimal
    of_votes: Decimal


@dataclass(frozen=True)
class AgendaLine:
    """An item of the agenda; the vote that comes next is marked."""

    position: int
    title: str
    state: Literal["done", "next", "later"]


@dataclass(frozen=True)
class Stage:
    """One state of the screen; what its kind does not need is empty."""

    kind: Kind
    meeting: Meeting
    item: AgendaItem | None = None
    contest: Contest | None = None
    agenda: tuple[AgendaLine, ...] = ()
    voting: Voting | None = None
    round: GlassRound | None = None
    choices: Mapping[str, Choice] = field(default_factory=dict)
    bars: BarsPicture | None = None
    outcome: Outcome | None = None
    winners: tuple[Winner, ...] = ()

    @property
    def is_nobody_chosen(self) -> bool:
        """Whether the count is shown to its end and elects nobody: no paper names anybody."""
        if self.bars:
            return not any(bar.state == "elected" for bar in self.bars.bars)
        if self.round is None or not self.round.is_last:
            return False
        return not any(glass.is_elected for glass in self.round.glasses)

    @property
    def columns(self) -> int:
        """How many glasses stand in a row."""
        glasses = len(self.round.glasses) if self.round else 0
        return glasses if glasses <= GLASSES_IN_A_ROW else ceil(glasses / TWO_ROWS)

    @property
    def glasses(self) -> list[tuple[Glass, Choice]]:
        """Every glass of the round with its candidate."""
        return [(glass, self.choices[glass.name]) for glass in self.round.glasses] if self.round else []

    @property
    def pours(self) -> list[tuple[Choice, Choice | None, Decimal]]:
        """What was poured before this round: from whom, to whom (nobody: no choice left), and how many votes."""
        pours = self.round.pours if self.round else ()
        return [(self.choices[pour.source], self.choices.get(pour.target), pour.votes) for pour in pours]

    @property
    def lying(self) -> list[tuple[LyingBar, Choice]]:
        """Every lying bar with its candidate."""
        return [(bar, self.choices[bar.name]) for bar in self.bars.bars] if self.bars else []

    @property
    def is_advice(self) -> bool:
        """Whether the board is only advised."""
        return self.contest is not None and self.contest.promise_kind == PromiseKind.ADVICE


def items_of_meeting(meeting: Meeting) -> list[AgendaItem]:
    """Return the agenda with contests, their rolls and who holds the key. One query."""
    rows = meeting.items.select_related("contest__roll", "contest__scrutineer")
    return list(rows.order_by("position"))


def stage_of(meeting: Meeting, *, at: datetime) -> Stage:
    """Return what the screen shows at the moment. Five queries at most."""
    if meeting.state == MeetingState.ENDED:
        return Stage("ended", meeting)
    if meeting.state != MeetingState.IN_SESSION:
        return Stage("before", meeting)
    items = items_of_meeting(meeting)
    item = item_on_stage(items, at=at)
    if item is None or item.contest is None:
        return Stage("agenda", meeting, agenda=tuple(_agenda(items)))
    return _stage_of_item(meeting, item, item.contest, at=at)


def item_on_stage(items: Sequence[AgendaItem], *, at: datetime) -> AgendaItem | None:
    """Return the item everybody looks at: the open vote, else the one the chair touched last, a result for a while."""
    begun = [item for item in items if item.contest is not None and item.contest.opened_at is not None]
    if not begun:
        return None
    last = max(begun, key=_touched)
    contest = last.contest
    if contest is not None and contest.declared_at is not None and at - contest.declared_at > RESULT_SHOWN:
        return None
    return last


def _touched(item: AgendaItem) -> tuple[bool, datetime]:
    contest = item.contest
    if contest is None or contest.opened_at is None:
        raise ValueError("An item whose vote never opened was not touched.")
    moments = [contest.opened_at, contest.closed_at, contest.counted_at, contest.declared_at]
    return contest.state == ContestState.OPEN, max(moment for moment in moments if moment)


def next_item(items: Sequence[AgendaItem]) -> AgendaItem | None:
    """Return the first item whose vote was not opened yet."""
    waiting = (item for item in items if item.contest is not None and item.contest.opened_at is None)
    return next(waiting, None)


def _agenda(items: Sequence[AgendaItem]) -> list[AgendaLine]:
    coming = next_item(items)
    lines = []
    for item in items:
        is_done = item.contest is not None and item.contest.state == ContestState.DECLARED
        state: Literal["done", "next", "later"] = "done" if is_done else "next" if item == coming else "later"
        lines.append(AgendaLine(item.position, localised(item, "title"), state))
    return lines


def _stage_of_item(meeting: Meeting, item: AgendaItem, contest: Contest, *, at: datetime) -> Stage:
    if contest.state == ContestState.OPEN:
        return Stage("voting", meeting, item, contest, voting=voting_of(contest, at=at))
    if contest.state in {ContestState.CLOSED, ContestState.OPENED}:
        return Stage("sealed", meeting, item, contest)
    if not contest.revealed_rounds and contest.state != ContestState.DECLARED:
        return Stage("counted", meeting, item, contest)
    result: dict[str, Any] = Count.objects.values_list("result", flat=True).get(contest=contest)
    return revealed(meeting, item, contest, result)


def voting_of(contest: Contest, *, at: datetime) -> Voting:
    """Return how an open vote stands, rounded as Note [Kept back] asks. One query."""
    shown = shown_turnout(contest)
    return Voting(
        shown=shown,
        on_the_roll=contest.roll.entries_count if contest.roll else 0,
        marks=tally_marks(shown),
        seconds=None if contest.closes_at is None else max(0, ceil((contest.closes_at - at).total_seconds())),
    )


def revealed(meeting: Meeting, item: AgendaItem, contest: Contest, result: Mapping[str, Any]) -> Stage:
    """Return what the chair has revealed of a counted contest. Two queries for a ballot."""
    if contest.method == Method.RESOLUTION:
        return Stage("resolution", meeting, item, contest, outcome=outcome_of(contest, result))
    choices = choices_of(contest)
    if contest.state == ContestState.DECLARED:
        return Stage("winner", meeting, item, contest, choices=choices, winners=tuple(_winners(result, choices)))
    if result["method"] in ROUNDED_METHODS:
        return Stage(
            "glasses", meeting, item, contest, choices=choices, round=glass_round(result, contest.revealed_rounds)
        )
    grounds = {title: choice.ground for title, choice in choices.items()}
    return Stage("bars", meeting, item, contest, choices=choices, bars=bars_picture(result, grounds=grounds))


def outcome_of(contest: Contest, result: Mapping[str, Any]) -> Outcome:
    """Return a counted resolution."""
    return Outcome(
        votes_for=result["for"],
        votes_against=result["against"],
        votes_withheld=result["withheld"],
        for_percent=_percent(result["for_percent"]),
        against_percent=_percent(result["against_percent"]),
        is_carried=result["passed"],
        is_special=contest.majority == Majority.SPECIAL,
    )


def _percent(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def choices_of(contest: Contest) -> dict[str, Choice]:
    """Return the options by their title in the count, in the order of the paper. Two queries."""
    options = options_of(contest)
    cards = cards_of(option.reference for option in options if option.reference)
    return {option.title: _choice(option, cards.get(option.reference)) for option in options}


def _choice(option: Option, card: Card | None) -> Choice:
    is_beer = card is not None and card.is_recipe
    return Choice(
        key=option.public_id,
        name=localised(option, "title") or option.title,
        author=option.credit or (card.author_shown if card else ""),
        ground=card.ground if card is not None and is_beer else GROUND_OF_A_NAME,
        is_dark=card is not None and is_beer and card.is_dark,
    )


def _winners(result: Mapping[str, Any], choices: Mapping[str, Choice]) -> list[Winner]:
    rounds = result["rounds"]
    last = {name: votes_of(text) for name, text in rounds[-1]["tallies"].items()} if rounds else {}
    whole = Decimal(result["papers"]) if "papers" in result else shown_votes(sum(last.values()))
    return [Winner(choices[name], shown_votes(last.get(name, 0)), whole) for name in result["elected"]]
