"""The notice tells members who will open their votes, by name and key; after it nobody else can."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.utils import translation

from agm.enums import MeetingState
from agm.errors import MeetingNotDraft, NoticeByAnother, NoticeChanged, NoticeIncomplete
from agm.models import Meeting, Notice
from agm.queries.notices import content_sha256, digest_of
from agm.services.meetings import appoint_for
from ballots.models import Scrutineer
from ballots.rules.proofs.sealing import ScrutineerKey, new_seed
from core.transactions import atomic
from tests.agm.notice_facts import KEEPER, content
from tests.agm.notice_stories import PREPARED_AT, SENT_AT, approve, make_draft, make_member, printed
from tests.factories.agm import appoint
from tests.factories.people import make_staff


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Read English, whatever language a request before this test was answered in."""
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    "changed", [{"name": "Another"}, {"paid_by": "another"}, {"is_independent": False}, {"public_key": "f" * 64}]
)
def test_hash_of_notice_binds_the_scrutineer_and_the_key(changed: dict[str, Any]) -> None:
    assert digest_of(content(scrutineer=replace(KEEPER, **changed))) != digest_of(content())


def without_scrutineer(meeting: Meeting) -> Meeting:
    meeting.scrutineer = None
    meeting.save(update_fields=["scrutineer"])
    return meeting


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["resolution", "recipes", "names"])
def test_notice_of_a_vote_without_a_scrutineer_is_refused(kind: str) -> None:
    make_member()
    meeting = without_scrutineer(make_draft(kinds=("information", kind)))

    with pytest.raises(NoticeIncomplete) as refused:
        approve(meeting)

    assert str(refused.value) == (
        "Something is put to the vote, but no scrutineer is appointed. Appoint one: the notice says who holds the key."
    )
    assert not Notice.objects.exists()


@pytest.mark.django_db
def test_notice_of_a_meeting_without_a_vote_needs_no_scrutineer() -> None:
    make_member()
    meeting = without_scrutineer(make_draft(kinds=("information",)))

    notice = approve(meeting)

    assert notice.meeting.state == MeetingState.NOTICED


def another_scrutineer() -> Scrutineer:
    return appoint(ScrutineerKey("Another", "2026-01-01", new_seed()))


@pytest.mark.django_db
def test_who_appointed_the_scrutineer_cannot_approve_the_notice() -> None:
    make_member()
    meeting, director = make_draft(), make_staff("director")
    with atomic():
        meeting = appoint_for(meeting=meeting, scrutineer=another_scrutineer(), by=director, at=SENT_AT)

    with pytest.raises(NoticeByAnother):
        approve(meeting, by=director)

    assert (meeting.prepared_by, meeting.prepared_at) == (director, SENT_AT)


@pytest.mark.django_db
def test_scrutineer_exchanged_after_reading_is_not_sent() -> None:
    make_member()
    meeting = make_draft()
    read, paper = content_sha256(meeting), printed(meeting)
    with atomic():
        appoint_for(meeting=meeting, scrutineer=another_scrutineer(), by=meeting.prepared_by, at=PREPARED_AT)

    with pytest.raises(NoticeChanged):
        approve(meeting, content_sha256=read, pdfs=paper)


@pytest.mark.django_db
def test_scrutineer_of_a_given_notice_cannot_be_exchanged() -> None:
    make_member()
    meeting = make_draft()
    told = meeting.scrutineer
    approve(meeting)

    with pytest.raises(MeetingNotDraft), atomic():
        appoint_for(meeting=meeting, scrutineer=another_scrutineer(), by=meeting.prepared_by, at=SENT_AT)

    meeting.refresh_from_db()
    assert meeting.scrutineer == told
