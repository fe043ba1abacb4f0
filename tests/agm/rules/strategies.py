"""Moments and parts of the United Kingdom for the properties of the date rules."""

from datetime import datetime, timedelta

from hypothesis import strategies as st

from agm.rules.working_days import LONDON, UkPart

PARTS = st.sampled_from(UkPart)
MOMENTS = st.datetimes(datetime(2008, 1, 1), datetime(2035, 12, 31), timezones=st.just(LONDON))
SPANS = st.integers(1, 200).map(lambda hours: timedelta(hours=hours))


def at(text: str) -> datetime:
    """Read a moment by the clock of London."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)
