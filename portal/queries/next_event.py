"""What a holder is asked to next: the meeting to come, and the vote that is open."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from accounts.models import User
from agm.enums import MeetingState
from agm.queries.live import meeting_now, open_contest_of
from agm.queries.paper import seats_of
from ballots.models import Envelope
from core.languages import localised


@dataclass(frozen=True)
class NextEvent:
    """The meeting people may prepare for or are in; ``vote_url`` where the reader has not voted on what is open."""

    title: str
    place: str
    starts_at: datetime
    url: str
    is_in_session: bool
    vote_title: str = ""
    vote_url: str = ""


def next_event_of(user: User, *, at: datetime) -> NextEvent | None:
    """Return the meeting that is noticed or in session. Five queries at most."""
    meeting = meeting_now()
    if meeting is None or meeting.state == MeetingState.ENDED:
        return None
    title, url = localised(meeting, "title"), reverse("agm:meeting", args=[meeting.slug])
    is_in_session = meeting.state == MeetingState.IN_SESSION
    event = NextEvent(title, meeting.place, meeting.starts_at, url, is_in_session)
    contest = open_contest_of(meeting, at=at) if is_in_session else None
    if contest is None or contest.roll_id is None:
        return event
    entries = [seat.entry.pk for seat in seats_of(user, roll_id=contest.roll_id)]
    voted = set(Envelope.objects.filter(contest=contest, entry__in=entries).values_list("entry_id", flat=True))
    if set(entries) <= voted:
        return event
    vote_url = reverse("agm:vote", args=[meeting.slug, contest.public_id])
    return NextEvent(title, meeting.place, meeting.starts_at, url, is_in_session, localised(contest, "title"), vote_url)
