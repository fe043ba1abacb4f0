"""A moment is said so that nobody misses it by a day."""

from datetime import UTC, datetime

import pytest
from django.utils import translation

from core.templatetags.moments import moment


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(2027, 1, 7, 0, 0, tzinfo=UTC), "6 January 2027, at the end of the day (24:00)"),
        (datetime(2026, 6, 3, 23, 0, tzinfo=UTC), "3 June 2026, at the end of the day (24:00)"),
        (datetime(2027, 1, 7, 0, 1, tzinfo=UTC), "7 January 2027, 00:01"),
        (datetime(2026, 7, 7, 17, 0, tzinfo=UTC), "7 July 2026, 18:00"),
    ],
)
def test_midnight_is_said_by_the_day_that_ends(at: datetime, said: str) -> None:
    with translation.override("en"):
        assert moment(at) == said
