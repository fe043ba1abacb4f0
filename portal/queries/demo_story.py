"""Where the demo stands, and what a stranger may try next."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agm.enums import MeetingState
from agm.models import Meeting
from ballots.enums import ContestState
from ballots.models import Contest, Envelope
from core import clock
from equity.enums import ApplicationState, OfferState
from equity.models import Application, Offer
from portal.queries.demo_dividend import Step, Stop, dividend_steps, dividend_stops

CUSTOMER = "customer@demo.example"


@dataclass(frozen=True)
class Chapter:
    """One of the three journeys."""

    title: str | Promise
    steps: list[Step]


def next_meeting() -> Meeting | None:
    """Return the meeting that is not over, the nearest first."""
    return Meeting.objects.exclude(state=MeetingState.ENDED).order_by("starts_at").first()


def open_contest() -> Contest | None:
    """Return what is voted on now."""
    return Contest.objects.filter(state=ContestState.OPEN).order_by("opened_at").first()


def stops() -> list[Stop]:
    """Return the moments of the next meeting and of the dividend that still lie ahead, the soonest first."""
    now = clock.now()
    moments = [*_meeting_stops(next_meeting()), *dividend_stops()]
    return sorted((stop for stop in moments if stop.at > now), key=lambda stop: stop.at)


def _meeting_stops(meeting: Meeting | None) -> list[Stop]:
    """None before its notice was given."""
    if meeting is None or meeting.state == MeetingState.DRAFT:
        return []
    return [
        Stop("record", _("To the record date"), meeting.record_at),
        Stop("meeting", _("To the day of the meeting"), meeting.starts_at),
    ]


def story() -> list[Chapter]:
    """Return the three journeys in their order, steps behind us marked as done."""
    offer = Offer.objects.filter(state=OfferState.OPEN).order_by("pk").first()
    meeting = next_meeting() or Meeting.objects.order_by("-starts_at").first()
    return [
        Chapter(_("A customer buys"), _buying(offer)),
        Chapter(_("Shareholders vote"), _meeting(meeting)),
        Chapter(_("A dividend is paid"), dividend_steps()),
    ]


def _buying(offer: Offer | None) -> list[Step]:
    mine = Application.objects.filter(applicant_user__email=CUSTOMER)
    paid = mine.filter(state__in=[ApplicationState.PAID, ApplicationState.ALLOTTED]).exists()
    allotted = mine.filter(state=ApplicationState.ALLOTTED).exists()
    url = reverse("equity:offer", args=[offer.slug]) if offer else ""
    return [
        Step(_("Customer"), _("buys a few shares: apply, let 24 hours pass on the clock, pay."), url, _("Offer"), paid),
        Step(
            _("Secretary, then director"),
            _("allot the shares, so that the customer is on the register before the record date."),
            reverse("office:allotments"),
            _("Allotments"),
            allotted,
        ),
    ]


def _meeting(meeting: Meeting | None) -> list[Step]:
    if meeting is None:
        return []
    contests = Contest.objects.filter(item__meeting=meeting)
    states = set(contests.values_list("state", flat=True))
    is_noticed = meeting.state != MeetingState.DRAFT
    page = reverse("agm:meeting", args=[meeting.slug])
    console = reverse("office:chair", args=[meeting.public_id])
    return [
        Step(
            _("Director"),
            _("reads the notice of the meeting and approves it; it goes out to every member."),
            reverse("office:meeting", args=[meeting.public_id]),
            _("Meeting"),
            is_noticed,
        ),
        Step(
            _("You"),
            _("move the clock to the record date: the roll is frozen. Then to the day of the meeting."),
            "",
            "",
            meeting.roll_id is not None and clock.now() >= meeting.starts_at,
        ),
        Step(
            _("Chair"),
            _("opens the meeting and a vote. Put the hall's screen on a large window."),
            console,
            _("Chair's console"),
            meeting.opened_at is not None,
        ),
        Step(
            _("Hall"), _("shows what everybody may see."), reverse("agm:hall", args=[meeting.slug]), _("Screen"), False
        ),
        Step(
            _("Holder"),
            _("votes on a phone, and keeps the receipt."),
            page,
            _("Meeting page"),
            Envelope.objects.filter(contest__in=contests).exists(),
        ),
        Step(
            _("Chair"),
            _("closes the vote, pours the glasses round by round, declares."),
            console,
            _("Chair's console"),
            ContestState.DECLARED in states,
        ),
    ]
