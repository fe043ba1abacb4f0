"""How a promise stands: by what was told of it, and by the calendar, which nobody can talk out of it."""

from datetime import date
from enum import StrEnum


class Standing(StrEnum):
    """How a promise fares."""

    UNDER_WAY = "under_way"
    LATE = "late"
    KEPT = "kept"
    BROKEN = "broken"


def standing(told: str, *, due_on: date | None, today: date) -> Standing:
    """Return how a promise stands. ``told`` is the state of its last news, empty without any.

    Kept and broken are said by people; late is said by the calendar from the day after the promised one.
    """
    if told in (Standing.KEPT, Standing.BROKEN):
        return Standing(told)
    if told == Standing.LATE or (due_on is not None and today > due_on):
        return Standing.LATE
    return Standing.UNDER_WAY


def days_late(due_on: date | None, today: date) -> int:
    """Return for how many days the promised day has passed; 0 without such a day."""
    return max(0, (today - due_on).days) if due_on else 0
