"""The agenda as it stands this second: what everybody may see, and nothing about anybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from agm.enums import MeetingState
from agm.models import AgendaItem, Meeting
from ballots.enums import ContestState, Method, PromiseKind
from ballots.models import Contest
from core.languages import localised

WAITING = frozenset({ContestState.DRAFT, ContestState.FROZEN})
COUNTING = frozenset({ContestState.CLOSED, ContestState.OPENED, ContestState.COUNTED})


@dataclass(frozen=True)
class Line:
    """An item of the agenda. ``state`` is ``hear``, ``waiting``, ``open``, ``counting`` or ``declared``."""

    position: int
    title: str
    text: str
    kind: str
    state: str
    url: str
    closes_at: datetime | None
    is_resolution: bool
    is_special: bool
    promise: str
    is_advice: bool


def find_meeting(slug: str) -> Meeting | None:
    """Return the meeting of the address, a draft too."""
    return Meeting.objects.select_related("roll", "scrutineer").filter(slug=slug).first()


def meeting_now() -> Meeting | None:
    """Return the meeting people mean who only say "vote": in session, else the next to come, else the last."""
    shown = Meeting.objects.exclude(state=MeetingState.DRAFT)
    for rows in (
        shown.filter(state=MeetingState.IN_SESSION).order_by("-opened_at"),
        shown.filter(state=MeetingState.NOTICED).order_by("starts_at"),
        shown.filter(state=MeetingState.ENDED).order_by("-ended_at"),
    ):
        meeting = rows.first()
        if meeting is not None:
            return meeting
    return None


def open_contest_of(meeting: Meeting, *, at: datetime) -> Contest | None:
    """Return the vote that takes votes in the meeting at the moment: there is one at most."""
    in_time = Q(closes_at__isnull=True) | Q(closes_at__gt=at)
    return Contest.objects.filter(in_time, item__meeting=meeting, state=ContestState.OPEN).first()


def items_of(meeting: Meeting) -> list[AgendaItem]:
    """Return the agenda with its contests. One query."""
    return list(meeting.items.select_related("contest").order_by("position"))


def lines_of(meeting: Meeting, items: Sequence[AgendaItem], *, at: datetime) -> list[Line]:
    """Return the agenda in the reader's language, as it stands at the moment. No query."""
    return [_line(meeting, item, at) for item in items]


def _line(meeting: Meeting, item: AgendaItem, at: datetime) -> Line:
    contest = item.contest
    state = _state(contest, at)
    return Line(
        position=item.position,
        title=localised(item, "title"),
        text=localised(item, "text") or (localised(contest, "question") if contest else ""),
        kind=item.kind,
        state=state,
        url=_url(meeting, contest, state),
        closes_at=contest.closes_at if contest else None,
        is_resolution=contest is not None and contest.method == Method.RESOLUTION,
        is_special=contest is not None and contest.majority == "special",
        promise=localised(contest, "promise") if contest else "",
        is_advice=contest is not None and contest.promise_kind == PromiseKind.ADVICE,
    )


def _state(contest: Contest | None, at: datetime) -> str:
    """Return the word; a vote whose announced end has passed is over, whether or not the chair closed it already."""
    if contest is None:
        return "hear"
    if contest.state in WAITING:
        return "waiting"
    if contest.state == ContestState.OPEN:
        return "counting" if contest.closes_at and contest.closes_at <= at else "open"
    return "counting" if contest.state in COUNTING else "declared"


def _url(meeting: Meeting, contest: Contest | None, state: str) -> str:
    if contest is not None and state == "open":
        return reverse("agm:vote", args=[meeting.slug, contest.public_id])
    return results_url(meeting, contest) if contest is not None and state == "declared" else ""


def results_url(meeting: Meeting, contest: Contest) -> str:
    """Return where the result and the published papers of a contest stand."""
    return reverse("agm:result", args=[meeting.slug, contest.public_id])
