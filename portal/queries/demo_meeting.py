"""The second journey of the demo: a meeting and its votes, where they stand and what a stranger may try next."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from agm.enums import MeetingState
from agm.models import Meeting
from ballots.enums import ContestState
from ballots.models import Contest, Envelope
from core import clock
from portal.queries.demo_steps import CLOCK, Step, Stop
from portal.services.example_people import DOMAIN

HOLDER = "holder@demo.example"


def next_meeting() -> Meeting | None:
    """Return the meeting that is not over, the nearest first."""
    return Meeting.objects.exclude(state=MeetingState.ENDED).order_by("starts_at").first()


def open_contest() -> Contest | None:
    """Return what is voted on now."""
    return Contest.objects.filter(state=ContestState.OPEN).order_by("opened_at").first()


def meeting_stops(meeting: Meeting | None) -> list[Stop]:
    """Return the moments of the meeting; none before its notice was given."""
    if meeting is None or meeting.state == MeetingState.DRAFT:
        return []
    return [
        Stop("record", _("To the record date"), meeting.record_at),
        Stop("meeting", _("To the day of the meeting"), meeting.starts_at),
    ]


def meeting_steps() -> list[Step]:
    """Return the steps of the meeting that is next, else of the last one."""
    meeting = next_meeting() or Meeting.objects.order_by("-starts_at").first()
    if meeting is None:
        return []
    return [*_before(meeting), *_voting(meeting), *_results(meeting), _ending(meeting)]


def _before(meeting: Meeting) -> list[Step]:
    is_noticed = meeting.state != MeetingState.DRAFT
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
            CLOCK,
            _("The clock"),
            meeting.roll_id is not None and clock.now() >= meeting.starts_at,
            "" if is_noticed else _("First a director approves the notice: only then has the clock a button for it."),
        ),
    ]


def _voting(meeting: Meeting) -> list[Step]:
    cast = Envelope.objects.filter(contest__item__meeting=meeting)
    vote = open_contest()
    is_opened = meeting.opened_at is not None
    is_the_day = clock.now() >= meeting.starts_at
    no_vote = "" if vote else _("First the chair opens a vote.")
    return [
        Step(
            _("Chair"),
            _("opens the meeting and a vote. Put the hall's screen on a large window."),
            reverse("office:chair", args=[meeting.public_id]),
            _("Chair's console"),
            is_opened,
            "" if is_the_day else _("First you move the clock to the day of the meeting."),
        ),
        Step(_("Hall"), _("shows what everybody may see."), reverse("agm:hall", args=[meeting.slug]), _("Screen")),
        Step(
            _("Holder"),
            _("votes on a phone, and keeps the receipt."),
            reverse("agm:meeting", args=[meeting.slug]),
            _("Meeting page"),
            cast.filter(cast_by__email=HOLDER).exists(),
            no_vote,
        ),
        Step(
            _("You"),
            _("let sixty other members vote, as often as you like while a vote is open."),
            "#others-vote" if vote else "",
            _("The button below"),
            cast.filter(cast_by__email__endswith=f"@{DOMAIN}").exists(),
            no_vote,
        ),
    ]


def _results(meeting: Meeting) -> list[Step]:
    contests = Contest.objects.filter(item__meeting=meeting)
    declared = contests.filter(state=ContestState.DECLARED)
    beers = declared.exclude(promise_kind="").order_by("-declared_at").first()
    place = [meeting.slug, beers.public_id] if beers else []
    url = reverse("agm:result", args=place) if beers else ""
    first = "" if beers else _("First the chair declares the result of a vote on beers.")
    find_url = reverse("agm:result_find", args=place) if beers else ""
    return [
        Step(
            _("Chair"),
            _("closes the vote, pours the glasses round by round, declares."),
            reverse("office:chair", args=[meeting.public_id]),
            _("Chair's console"),
            declared.exists(),
            "" if contests.exclude(opened_at=None).exists() else _("First the chair opens a vote."),
        ),
        Step(
            _("Anybody"),
            _("reads the result of the vote on beers, round by round, and takes the papers away to count them again."),
            url,
            _("Result"),
            first=first,
        ),
        Step(
            _("Holder"),
            _("finds their own paper among all that were counted, with the code of the receipt."),
            find_url,
            _("Find my paper"),
            first=first,
        ),
    ]


def _ending(meeting: Meeting) -> Step:
    return Step(
        _("Chair"),
        _("ends the meeting when everything on the agenda is decided."),
        reverse("office:chair", args=[meeting.public_id]),
        _("Chair's console"),
        meeting.ended_at is not None,
        "" if meeting.opened_at else _("First the chair opens the meeting."),
    )
