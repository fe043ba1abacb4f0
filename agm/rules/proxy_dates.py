"""Until when proxies may be lodged, and which configured cut-off is void.

Law: Companies Act 2006 s.327(2)-(3). Its s.327(2)(c) (polls taken at once) was omitted before it ever was in force.
"""

from datetime import datetime, timedelta

from agm.rules.refusals import Code, Refusal
from agm.rules.working_days import UkPart, london, working_time_before, working_time_between

BEFORE_MEETING = timedelta(hours=48)
BEFORE_POLL = timedelta(hours=24)
POLL_WAITS = timedelta(hours=48)


def proxy_cutoff(meeting_at: datetime, *, part: UkPart) -> datetime:
    """Return the earliest moment the articles may set for receipt of proxies: 48 hours before the meeting.

    Parts of days that are not working days are left out (s.327(3)). The same rule serves an adjourned meeting
    (s.327(2)(a)): proxies lodged for the original meeting stay good, and new ones may come until this moment before it.
    """
    return working_time_before(meeting_at, BEFORE_MEETING, part=part)


def poll_proxy_cutoff(*, meeting_at: datetime, demanded_at: datetime, poll_at: datetime, part: UkPart) -> datetime:
    """Return the earliest moment the articles may set for receipt of proxies for a poll.

    24 hours before a poll taken more than 48 hours after it was demanded (s.327(2)(b)); both spans leave out parts of
    days that are not working days (s.327(3)). A poll taken sooner is part of its meeting and keeps the meeting's.
    """
    waited = working_time_between(demanded_at, poll_at, part=part)
    if waited > POLL_WAITS:
        return working_time_before(poll_at, BEFORE_POLL, part=part)
    return proxy_cutoff(meeting_at, part=part)


def cutoff_refusal(cutoff_at: datetime, *, earliest_at: datetime) -> Refusal | None:
    """Return why a configured cut-off is void, or None where it may be saved.

    A stricter one, earlier than ``proxy_cutoff`` or ``poll_proxy_cutoff`` answers, is void and would shut out members
    who are in time; a laxer one is the members' gain. Where the articles are silent there is no cut-off.
    """
    if cutoff_at >= earliest_at:
        return None
    return Refusal(Code.PROXY_CUTOFF_TOO_EARLY, {"cutoff_at": london(cutoff_at), "earliest_at": earliest_at})


def is_lodged_in_time(received_at: datetime, *, cutoff_at: datetime | None) -> bool:
    """Say whether a proxy came in time: at the cut-off itself is in time, and without a cut-off any moment is."""
    return cutoff_at is None or received_at <= cutoff_at
