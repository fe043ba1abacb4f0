"""Questions about meetings that must be answered by no rows."""

from collections.abc import Iterator

from django.db import connection

from agm.models import Meeting, Notice
from agm.queries.notices import content_sha256
from equity.queries.voting_rights import votes_at

QUESTIONS = {
    "a contest on another roll than its meeting's": """
        SELECT contest.public_id FROM agm_agendaitem item JOIN agm_meeting meeting ON meeting.id = item.meeting_id
        JOIN ballots_contest contest ON contest.id = item.contest_id
        WHERE contest.roll_id IS NOT NULL AND contest.roll_id IS DISTINCT FROM meeting.roll_id""",
    "a vote outside its meeting": """
        SELECT contest.public_id FROM agm_agendaitem item JOIN agm_meeting meeting ON meeting.id = item.meeting_id
        JOIN ballots_contest contest ON contest.id = item.contest_id
        WHERE contest.opened_at < meeting.opened_at OR contest.closed_at > meeting.ended_at""",
    "a notice that was given too late": """
        SELECT meeting.slug FROM agm_notice notice JOIN agm_meeting meeting ON meeting.id = notice.meeting_id
        WHERE notice.given_on + meeting.notice_clear_days + 1
              > (meeting.starts_at AT TIME ZONE 'Europe/London')::date""",
}


def findings() -> Iterator[str]:
    """Yield a sentence for every row that should not be.

    So too for every meeting that its notice does not give, and every roll that the register of its day does not give.
    """
    with connection.cursor() as cursor:
        for question, sql in QUESTIONS.items():
            cursor.execute(sql)
            for row in cursor.fetchall():
                yield f"agm: {question}: {', '.join(str(value) for value in row)}"
    for notice in Notice.objects.select_related("meeting__scrutineer").order_by("pk"):
        if notice.content_sha256 != content_sha256(notice.meeting):
            yield f"agm: a meeting that is not what its notice said: {notice.meeting.slug}"
    for meeting in Meeting.objects.filter(roll__isnull=False).select_related("roll").order_by("pk"):
        roll = meeting.roll
        if roll is None:
            continue
        by_register = dict(votes_at(roll.record_at, known_at=roll.known_at))
        if by_register != dict(roll.entries.values_list("party_id", "votes")):
            yield f"agm: a roll that the register of its record date does not give: {meeting.slug}"
