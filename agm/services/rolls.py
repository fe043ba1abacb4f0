"""The roll of a meeting: the register at the record date, as it was known then."""

from datetime import datetime
from typing import TYPE_CHECKING

from agm.enums import MeetingState
from agm.errors import NoticeDiffers, NotYetTime
from agm.models import Meeting
from agm.queries.notices import content_sha256
from ballots.enums import ContestState
from ballots.models import Contest, Roll
from ballots.services.contests import freeze_contest
from ballots.services.rolls import freeze_roll
from core import audit
from core.locks import lock
from core.transactions import needs_transaction
from equity.queries.voting_rights import votes_at

if TYPE_CHECKING:
    from accounts.models import User


@needs_transaction
def freeze_meeting_roll(*, meeting: Meeting, by: "User | None", at: datetime) -> Roll:
    """Fix who may vote, and with it the rules of every contest of the meeting. Frozen already: returned as it is.

    Made from the register of the record date *as known at that moment*, whenever this runs: a transfer entered later,
    even one that takes effect earlier, does not move a vote. Raises `NotYetTime`, `NoticeDiffers` for a meeting that is
    not what its members were told, `NoScrutineer`, `ContestIncomplete`.
    """
    meeting = lock(Meeting.objects.select_related("roll", "scrutineer"), pk=meeting.pk)
    if meeting.roll is not None:
        return meeting.roll
    if meeting.state != MeetingState.NOTICED or at < meeting.record_at:
        raise NotYetTime()
    if meeting.notice.content_sha256 != content_sha256(meeting):
        raise NoticeDiffers()
    voters = list(votes_at(meeting.record_at, known_at=meeting.record_at))
    roll = freeze_roll(
        label=meeting.title,
        voters=voters,
        issued_votes=sum(votes for _party_id, votes in voters),
        record_at=meeting.record_at,
        known_at=meeting.record_at,
        by=by,
        at=at,
    )
    meeting.roll = roll
    meeting.save(update_fields=["roll"])
    for contest in Contest.objects.filter(item__meeting=meeting, state=ContestState.DRAFT).order_by("item__position"):
        freeze_contest(contest=contest, roll=roll, scrutineer=meeting.scrutineer, by=by, at=at)
    audit.record(by=by, at=at, verb="meeting_roll_frozen", subject=meeting, sha256=roll.sha256)
    return roll
