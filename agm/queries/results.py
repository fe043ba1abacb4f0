"""The declared result of a contest as its public page tells it, and the results of a whole meeting.

Nothing here belongs to anybody: no name but those of authors and of who held office, no holding, no tracking code.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from django.db.models import Prefetch
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from agm.enums import MeetingState
from agm.models import AgendaItem, Meeting
from agm.queries.hall import Choice, choices_of
from agm.queries.result_words import SPOILED_WORDS, RoundWords, headline, told_rounds
from agm.rules.bars import BarsPicture
from agm.rules.flows import FlowPicture, picture_of
from agm.rules.results import ResultLine, dissent_update_by, is_dissent, percent, result_line
from ballots.enums import ContestState, Majority, Method, PromiseKind
from ballots.models import Challenge, Contest, Option, Publication
from ballots.queries.publication import spoiled_reasons
from ballots.services.promises import challenge_ends_at
from core.languages import localised

Standing = Literal["final", "provisional", "challenged"]
PLAIN_GROUND = "straw"


@dataclass(frozen=True)
class Line:
    """A resolution's line of the announcement (Companies Act 2006 s.341), in the form registrars publish.

    ``update_by``: the board's report on a dissent of 20 per cent and more is due that day (Code, Provision 4).
    """

    contest: Contest
    title: str
    votes: ResultLine
    is_carried: bool
    is_special: bool
    update_by: date | None


@dataclass(frozen=True)
class Turnout:
    """Exactly how many voted, of how many on the roll; why envelopes gave no paper, in words."""

    envelopes: int
    papers: int
    on_the_roll: int
    percent: Decimal | None
    spoiled: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Doubt:
    """A challenge as everybody reads it: who raised it is not said, who answered is."""

    text: str
    raised_at: datetime
    answer: str
    answered_at: datetime | None
    answered_by: str


@dataclass(frozen=True)
class Told:
    """A declared contest as it is told; ``line`` of a resolution, the rest of a ballot."""

    contest: Contest
    meeting: Meeting
    headline: str
    standing: Standing
    challenge_ends_at: datetime
    turnout: Turnout
    doubts: tuple[Doubt, ...]
    publication: Publication | None
    line: Line | None
    winners: tuple[Choice, ...]
    picture: FlowPicture | BarsPicture | None
    rounds: tuple[RoundWords, ...]

    @property
    def ground(self) -> str:
        """The colour of the page: that of the beer that won."""
        return self.winners[0].ground if self.winners else PLAIN_GROUND

    @property
    def is_advice(self) -> bool:
        """Whether the board is only advised."""
        return self.contest.promise_kind == PromiseKind.ADVICE

    @property
    def lots(self) -> list[Mapping[str, Any]]:
        """What was drawn by public lot."""
        return [tie.lot for each in self.rounds for tie in each.ties if tie.lot]


@dataclass(frozen=True)
class Outcome:
    """A contest of a meeting in its list of results; no headline before it is declared."""

    contest: Contest
    position: int
    title: str
    headline: str
    standing: Standing | None


def find_contest(slug: str, public_id: str) -> Contest | None:
    """Return a contest of a meeting of which notice was given, with all that its result is told from. One query."""
    rows = Contest.objects.select_related("item__meeting", "roll", "scrutineer", "count", "opening", "publication")
    shown = rows.exclude(item__meeting__state=MeetingState.DRAFT)
    return shown.filter(public_id=public_id, item__meeting__slug=slug).first()


def told_result(contest: Contest, *, at: datetime) -> Told:
    """Return the declared result of a contest from `find_contest`. Three queries more for a ballot, one else."""
    is_resolution = contest.method == Method.RESOLUTION
    choices = {} if is_resolution else choices_of(contest)
    names = {title: choice.name for title, choice in choices.items()}
    result = in_words_of(contest.count.result, names)
    challenges = tuple(contest.challenges.select_related("answered_by__party").order_by("raised_at", "pk"))
    grounds = {choice.name: choice.ground for choice in choices.values()}
    return Told(
        contest=contest,
        meeting=contest.item.meeting,
        headline=headline(result),
        standing=_standing(contest, challenges, at=at),
        challenge_ends_at=_challenge_end(contest),
        turnout=_turnout(contest),
        doubts=tuple(map(_doubt, challenges)),
        publication=getattr(contest, "publication", None),
        line=_line(contest, contest.item.meeting) if is_resolution else None,
        winners=tuple(choices[title] for title in contest.count.result["elected"] if title in choices),
        picture=None if is_resolution else picture_of(result, grounds=grounds),
        rounds=tuple(told_rounds(result)),
    )


def in_words_of(result: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return the count with candidates under other names; as it is where two would have the same one."""
    if len(set(names.values())) < len(names):
        return dict(result)
    told = {**result, "candidates": _under(names, result["candidates"]), "elected": _under(names, result["elected"])}
    told["rounds"] = [_round_under(names, each) for each in result["rounds"]]
    # A drawing is repeated from the names as they stood on the ballot, so its record keeps them.
    told["ties"] = [
        {**tie, "between": _under(names, tie["between"]), "chosen": _under(names, tie["chosen"])}
        for tie in result["ties"]
    ]
    return told


