"""A meeting that is ready for its notice, at moments of one's choosing."""

from datetime import datetime
from typing import Any

from accounts.models import Party, User
from agm.documents import PrintedNotice
from agm.enums import MeetingKind
from agm.models import Meeting, Notice
from agm.queries.notices import content_sha256
from agm.rules.company_profile import CompanyProfile
from agm.rules.working_days import UkPart, london
from agm.services import meetings
from agm.services.notices import approve_notice
from ballots.models import Scrutineer
from ballots.rules.proofs.sealing import ScrutineerKey, new_seed
from core.transactions import atomic
from equity.services.register import Issue, write_issues
from tests.agm.rules.strategies import at
from tests.factories.agm import KINDS, appoint, item_draft, register_shares
from tests.factories.equity import make_company, make_share_class
from tests.factories.people import make_holder, make_staff

PREPARED_AT = at("2026-01-05T09:00")
MEETING_AT = at("2026-06-26T11:00")
SENT_AT = at("2026-06-01T10:00")


def make_draft(
    *, starts_at: datetime = MEETING_AT, kinds: tuple[str, ...] = KINDS, items: tuple[Any, ...] = (), **fields: Any
) -> Meeting:
    """Write an annual meeting of an unlisted plc with items of the kinds, prepared by a secretary in January 2026."""
    make_company()
    secretary = make_staff("secretary")
    facts = {
        "kind": MeetingKind.ANNUAL,
        "title": "Annual General Meeting 2026",
        "title_vi": "Đại hội đồng cổ đông thường niên 2026",
        "profile": CompanyProfile.UNLISTED_PLC,
        "part": UkPart.ENGLAND_WALES,
        "place": "The Old Maltings",
        "address": "2 Wharf Street, Wakefield, WF1 1AB",
        "proxies_to": "The Secretary, 1 Lock Lane, Wakefield, WF1 1AA",
    }
    draft = meetings.MeetingDraft(starts_at=starts_at, **{**facts, **fields})
    with atomic():
        meeting = meetings.prepare_meeting(draft=draft, by=secretary, at=PREPARED_AT)
        for item in (*(item_draft(kind) for kind in kinds), *items):
            meetings.add_item(meeting=meeting, draft=item, by=secretary, at=PREPARED_AT)
        meetings.appoint_for(meeting=meeting, scrutineer=_scrutineer(), by=secretary, at=PREPARED_AT)
    meeting.refresh_from_db()
    return meeting


def _scrutineer() -> Scrutineer:
    return appoint(ScrutineerKey("Quillon & Marsh LLP", "2026-01-01", new_seed()))


def make_member(*, shares: int = 10, **person: Any) -> User:
    """Write a person with shares since January 2026."""
    holder = make_holder(**person)
    enter(holder.party, shares=shares)
    return holder


def enter(*parties: Party | None, shares: int = 10, at: datetime = PREPARED_AT) -> None:
    """Enter shares of these parties in the register."""
    register_shares([(party, shares) for party in parties if party], at=at)


def enter_as(party: Party, *, names: tuple[str, ...], address: str) -> None:
    """Enter shares of a party whose name and address in the register are these."""
    with atomic():
        write_issues(
            share_class=make_share_class(),
            issues=[Issue(party, names, address, "GB", 10, 1000)],
            effective_on=PREPARED_AT.date(),
            reference="Board 2, item 1",
            by=None,
            at=PREPARED_AT,
            entered_at=PREPARED_AT,
        )


def printed(meeting: Meeting, *, at: datetime = SENT_AT) -> PrintedNotice:
    """Return what printing would say, without a printer."""
    return PrintedNotice(content_sha256(meeting), london(at).date(), "a" * 64, "b" * 64)


def approve(meeting: Meeting, *, by: User | None = None, at: datetime = SENT_AT, **changed: Any) -> Notice:
    """Let a director who read the meeting as it stands give its notice."""
    facts = {"content_sha256": content_sha256(meeting), "pdfs": printed(meeting, at=at), **changed}
    with atomic():
        return approve_notice(meeting=meeting, by=by or make_staff("director"), at=at, **facts)
