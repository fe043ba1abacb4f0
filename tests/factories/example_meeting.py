"""The example company's meeting, held by the house's own services so that what comes after it can be lived."""

from datetime import timedelta

from accounts.models import User
from agm.models import AgendaItem, Meeting, Notice
from agm.queries.notices import content_sha256
from agm.services import chair
from agm.services.rolls import freeze_meeting_roll
from ballots.models import Contest
from core import clock
from core.storage import store_bytes
from core.tasks import sweep
from core.transactions import atomic
from portal.services.demo_scrutineer import open_waiting
from portal.services.example_votes import let_members_vote
from tests.factories.agm import PDF


def hold_example_meeting(*, beers: bool = False) -> Meeting:
    """Give notice, go to the meeting's day, carry the dividend and, with ``beers``, choose a recipe; return it."""
    meeting = Meeting.objects.get()
    _give_notice(meeting)
    _go_to(meeting.record_at + timedelta(minutes=1))
    with atomic():
        freeze_meeting_roll(meeting=Meeting.objects.get(), by=None, at=clock.now())
    _go_to(meeting.starts_at + timedelta(minutes=1))
    with atomic():
        chair.open_meeting(meeting=Meeting.objects.get(), qualifying_persons=12, by=_staff("chair"), at=clock.now())
    decide(dividend_item())
    if beers:
        decide(AgendaItem.objects.get(kind="recipes"))
        _go_to(clock.now() + timedelta(hours=25))  # nobody challenges the count
        sweep()
    return Meeting.objects.get()


def dividend_item() -> AgendaItem:
    """Return the resolution that declares the dividend."""
    return AgendaItem.objects.select_related("contest").get(contest__recommendation__isnull=False)


def decide(item: AgendaItem) -> Contest:
    """Open the vote, let others vote, close, open the envelopes, count and declare."""
    presiding = _staff("chair")
    with atomic():
        contest = chair.open_poll(item=item, by=presiding, at=clock.now())
    let_members_vote(contest=contest, count=24, seed=3)
    with atomic():
        chair.close_poll(item=AgendaItem.objects.get(pk=item.pk), by=presiding, at=clock.now())
    assert open_waiting() == 1
    with atomic():
        chair.count_poll(item=AgendaItem.objects.get(pk=item.pk), by=presiding, at=clock.now(), beacon="4 1 6 3")
    with atomic():
        return chair.declare_result(item=AgendaItem.objects.get(pk=item.pk), by=presiding, at=clock.now())


def _give_notice(meeting: Meeting) -> None:
    """As a director approved it, without five hundred mails."""
    at = clock.now()
    Notice.objects.create(
        meeting=meeting,
        content_sha256=content_sha256(meeting),
        pdf_sha256=store_bytes(PDF),
        pdf_vi_sha256=store_bytes(PDF),
        prepared_by=_staff("secretary"),
        approved_by=_staff("director"),
        approved_at=at,
        given_on=(at + timedelta(days=2)).date(),
    )
    Meeting.objects.filter(pk=meeting.pk).update(state="noticed", noticed_at=at)


def _staff(role: str) -> User:
    return User.objects.get(email=f"{role}@demo.example")


def _go_to(moment: object) -> None:
    with atomic():
        ahead = moment - clock.now()  # type: ignore[operator]
        if ahead > timedelta(0):
            clock.move_forward(by=ahead)
