"""What the chair does in the meeting: open and close it, open, close, count and declare each vote."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from agm.enums import MeetingState
from agm.errors import (
    AnotherPollOpen,
    MeetingNotInSession,
    MeetingOver,
    NoQuorum,
    NoRoll,
    NotYetTime,
    PollsUnfinished,
)
from agm.models import AgendaItem, Meeting
from ballots.enums import ContestState
from ballots.models import Contest
from ballots.services.contests import (
    announce_closing,
    close_contest,
    declare_contest,
    open_contest,
    reveal_round,
)
from ballots.services.counting import count_contest
from ballots.services.handovers import hand_over
from core import audit
from core.locks import lock
from core.transactions import needs_transaction

if TYPE_CHECKING:
    from accounts.models import User

QUORUM = 2
CLOSING_SECONDS = 60


@needs_transaction
def open_meeting(*, meeting: Meeting, qualifying_persons: int, by: "User", at: datetime) -> Meeting:
    """Open the meeting with a quorum (s.318). In session already: returned as it is.

    Raises `MeetingOver`, `NoRoll`, `NotYetTime` before the time in the notice, `NoQuorum`.
    """
    meeting = lock(Meeting.objects.all(), pk=meeting.pk)
    if meeting.state == MeetingState.IN_SESSION:
        return meeting
    if meeting.state == MeetingState.ENDED:
        raise MeetingOver()
    if meeting.state != MeetingState.NOTICED or meeting.roll_id is None:
        raise NoRoll()
    if at < meeting.starts_at:
        raise NotYetTime()
    if qualifying_persons < QUORUM:
        raise NoQuorum()
    meeting.state, meeting.opened_at, meeting.opened_by = MeetingState.IN_SESSION, at, by
    meeting.qualifying_persons = qualifying_persons
    meeting.save(update_fields=["state", "opened_at", "opened_by", "qualifying_persons"])
    audit.record(by=by, at=at, verb="meeting_opened", subject=meeting, qualifying_persons=qualifying_persons)
    return meeting


@needs_transaction
def open_poll(*, item: AgendaItem, by: "User", at: datetime) -> Contest:
    """Open the vote of an agenda item; one at a time. Raises `MeetingNotInSession`, `AnotherPollOpen`."""
    _in_session(item)
    contest = _contest_of(item)
    others = Contest.objects.filter(item__meeting=item.meeting_id, state=ContestState.OPEN).exclude(pk=contest.pk)
    if others.exists():
        raise AnotherPollOpen()
    return open_contest(contest=contest, by=by, at=at)


@needs_transaction
def announce_poll_closing(*, item: AgendaItem, by: "User", at: datetime) -> Contest:
    """Say that the vote closes in a minute; every screen counts down, and the database's clock keeps to it."""
    _in_session(item)
    closes_at = at + timedelta(seconds=CLOSING_SECONDS)
    return announce_closing(contest=_contest_of(item), closes_at=closes_at, by=by, at=at)


@needs_transaction
def close_poll(*, item: AgendaItem, by: "User", at: datetime) -> Contest:
    """Close the vote now and hand the envelopes to the scrutineer. Closed already: returned as it is."""
    contest = close_contest(contest=_contest_of(item), by=by, at=at)
    hand_over(contest=contest, by=by, at=at)
    return contest


@needs_transaction
def count_poll(*, item: AgendaItem, by: "User", at: datetime, beacon: str = "") -> Contest:
    """Count what the scrutineer returned; ``beacon`` are the dice, when a tie asks for them (`LotNeeded`)."""
    contest = _contest_of(item)
    count_contest(contest=contest, by=by, at=at, beacon=beacon)
    contest.refresh_from_db()
    return contest


@needs_transaction
def reveal_next_round(*, item: AgendaItem, by: "User", at: datetime) -> Contest:
    """Show the next round in the hall."""
    return reveal_round(contest=_contest_of(item), by=by, at=at)


@needs_transaction
def declare_result(*, item: AgendaItem, by: "User", at: datetime) -> Contest:
    """Declare the counted result: from now on it is public (s.320: the chair's declaration)."""
    return declare_contest(contest=_contest_of(item), by=by, at=at)


@needs_transaction
def end_meeting(*, meeting: Meeting, by: "User", at: datetime) -> Meeting:
    """End the meeting after its last declared vote. Ended already: returned as it is. Raises `PollsUnfinished`."""
    meeting = lock(Meeting.objects.all(), pk=meeting.pk)
    if meeting.state == MeetingState.ENDED:
        return meeting
    if meeting.state != MeetingState.IN_SESSION:
        raise MeetingNotInSession()
    unfinished = Contest.objects.filter(item__meeting=meeting).exclude(
        state__in=[ContestState.FROZEN, ContestState.DECLARED]
    )
    if unfinished.exists():
        raise PollsUnfinished()
    meeting.state, meeting.ended_at, meeting.ended_by = MeetingState.ENDED, at, by
    meeting.save(update_fields=["state", "ended_at", "ended_by"])
    audit.record(by=by, at=at, verb="meeting_ended", subject=meeting)
    return meeting


def _in_session(item: AgendaItem) -> None:
    meeting = lock(Meeting.objects.all(), pk=item.meeting_id)
    if meeting.state != MeetingState.IN_SESSION:
        raise MeetingNotInSession()


def _contest_of(item: AgendaItem) -> Contest:
    if item.contest is None:
        raise PollsUnfinished()
    return item.contest
