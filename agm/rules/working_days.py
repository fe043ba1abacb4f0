"""Working days of the part of the United Kingdom where the company is registered, and hours counted in them.

Law: Companies Act 2006 s.1173(1) (a working day is none of Saturday, Sunday, Christmas Day, Good Friday and the bank
holidays under the Banking and Financial Dealings Act 1971 in that part of the United Kingdom). Bank holidays are those
of Schedule 1 to the 1971 Act (for Scotland with 2 January and, since 2007 asp 2, St Andrew's Day) and those proclaimed
under its s.1, among them the substitutes for days that fall on a weekend. Local holidays are none.

Note [Working hours]
A day is a working day from midnight to midnight or not at all, and clocks change on Sundays at one o'clock, so every
working day has exactly 24 hours: counting by the clock on the wall of London is counting hours.

Note [One-off bank holidays]
Days are proclaimed for one occasion a year or less before (a jubilee, a funeral within days). The locked ``holidays``
knows them to the end of ``PROCLAIMED_KNOWN_THROUGH``. A date after that year is right only as long as nobody proclaims:
renew the lock, and compute the dates of a meeting again, before its notice goes out.
"""

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from holidays import country_holidays

LONDON = ZoneInfo("Europe/London")
PROCLAIMED_KNOWN_THROUGH = 2026
FIRST_YEAR = 2007  # The Act of 2006 defines working days from here on, and St Andrew's Day begins.

_DAY = timedelta(days=1)


class UkPart(StrEnum):
    """The part of the United Kingdom where the company is registered (Companies Act 2006 s.9(2)(b))."""

    ENGLAND_WALES = "england_wales"
    SCOTLAND = "scotland"
    NORTHERN_IRELAND = "northern_ireland"


_SUBDIVISIONS = {UkPart.ENGLAND_WALES: "ENG", UkPart.SCOTLAND: "SCT", UkPart.NORTHERN_IRELAND: "NIR"}


@cache
def holidays_of(part: UkPart, year: int) -> frozenset[date]:
    """Return Good Friday, Christmas Day and the bank holidays of the year in that part.

    See Note [One-off bank holidays]. Refuses years before 2007 with ``ValueError``.
    """
    if year < FIRST_YEAR:
        raise ValueError(f"Working days are defined from {FIRST_YEAR} on, not for {year}.")
    return frozenset(country_holidays("GB", subdiv=_SUBDIVISIONS[part], years=year))


def is_working_day(day: date, *, part: UkPart) -> bool:
    """Say whether the day is a working day in that part of the United Kingdom (Companies Act 2006 s.1173)."""
    return day.weekday() < 5 and day not in holidays_of(part, day.year)


def next_working_day(day: date, *, part: UkPart) -> date:
    """Return the first working day after the day."""
    day += _DAY
    while not is_working_day(day, part=part):
        day += _DAY
    return day


def london(moment: datetime) -> datetime:
    """Return the moment by the clock of London. Refuses a moment without a time zone with ``ValueError``."""
    if moment.tzinfo is None:
        raise ValueError("A moment needs a time zone.")
    return moment.astimezone(LONDON)


def working_time_before(moment: datetime, span: timedelta, *, part: UkPart) -> datetime:
    """Return the latest moment from which so much time of working days remains until the moment.

    Parts of days that are not working days are not counted, so the answer always lies in a working day, its first
    midnight included. Refuses a span that is not above zero with ``ValueError``. See Note [Working hours].
    """
    left = _positive(span)
    wall = london(moment).replace(tzinfo=None)
    day = wall.date()
    passed = wall - _midnight(day)
    while True:
        if is_working_day(day, part=part):
            if passed >= left:
                return (_midnight(day) + passed - left).replace(tzinfo=LONDON)
            left -= passed
        day -= _DAY
        passed = _DAY


def working_time_after(moment: datetime, span: timedelta, *, part: UkPart) -> datetime:
    """Return the earliest moment at which so much time of working days has passed since the moment.

    Parts of days that are not working days are not counted. Where the last hour ends a working day the answer is the
    midnight that ends it, whatever day begins there. Refuses a span that is not above zero with ``ValueError``.
    """
    left = _positive(span)
    wall = london(moment).replace(tzinfo=None)
    day = wall.date()
    start = wall
    while True:
        if is_working_day(day, part=part):
            remaining = _midnight(day + _DAY) - start
            if remaining >= left:
                return (start + left).replace(tzinfo=LONDON)
            left -= remaining
        day += _DAY
        start = _midnight(day)


def working_time_between(start: datetime, end: datetime, *, part: UkPart) -> timedelta:
    """Return how much time of working days lies between two moments; nothing when the end is not after the start."""
    first, last = london(start).replace(tzinfo=None), london(end).replace(tzinfo=None)
    if last <= first:
        return timedelta()
    days = (last.date() - first.date()).days
    edges = [first, *(_midnight(first.date() + _DAY * n) for n in range(1, days + 1)), last]
    spans = (later - earlier for earlier, later in pairwise(edges) if is_working_day(earlier.date(), part=part))
    return sum(spans, timedelta())


def _positive(span: timedelta) -> timedelta:
    if span <= timedelta():
        raise ValueError("A span needs to be above zero.")
    return span


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())
