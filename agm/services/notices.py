"""The notice of a meeting: approved by a second person, sent to every member by a job, posted on paper to the rest."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from agm.documents import PrintedNotice
from agm.enums import Channel, MeetingState
from agm.errors import LawRefuses, MeetingNotDraft, NoticeByAnother, NoticeChanged, NoticeIncomplete
from agm.models import Meeting, Notice, NoticeDelivery
from agm.queries.notice_checks import NoticeCheck, check_notice
from agm.queries.notice_recipients import Recipient, recipients_at
from agm.rules.working_days import london
from agm.services.notice_letters import notice_attachment, write_notice_letter
from core import audit, jobs
from core.errors import constraints_as
from core.locks import lock
from core.mail import queue_letter
from core.transactions import atomic, needs_transaction

if TYPE_CHECKING:
    from accounts.models import User

JOB_KIND = "meeting_notices"
DELIVER = """
INSERT INTO agm_noticedelivery (notice_id, party_id, channel, address, language)
SELECT %(notice)s, party_id, channel, left(address, 300), language
FROM unnest(%(parties)s::bigint[], %(channels)s::text[], %(addresses)s::text[], %(languages)s::text[])
    AS recipient (party_id, channel, address, language)
"""


@needs_transaction
def approve_notice(*, meeting: Meeting, content_sha256: str, pdfs: PrintedNotice, by: "User", at: datetime) -> Notice:
    """Give notice of exactly what the director read: from here on the meeting is as its notice says.

    ``pdfs`` is what `agm.documents.print_notice` stored before this transaction. Writes a delivery for every member of
    the register of today and starts the job that mails. Approved already by the same person: returned as it is. That
    ``by`` is a director with a fresh second factor is for the page to see to.
    Raises `MeetingNotDraft`, `NoticeByAnother`, `NoticeChanged`, `LawRefuses` when it is too late, `NoticeIncomplete`
    with everything that is missing.
    """
    meeting = lock(Meeting.objects.all(), pk=meeting.pk)
    if meeting.state != MeetingState.DRAFT:
        return _given_before(meeting, content_sha256, by)
    maker_id = _maker_other_than(by, meeting)
    check = check_notice(meeting, at)
    printed = (pdfs.content_sha256, pdfs.dated_on)
    if content_sha256 != check.content_sha256 or printed != (check.content_sha256, london(at).date()):
        raise NoticeChanged()
    if check.date_refusal is not None:
        raise LawRefuses(check.date_refusal)
    if check.refusals:
        raise NoticeIncomplete(" ".join(check.refusals))
    notice = _write(meeting, check, pdfs, list(recipients_at(at)), maker_id=maker_id, by=by, at=at)
    meeting.state, meeting.noticed_at = MeetingState.NOTICED, at
    meeting.save(update_fields=["state", "noticed_at"])
    audit.record(
        by=by, at=at, verb="notice_approved", subject=meeting, sha256=content_sha256, members=check.reach.members
    )
    return notice


def _given_before(meeting: Meeting, content_sha256: str, by: "User") -> Notice:
    """A second press of the same button changes nothing; anybody else learns that they come too late."""
    if meeting.notice.approved_by_id != by.pk or meeting.notice.content_sha256 != content_sha256:
        raise MeetingNotDraft()
    return meeting.notice


def _maker_other_than(by: "User", meeting: Meeting) -> int:
    if meeting.prepared_by_id is None:
        raise NoticeIncomplete(
            _("Nobody is named as having prepared this meeting. Let somebody look through it first.")
        )
    if meeting.prepared_by_id == by.pk:
        raise NoticeByAnother()
    return meeting.prepared_by_id


def _write(
    meeting: Meeting,
    check: NoticeCheck,
    pdfs: PrintedNotice,
    recipients: Sequence[Recipient],
    *,
    maker_id: int,
    by: "User",
    at: datetime,
) -> Notice:
    """Write job, notice and deliveries from one reading of the register, so that nobody is in one and not the other.

    The job comes first because a notice, once written, never changes: so its items are parties, not deliveries.
    """
    mailed = [recipient.party_id for recipient in recipients if recipient.channel == Channel.EMAIL]
    job = jobs.start(kind=JOB_KIND, items=mailed, by=by, at=at, params={"meeting_id": meeting.pk})
    with constraints_as({"notice_approved_by_another": NoticeByAnother}), atomic():
        notice = Notice.objects.create(
            meeting=meeting,
            content_sha256=check.content_sha256,
            pdf_sha256=pdfs.pdf_sha256,
            pdf_vi_sha256=pdfs.pdf_vi_sha256,
            prepared_by_id=maker_id,
            approved_by=by,
            approved_at=at,
            given_on=check.given_on,
            job=job,
        )
    _deliver(notice, recipients)
    return notice


def _deliver(notice: Notice, recipients: Sequence[Recipient]) -> None:
    """One statement for all members. A postal address may be longer than is kept here: print takes the register's."""
    if not recipients:
        return
    columns = [list(column) for column in zip(*recipients, strict=True)]
    values: dict[str, Any] = {
        "notice": notice.pk,
        **dict(zip(("parties", "channels", "addresses", "languages"), columns, strict=True)),
    }
    with connection.cursor() as cursor:
        cursor.execute(DELIVER, values)


@needs_transaction
def send_notice(*, meeting_id: int, party_id: int, at: datetime) -> NoticeDelivery:
    """Queue the one mail of one member, the notice attached in their language. Sent already: returned as it is."""
    rows = NoticeDelivery.objects.select_related("notice__meeting__scrutineer", "party")
    delivery = lock(rows, notice__meeting_id=meeting_id, party_id=party_id, channel=Channel.EMAIL)
    if delivery.sent_at is not None:
        return delivery
    delivery.mail = queue_letter(
        write_notice_letter(delivery),
        to=delivery.address,
        kind="meeting_notice",
        language=delivery.language,
        at=at,
        attachments=[notice_attachment(delivery)],
    )
    delivery.sent_at = at
    delivery.save(update_fields=["mail", "sent_at"])
    return delivery


@needs_transaction
def record_posted(*, notice: Notice, by: "User", at: datetime) -> int:
    """Say that the printed notices were posted at that moment; return how many. Those posted before keep theirs."""
    paper = NoticeDelivery.objects.filter(notice=notice, channel=Channel.PAPER, sent_at__isnull=True)
    posted = paper.update(sent_at=at)
    if posted:
        audit.record(by=by, at=at, verb="notice_posted", subject=notice.meeting, members=posted)
    return posted
