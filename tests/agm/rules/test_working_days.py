"""Bank holidays against the published lists, and hours of working days against counting minute by minute.

The lists: GOV.UK, UK bank holidays (www.gov.uk/bank-holidays) for 2018 to 2028 and all three parts; the Scottish day of
15 June 2026: Royal Proclamation of 4 February 2026. Days on a weekend are left out: they are no working days anyway.
"""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agm.rules.working_days import (
    LONDON,
    UkPart,
    holidays_of,
    is_working_day,
    london,
    next_working_day,
    working_time_after,
    working_time_before,
    working_time_between,
)
from tests.agm.rules.strategies import MOMENTS, PARTS, SPANS, at

EVERYWHERE = {
    2018: "01-01 03-30 05-07 05-28 12-25 12-26",
    2019: "01-01 04-19 05-06 05-27 12-25 12-26",
    2020: "01-01 04-10 05-08 05-25 12-25 12-28",  # VE Day in the place of the first Monday in May
    2021: "01-01 04-02 05-03 05-31 12-27 12-28",
    2022: "01-03 04-15 05-02 06-02 06-03 09-19 12-26 12-27",  # Platinum Jubilee; funeral of Queen Elizabeth II
    2023: "01-02 04-07 05-01 05-08 05-29 12-25 12-26",  # Coronation
    2024: "01-01 03-29 05-06 05-27 12-25 12-26",
    2025: "01-01 04-18 05-05 05-26 12-25 12-26",
    2026: "01-01 04-03 05-04 05-25 12-25 12-28",
    2027: "01-01 03-26 05-03 05-31 12-27 12-28",
    2028: "01-03 04-14 05-01 05-29 12-25 12-26",
}
OWN = {
    UkPart.ENGLAND_WALES: {
        2018: "04-02 08-27",
        2019: "04-22 08-26",
        2020: "04-13 08-31",
        2021: "04-05 08-30",
        2022: "04-18 08-29",
        2023: "04-10 08-28",
        2024: "04-01 08-26",
        2025: "04-21 08-25",
        2026: "04-06 08-31",
        2027: "03-29 08-30",
        2028: "04-17 08-28",
    },
    UkPart.SCOTLAND: {
        2018: "01-02 08-06 11-30",
        2019: "01-02 08-05 12-02",
        2020: "01-02 08-03 11-30",
        2021: "01-04 08-02 11-30",
        2022: "01-04 08-01 11-30",
        2023: "01-03 08-07 11-30",
        2024: "01-02 08-05 12-02",
        2025: "01-02 08-04 12-01",
        2026: "01-02 06-15 08-03 11-30",
        2027: "01-04 08-02 11-30",
        2028: "01-04 08-07 11-30",
    },
    UkPart.NORTHERN_IRELAND: {
        2018: "03-19 04-02 07-12 08-27",
        2019: "03-18 04-22 07-12 08-26",
        2020: "03-17 04-13 07-13 08-31",
        2021: "03-17 04-05 07-12 08-30",
        2022: "03-17 04-18 07-12 08-29",
        2023: "03-17 04-10 07-12 08-28",
        2024: "03-18 04-01 07-12 08-26",
        2025: "03-17 04-21 07-14 08-25",
        2026: "03-17 04-06 07-13 08-31",
        2027: "03-17 03-29 07-12 08-30",
        2028: "03-17 04-17 07-12 08-28",
    },
}
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("year", EVERYWHERE)
@pytest.mark.parametrize("part", UkPart)
def test_holidays_of_published_year_equals_the_list(part: UkPart, year: int) -> None:
    published = {date.fromisoformat(f"{year}-{day}") for day in f"{EVERYWHERE[year]} {OWN[part][year]}".split()}

    assert {day for day in holidays_of(part, year) if day.weekday() < 5} == published


def test_holidays_of_year_before_the_act_is_refused() -> None:
    with pytest.raises(ValueError, match="2006"):
        holidays_of(UkPart.SCOTLAND, 2006)


@pytest.mark.parametrize(
    ("day", "england_wales", "scotland", "northern_ireland"),
    [
        (date(2026, 4, 3), False, False, False),  # Good Friday
        (date(2026, 4, 6), False, True, False),  # Easter Monday
        (date(2026, 8, 3), True, False, True),  # first Monday in August
        (date(2026, 8, 31), False, True, False),  # last Monday in August
        (date(2026, 7, 13), True, True, False),  # for the Battle of the Boyne
        (date(2026, 11, 30), True, False, True),  # St Andrew's Day
        (date(2027, 1, 4), True, False, True),  # for 2 January
        (date(2026, 4, 4), False, False, False),  # a Saturday
        (date(2026, 4, 7), True, True, True),
    ],
)
def test_is_working_day_of_each_part_follows_its_own_bank_holidays(
    day: date, england_wales: bool, scotland: bool, northern_ireland: bool
) -> None:
    answers = [is_working_day(day, part=part) for part in UkPart]

    assert answers == [england_wales, scotland, northern_ireland]


