"""Preparing a meeting and its agenda, until notice is given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.text import slugify

from agm.enums import ItemKind, MeetingKind, MeetingState
from agm.errors import CutoffAfterStart, LawRefuses, MeetingInThePast, MeetingNotDraft
from agm.models import AgendaItem, Meeting
from agm.rules.company_profile import CompanyProfile
from agm.rules.notice_dates import articles_days_refusal, notice_days_min
from agm.rules.proxy_dates import cutoff_refusal, proxy_cutoff
from agm.rules.record_date import record_moment, record_refusal
from agm.rules.working_days import UkPart
from ballots.models import Scrutineer
from ballots.services.contests import ContestDraft, change_contest, drop_contest, prepare_contest
from core import audit
from core.locks import lock
from core.transactions import needs_transaction

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class MeetingDraft:
    """What the secretary says of a meeting. Moments that are None follow from the law: the proxy cut-off 48 hours of
    working days before, the record date at the cut-off, the notice as long as the statute asks.
    """

    kind: MeetingKind
    title: str
    title_vi: str
    profile: CompanyProfile
    part: UkPart
    place: str
    address: str
    starts_at: datetime
    proxies_to: str
    welcome: str = ""
    welcome_vi: str = ""
    notice_clear_days: int | None = None
    proxy_cutoff_at: datetime | None = None
    record_at: datetime | None = None


@dataclass(frozen=True)
class ItemDraft:
    """What the secretary says of an agenda item; ``contest`` for what members decide."""

    kind: ItemKind
    title: str
    title_vi: str
    text: str = ""
    text_vi: str = ""
    script: str = ""
    script_vi: str = ""
    contest: ContestDraft | None = None


@needs_transaction
def prepare_meeting(*, draft: MeetingDraft, by: "User | None", at: datetime) -> Meeting:
    """Write a meeting whose dates the law allows. Raises `LawRefuses`, `MeetingInThePast`, `CutoffAfterStart`."""
    meeting = Meeting.objects.create(
        slug=_free_slug(draft.title), **_fields(draft, at=at), prepared_at=at, prepared_by=by
    )
    audit.record(by=by, at=at, verb="meeting_prepared", subject=meeting, starts_at=meeting.starts_at.isoformat())
    return meeting


@needs_transaction
def change_meeting(*, meeting: Meeting, draft: MeetingDraft, by: "User | None", at: datetime) -> Meeting:
    """Change a meeting of which no notice was given. Raises `LawRefuses`, `MeetingInThePast`, `MeetingNotDraft`."""
    meeting = _locked(meeting)
    for name, value in _fields(draft, at=at).items():
        setattr(meeting, name, value)
    _touch(meeting, by=by, at=at)
    audit.record(by=by, at=at, verb="meeting_changed", subject=meeting, starts_at=meeting.starts_at.isoformat())
    return meeting


def _fields(draft: MeetingDraft, *, at: datetime) -> dict[str, Any]:
    """Return the fields of the row, every date asked of the law first."""
    if draft.starts_at <= at:
        raise MeetingInThePast()
    days_min = notice_days_min(profile=draft.profile, is_agm=draft.kind == MeetingKind.ANNUAL)
    days = draft.notice_clear_days or days_min
    earliest = proxy_cutoff(draft.starts_at, part=draft.part)
    cutoff = draft.proxy_cutoff_at or earliest
    record = record_moment(draft.starts_at, part=draft.part, articles_at=draft.record_at)
    if cutoff > draft.starts_at:
        raise CutoffAfterStart()
    for refusal in (
        articles_days_refusal(days, days_min=days_min),
        cutoff_refusal(cutoff, earliest_at=earliest),
        record_refusal(record, meeting_at=draft.starts_at, profile=draft.profile, part=draft.part),
    ):
        if refusal is not None:
            raise LawRefuses(refusal)
    return {
        "kind": draft.kind,
        "title": draft.title,
        "title_vi": draft.title_vi,
        "profile": draft.profile,
        "part_of_uk": draft.part,
        "place": draft.place,
        "address": draft.address,
        "welcome": draft.welcome,
        "welcome_vi": draft.welcome_vi,
        "starts_at": draft.starts_at,
        "notice_clear_days": days,
        "proxy_cutoff_at": cutoff,
        "record_at": record,
        "proxies_to": draft.proxies_to,
    }


@needs_transaction
def appoint_for(*, meeting: Meeting, scrutineer: Scrutineer, by: "User | None", at: datetime) -> Meeting:
    """Say who will open this meeting's envelopes, as its notice will say. Raises `MeetingNotDraft`.

    A change of the meeting like any other: who appointed cannot approve the notice.
    """
    meeting = _locked(meeting)
    meeting.scrutineer = scrutineer
    _touch(meeting, by=by, at=at)
    audit.record(by=by, at=at, verb="meeting_scrutineer", subject=meeting, scrutineer=scrutineer.name)
    return meeting


@needs_transaction
def add_item(*, meeting: Meeting, draft: ItemDraft, by: "User | None", at: datetime) -> AgendaItem:
    """Put an item at the end of the agenda. Raises `MeetingNotDraft`."""
    meeting = _locked(meeting)
    contest = prepare_contest(draft=draft.contest, by=by, at=at) if draft.contest else None
    last = meeting.items.order_by("-position").values_list("position", flat=True).first() or 0
    item = AgendaItem.objects.create(meeting=meeting, position=last + 1, contest=contest, **_item_fields(draft))
    _touch(meeting, by=by, at=at)
    audit.record(by=by, at=at, verb="agenda_item_added", subject=item, title=item.title)
    return item


@needs_transaction
def change_item(*, item: AgendaItem, draft: ItemDraft, by: "User | None", at: datetime) -> AgendaItem:
    """Change an item in its place; its kind stays. Raises `MeetingNotDraft`."""
    meeting = _locked(item.meeting)
    if item.contest is not None and draft.contest is not None:
        change_contest(contest=item.contest, draft=draft.contest, by=by, at=at)
    for name, value in _item_fields(draft).items():
        setattr(item, name, value)
    item.save()
    _touch(meeting, by=by, at=at)
    audit.record(by=by, at=at, verb="agenda_item_changed", subject=item, title=item.title)
    return item


@needs_transaction
def remove_item(*, item: AgendaItem, by: "User | None", at: datetime) -> None:
    """Take an item off the agenda, its contest with it; those after it move up. Raises `MeetingNotDraft`."""
    meeting, contest = _locked(item.meeting), item.contest
    audit.record(by=by, at=at, verb="agenda_item_removed", subject=item, title=item.title)
    item.delete()
    if contest is not None:
        drop_contest(contest=contest, by=by, at=at)
    _number(list(meeting.items.order_by("position")))
    _touch(meeting, by=by, at=at)


@needs_transaction
def move_item(*, item: AgendaItem, up: bool, by: "User | None", at: datetime) -> None:
    """Move an item one place; at the end of the agenda nothing happens. Raises `MeetingNotDraft`."""
    meeting = _locked(item.meeting)
    items = list(meeting.items.order_by("position"))
    here = [row.pk for row in items].index(item.pk)
    there = here + (-1 if up else 1)
    if 0 <= there < len(items):
        items[here], items[there] = items[there], items[here]
        _number(items)
        _touch(meeting, by=by, at=at)
        audit.record(by=by, at=at, verb="agenda_item_moved", subject=item, to=there + 1)


def _number(items: Sequence[AgendaItem]) -> None:
    for position, item in enumerate(items, 1):
        item.position = position
    AgendaItem.objects.bulk_update(items, ["position"])


def _item_fields(draft: ItemDraft) -> dict[str, Any]:
    names = ("kind", "title", "title_vi", "text", "text_vi", "script", "script_vi")
    return {name: getattr(draft, name) for name in names}


def _locked(meeting: Meeting) -> Meeting:
    meeting = lock(Meeting.objects.all(), pk=meeting.pk)
    if meeting.state != MeetingState.DRAFT:
        raise MeetingNotDraft()
    return meeting


def _touch(meeting: Meeting, *, by: "User | None", at: datetime) -> None:
    """Who changed it last has prepared it, and cannot approve its notice."""
    meeting.prepared_by, meeting.prepared_at = by, at
    meeting.save()


def _free_slug(title: str) -> str:
    base = slugify(title)[:40] or "meeting"
    taken = set(Meeting.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for slug in (base, *(f"{base}-{number}" for number in range(2, 1000))) if slug not in taken)
