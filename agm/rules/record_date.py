"""Whose shares vote: the register as it stood at the record moment.

Law: Companies Act 2006 s.360B(2)-(3) for traded companies; for others the articles.
"""

from datetime import datetime, timedelta

from agm.rules.company_profile import CompanyProfile
from agm.rules.proxy_dates import proxy_cutoff
from agm.rules.refusals import Code, Refusal
from agm.rules.working_days import UkPart, london, working_time_between

EARLIEST_BEFORE = timedelta(hours=48)


def record_moment(meeting_at: datetime, *, part: UkPart, articles_at: datetime | None = None) -> datetime:
    """Return the moment whose register decides who votes: that of the articles, else the proxy cut-off.

    Whoever is registered then votes; a transfer registered later does not move the vote. Leaves the check of the
    articles' moment to ``record_refusal``.
    """
    return proxy_cutoff(meeting_at, part=part) if articles_at is None else london(articles_at)


def record_refusal(
    record_at: datetime, *, meeting_at: datetime, profile: CompanyProfile, part: UkPart
) -> Refusal | None:
    """Return why the record moment cannot be, or None.

    It may not lie after the meeting and, in a traded company, not more than 48 hours of working days before it
    (s.360B(2)-(3)).
    """
    if record_at > meeting_at:
        return Refusal(Code.RECORD_AFTER_MEETING, {"record_at": london(record_at), "meeting_at": london(meeting_at)})
    is_early = working_time_between(record_at, meeting_at, part=part) > EARLIEST_BEFORE
    if profile == CompanyProfile.TRADED and is_early:
        earliest_at = proxy_cutoff(meeting_at, part=part)
        return Refusal(Code.RECORD_TOO_EARLY, {"record_at": london(record_at), "earliest_at": earliest_at})
    return None