def test_next_working_day_over_easter_leaves_four_days_out() -> None:
    assert next_working_day(date(2026, 4, 2), part=UkPart.ENGLAND_WALES) == date(2026, 4, 7)
    assert next_working_day(date(2026, 4, 2), part=UkPart.SCOTLAND) == date(2026, 4, 6)


@given(st.dates(date(2007, 1, 1), date(2100, 12, 31)), PARTS)
def test_working_day_of_any_year_has_24_hours(day: date, part: UkPart) -> None:
    begins, ends = (datetime.combine(day + timedelta(days=n), time(), LONDON) for n in (0, 1))

    is_whole = ends.astimezone(UTC) - begins.astimezone(UTC) == timedelta(hours=24)

    assert is_whole or not is_working_day(day, part=part)


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_day_of_clock_change_is_no_working_day_of_24_hours(day: date) -> None:
    begins, ends = (datetime.combine(day + timedelta(days=n), time(), LONDON) for n in (0, 1))

    assert ends.astimezone(UTC) - begins.astimezone(UTC) != timedelta(hours=24)
    assert [is_working_day(day, part=part) for part in UkPart] == [False, False, False]


@given(MOMENTS, SPANS, PARTS)
def test_working_time_before_lies_in_a_working_day_and_leaves_the_span(
    moment: datetime, span: timedelta, part: UkPart
) -> None:
    before = working_time_before(moment, span, part=part)

    assert is_working_day(before.date(), part=part)
    assert working_time_between(before, moment, part=part) == span


@given(MOMENTS, SPANS, PARTS)
def test_working_time_before_a_minute_later_leaves_less_than_the_span(
    moment: datetime, span: timedelta, part: UkPart
) -> None:
    before = working_time_before(moment, span, part=part)

    assert working_time_between(before + MINUTE, moment, part=part) == span - MINUTE


@given(MOMENTS, SPANS, PARTS)
def test_working_time_after_is_the_first_moment_with_the_span_passed(
    moment: datetime, span: timedelta, part: UkPart
) -> None:
    after = working_time_after(moment, span, part=part)

    assert working_time_between(moment, after, part=part) == span
    assert working_time_between(moment, after - MINUTE, part=part) == span - MINUTE


@given(MOMENTS, SPANS, PARTS)
def test_working_time_before_spans_a_clock_change_in_true_hours(
    moment: datetime, span: timedelta, part: UkPart
) -> None:
    """Count the hours on the clock of the world, day by day, instead of on the wall of London."""
    before = working_time_before(moment, span, part=part)
    true = timedelta()
    for n in range((london(moment).date() - before.date()).days + 1):
        day = before.date() + timedelta(days=n)
        if is_working_day(day, part=part):
            begins = max(before, datetime.combine(day, time(), LONDON)).astimezone(UTC)
            ends = min(london(moment), datetime.combine(day + timedelta(days=1), time(), LONDON)).astimezone(UTC)
            true += ends - begins

    assert true == span


def test_working_time_between_weekend_moments_is_nothing() -> None:
    between = working_time_between(at("2026-06-20T09:00"), at("2026-06-21T21:00"), part=UkPart.SCOTLAND)

    assert between == timedelta()


def test_working_time_between_swapped_moments_is_nothing() -> None:
    between = working_time_between(at("2026-06-24T09:00"), at("2026-06-23T09:00"), part=UkPart.SCOTLAND)

    assert between == timedelta()


def test_working_time_before_moment_of_another_zone_answers_by_london() -> None:
    hanoi = datetime.fromisoformat("2026-06-26T17:00+07:00")

    before = working_time_before(hanoi, timedelta(hours=48), part=UkPart.SCOTLAND)

    assert before == at("2026-06-24T11:00")
    assert before.tzinfo is LONDON


def test_london_of_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        london(datetime(2026, 6, 26, 11))


@pytest.mark.parametrize("count", [working_time_before, working_time_after])
def test_working_time_of_empty_span_is_refused(count: object) -> None:
    with pytest.raises(ValueError, match="above zero"):
        count(at("2026-06-26T11:00"), timedelta(), part=UkPart.SCOTLAND)  # type: ignore[operator]
