"""How a notice fares on its way, and what the printer needs for members without e-mail."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from typing import Any

from django.db import connection
from django.db.models import Count, F, Max, Q

from agm.enums import Channel
from agm.models import Notice
from agm.rules.notice_dates import latest_given_on, latest_sending
from agm.rules.working_days import UkPart, london
from core.jobs import Progress, progress_of
from equity.rules.exports import csv_text

PRINT_HEAD = ("member", "names", "service_address", "country", "language")
BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads Vietnamese names in the machine's own old alphabet
# Name and address as the register had them when the notice was approved: a delivery keeps only the channel's own line.
PRINT = """
SELECT member.number, known.names, known.service_address, known.country, delivery.language
FROM agm_noticedelivery delivery
JOIN equity_member member ON member.party_id = delivery.party_id
JOIN LATERAL (
    SELECT names, name_sort, service_address, country FROM equity_memberparticulars particulars
    WHERE particulars.member_id = member.id
    ORDER BY particulars.entered_at <= %(at)s DESC, particulars.effective_on <= %(on)s DESC,
             CASE WHEN particulars.effective_on <= %(on)s THEN particulars.effective_on END DESC,
             particulars.effective_on, particulars.entered_at DESC LIMIT 1) known ON true
WHERE delivery.notice_id = %(notice)s AND delivery.channel = 'paper'
ORDER BY known.name_sort, member.number
"""


@dataclass(frozen=True)
class Deliveries:
    """How far the notice is. ``left`` are mails the mail server took; ``late`` left after the last lawful minute.

    A member forgotten by accident does not undo the meeting (Companies Act 2006 s.313), but it is shown.
    """

    email: int
    queued: int
    left: int
    late: int
    paper: int
    posted: int
    last_left_at: datetime | None
    send_by: datetime
    job: Progress | None


def deliveries_of(notice: Notice) -> Deliveries:
    """Return how far the notice is; ``meeting`` and ``job`` loaded, three queries more."""
    meeting = notice.meeting
    given_by = latest_given_on(meeting.starts_at, days=meeting.notice_clear_days)
    send_by = latest_sending(given_by, part=UkPart(meeting.part_of_uk))
    by_email, on_paper = Q(channel=Channel.EMAIL), Q(channel=Channel.PAPER)
    sums = notice.deliveries.aggregate(
        email=Count("pk", filter=by_email),
        queued=Count("pk", filter=by_email & Q(sent_at__isnull=False)),
        left=Count("mail__sent_at", filter=by_email),
        late=Count("pk", filter=Q(mail__sent_at__gt=send_by) | on_paper & Q(sent_at__gt=send_by)),
        paper=Count("pk", filter=on_paper),
        posted=Count("pk", filter=on_paper & Q(sent_at__isnull=False)),
        last_left_at=Max(F("mail__sent_at")),
    )
    return Deliveries(**sums, send_by=send_by, job=progress_of(notice.job) if notice.job else None)


def print_rows(notice: Notice) -> Iterator[tuple[int, str, str, str, str]]:
    """Yield what stands on the envelopes of members on paper, by name: `PRINT_HEAD`. Cells are as in the register."""
    values: dict[str, Any] = {"notice": notice.pk, "at": notice.approved_at, "on": london(notice.approved_at).date()}
    with connection.cursor() as cursor:
        cursor.execute(PRINT, values)
        while rows := cursor.fetchmany(2000):
            for number, names, address, country, language in rows:
                yield number, " & ".join(json.loads(names)), address, country, language


def print_bundle(notice: Notice) -> str:
    """Return the list for the printer as CSV; no cell is taken for a formula by a spreadsheet."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(PRINT_HEAD)
    writer.writerows((number, *map(csv_text, cells)) for number, *cells in print_rows(notice))
    return BYTE_ORDER_MARK + text.getvalue()
