"""The chair's desk: where each item stands, what to read out, and the one thing to do next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agm.enums import MeetingState
from agm.models import AgendaItem, Meeting
from agm.queries.hall import Stage, Voting, item_on_stage, items_of_meeting, next_item, revealed, voting_of
from agm.queries.script import script_of
from ballots.enums import ContestState
from ballots.models import Contest, Count, Handover, Opening
from ballots.queries.contests import turnout
from core.languages import localised
from core.models import AuditRecord
from portal.queries.office_trail import event_of

LOG_LINES = 60
FINISHED = {ContestState.DRAFT, ContestState.FROZEN, ContestState.DECLARED}


@dataclass(frozen=True)
class Act:
    """A button. ``warning`` is what will happen, said before a second tap; ``is_key`` answers to the space bar."""

    code: str
    label: str | Promise
    warning: str | Promise = ""
    is_key: bool = False


@dataclass(frozen=True)
class ItemLine:
    """An item in the list beside the desk."""

    item: AgendaItem
    title: str
    state: str | Promise
    is_shown: bool


@dataclass(frozen=True)
class Happening:
    """A line of the log."""

    at: datetime
    sentence: str
    about: str
    by: str


@dataclass(frozen=True)
class Desk:
    """Everything the console shows of one item; what the state does not need is None or empty."""

    meeting: Meeting
    lines: tuple[ItemLine, ...]
    item: AgendaItem | None
    contest: Contest | None
    script: tuple[str, ...]
    acts: tuple[Act, ...]
    voting: Voting | None
    votes_in: int | None
    handover: Handover | None
    opening: Opening | None
    stage: Stage | None
    open_elsewhere: AgendaItem | None
    next: AgendaItem | None
    may_end: bool
    log: tuple[Happening, ...]


OPEN = Act("open", _("Open the vote"))
CLOSING = Act("closing", _("Close in one minute"))
CLOSE = Act(
    "close",
    _("Close now"),
    _("Voting stops this second, and the envelopes go to the scrutineer. This cannot be taken back."),
)
COUNT = Act("count", _("Count"))
DRAW = Act("count", _("Count with these dice"))
NEXT = Act("next", _("Next round"), is_key=True)
SHOW = Act("next", _("Show the result in the hall"), is_key=True)
DECLARE = Act(
    "declare",
    _("Declare the result"),
    _("The result becomes public, with every paper and its code. This cannot be taken back."),
)


def desk_of(meeting: Meeting, *, item_id: str = "", needs_lot: bool = False, at: datetime) -> Desk:
    """Return the desk of the item asked for, or of the one to go on with. Nine queries at most.

    ``needs_lot``: the count stopped at a tie, and the dice are the next step.
    """
    items = items_of_meeting(meeting)
    item = _asked(items, item_id) or _current(items, at=at)
    contest = item.contest if item is not None else None
    result = _result_of(contest)
    rounds = len(result["rounds"]) if result is not None else 0
    stage = None
    if item is not None and contest is not None and result is not None and contest.revealed_rounds:
        stage = revealed(meeting, item, contest, result)
    voting = voting_of(contest, at=at) if contest is not None and contest.state == ContestState.OPEN else None
    is_closed = contest is not None and contest.closed_at is not None
    return Desk(
        meeting=meeting,
        lines=tuple(_line(each, shown=item) for each in items),
        item=item,
        contest=contest,
        script=_script(item, stage, voting, needs_lot=needs_lot),
        acts=tuple(_acts(meeting, contest, rounds, needs_lot=needs_lot)),
        voting=voting,
        votes_in=turnout(contest) if contest is not None and is_closed else None,
        handover=Handover.objects.filter(contest=contest).first() if is_closed else None,
        opening=Opening.objects.filter(contest=contest).first() if is_closed else None,
        stage=stage,
        open_elsewhere=_open_elsewhere(items, item),
        next=_following(items, item),
        may_end=_may_end(meeting, items),
        log=tuple(_log(meeting, items)),
    )


def _asked(items: Sequence[AgendaItem], item_id: str) -> AgendaItem | None:
    return next((item for item in items if item.public_id == item_id), None)


def _current(items: Sequence[AgendaItem], *, at: datetime) -> AgendaItem | None:
    """Return the vote that is not finished, else the next one, else the item everybody looks at, else the first."""
    begun = item_on_stage(items, at=at)
    if begun is not None and begun.contest is not None and begun.contest.state != ContestState.DECLARED:
        return begun
    return next_item(items) or begun or next(iter(items), None)


def _result_of(contest: Contest | None) -> dict[str, Any] | None:
    if contest is None or contest.counted_at is None:
        return None
    result: dict[str, Any] = Count.objects.values_list("result", flat=True).get(contest=contest)
    return result


def _script(item: AgendaItem | None, stage: Stage | None, voting: Voting | None, *, needs_lot: bool) -> tuple[str, ...]:
    if item is None:
        return ()
    return tuple(script_of(item, stage=stage, seconds=voting.seconds if voting else None, needs_lot=needs_lot))


def _acts(meeting: Meeting, contest: Contest | None, rounds: int, *, needs_lot: bool) -> list[Act]:
    """Return what the chair can do now, the next act first; a contest stands at one point, so there is one next act."""
    if contest is None or meeting.state != MeetingState.IN_SESSION:
        return []
    if contest.state == ContestState.OPEN:
        return [CLOSE] if contest.closes_at else [CLOSING, CLOSE]
    if contest.state == ContestState.COUNTED:
        if contest.revealed_rounds >= rounds:
            return [DECLARE]
        return [NEXT] if contest.revealed_rounds else [SHOW]
    count = DRAW if needs_lot else COUNT
    return {ContestState.FROZEN: [OPEN], ContestState.OPENED: [count]}.get(ContestState(contest.state), [])


def _line(item: AgendaItem, *, shown: AgendaItem | None) -> ItemLine:
    state: str | Promise = _("to hear") if item.contest is None else ContestState(item.contest.state).label
    return ItemLine(item, localised(item, "title"), state, is_shown=item == shown)


def _open_elsewhere(items: Sequence[AgendaItem], shown: AgendaItem | None) -> AgendaItem | None:
    others = (item for item in items if item != shown and item.contest is not None)
    return next((item for item in others if item.contest and item.contest.state == ContestState.OPEN), None)


def _following(items: Sequence[AgendaItem], shown: AgendaItem | None) -> AgendaItem | None:
    return next((item for item in items if shown is not None and item.position > shown.position), None)


def _may_end(meeting: Meeting, items: Sequence[AgendaItem]) -> bool:
    contests = [item.contest for item in items if item.contest is not None]
    return meeting.state == MeetingState.IN_SESSION and all(contest.state in FINISHED for contest in contests)


def _log(meeting: Meeting, items: Sequence[AgendaItem]) -> list[Happening]:
    """Return what happened since the meeting opened, the latest first; who voted when is no part of it."""
    titles = {str(item.contest.pk): localised(item, "title") for item in items if item.contest is not None}
    about_meeting = Q(subject_kind="agm.meeting", subject_id=str(meeting.pk))
    about_votes = Q(subject_kind="ballots.contest", subject_id__in=list(titles))
    rows = AuditRecord.objects.filter(about_meeting | about_votes, at__gte=meeting.opened_at or meeting.starts_at)
    lines = []
    for row in rows.select_related("by__party").order_by("-id")[:LOG_LINES]:
        event = event_of(row)
        about = titles.get(row.subject_id, "") if row.subject_kind == "ballots.contest" else ""
        lines.append(Happening(event.at, event.sentence, about, event.by))
    return lines
