"""Appropriateness questions: right or wrong, and the pause after failing (COBS 10 Annex 1 topics)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta


def wrong_answers(given: Mapping[str, str], right: Mapping[str, str]) -> list[str]:
    """Return the questions answered wrongly or not at all, in the order of the questions."""
    return [question for question, answer in right.items() if given.get(question) != answer]


def paused_until(failures: Sequence[datetime], *, fails_max: int, pause_hours: int, now: datetime) -> datetime | None:
    """Return until when no new try is allowed, or None.

    ``failures`` are the moments of failed tries since the last pass, oldest first. Every ``fails_max`` failures start
    a pause of ``pause_hours`` from the last of them.
    """
    if not failures or len(failures) % fails_max:
        return None
    until = failures[-1] + timedelta(hours=pause_hours)
    return until if until > now else None
