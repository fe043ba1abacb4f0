"""What time does to a meeting by itself: the roll is frozen at the record date, final winners are adopted."""

from datetime import timedelta

from agm.enums import MeetingState
from agm.models import Meeting
from agm.services.rolls import freeze_meeting_roll
from agm.services.winners import adopt_final_winners
from core import clock
from core.sweeping import each
from core.transactions import atomic

LOOK_BACK = timedelta(days=60)


def sweep() -> None:
    """Freeze rolls whose moment has come and adopt winners that nobody can challenge any more."""
    now = clock.now()
    due = Meeting.objects.filter(state=MeetingState.NOTICED, roll__isnull=True, record_at__lte=now)
    each(due, _freeze)
    held = Meeting.objects.filter(
        state__in=[MeetingState.IN_SESSION, MeetingState.ENDED], opened_at__gt=now - LOOK_BACK
    )
    each(held, _adopt)


def _freeze(meeting: Meeting) -> None:
    with atomic():
        freeze_meeting_roll(meeting=meeting, by=None, at=clock.now())


def _adopt(meeting: Meeting) -> None:
    with atomic():
        adopt_final_winners(meeting=meeting, by=None, at=clock.now())