def _round_under(names: Mapping[str, str], each: Mapping[str, Any]) -> dict[str, Any]:
    transfers = [
        {**transfer, "from": names.get(transfer["from"], transfer["from"]), "to": _keyed(names, transfer["to"])}
        for transfer in each["transfers"]
    ]
    lists = {name: _under(names, each[name]) for name in ("elected", "eliminated")}
    return {**each, **lists, "tallies": _keyed(names, each["tallies"]), "transfers": transfers}


def _under(names: Mapping[str, str], known: list[str]) -> list[str]:
    return [names.get(name, name) for name in known]


def _keyed(names: Mapping[str, str], votes: Mapping[str, str]) -> dict[str, str]:
    return {names.get(name, name): text for name, text in votes.items()}


def outcomes_of(meeting: Meeting, *, at: datetime) -> tuple[list[Outcome], list[Line]]:
    """Return every contest of the meeting in the order of the agenda, and the lines of its declared resolutions.

    Three queries, however many there are.
    """
    options = Prefetch("contest__options", queryset=Option.objects.order_by("position"))
    rows = meeting.items.filter(contest__isnull=False).select_related("contest__roll", "contest__count")
    items = list(rows.prefetch_related(options, "contest__challenges").order_by("position"))
    lines = [_line(item.contest, meeting) for item in items if item.contest and _is_declared_resolution(item.contest)]
    return [_outcome(item, item.contest, at=at) for item in items if item.contest], lines


def _is_declared_resolution(contest: Contest) -> bool:
    return contest.method == Method.RESOLUTION and contest.state == ContestState.DECLARED


def _outcome(item: AgendaItem, contest: Contest, *, at: datetime) -> Outcome:
    title = localised(contest, "title")
    if contest.state != ContestState.DECLARED:
        return Outcome(contest, item.position, title, "", None)
    names = {option.title: localised(option, "title") or option.title for option in contest.options.all()}
    said = headline(in_words_of(contest.count.result, names))
    return Outcome(contest, item.position, title, said, _standing(contest, tuple(contest.challenges.all()), at=at))


def _line(contest: Contest, meeting: Meeting) -> Line:
    result = contest.count.result
    votes_for, votes_against = int(result["for"]), int(result["against"])
    held_on = localtime(meeting.opened_at or meeting.starts_at).date()
    return Line(
        contest=contest,
        title=localised(contest, "title"),
        votes=result_line(
            votes_for=votes_for,
            votes_against=votes_against,
            votes_withheld=int(result["withheld"]),
            votes_issued=contest.roll.issued_votes if contest.roll else 0,
        ),
        is_carried=bool(result["passed"]),
        is_special=contest.majority == Majority.SPECIAL,
        update_by=dissent_update_by(held_on) if is_dissent(votes_for=votes_for, votes_against=votes_against) else None,
    )


def _turnout(contest: Contest) -> Turnout:
    opening, on_the_roll = contest.opening, contest.roll.entries_count if contest.roll else 0
    envelopes = opening.papers_count + opening.spoiled_count
    reasons = spoiled_reasons(contest) if opening.spoiled_count else {}
    return Turnout(
        envelopes=envelopes,
        papers=opening.papers_count,
        on_the_roll=on_the_roll,
        percent=percent(envelopes, on_the_roll),
        spoiled=tuple((str(SPOILED_WORDS.get(reason, reason)), number) for reason, number in reasons.items()),
    )


def _standing(contest: Contest, challenges: tuple[Challenge, ...], *, at: datetime) -> Standing:
    if at < _challenge_end(contest):
        return "provisional"
    return "challenged" if any(challenge.answered_at is None for challenge in challenges) else "final"


def _doubt(challenge: Challenge) -> Doubt:
    by = challenge.answered_by
    # Never the address somebody signs in with, which `name_of` falls back on.
    named = ((by.party.display_name if by.party else "") or by.name) if by else ""
    return Doubt(
        challenge.text, challenge.raised_at, challenge.answer, challenge.answered_at, named or _("The company")
    )


def _challenge_end(contest: Contest) -> datetime:
    ends_at = challenge_ends_at(contest)
    if ends_at is None:
        raise ValueError("A result that was not declared cannot be told.")
    return ends_at
