"""Until when proxies may be lodged: T7 to T9 and T32 of the law as test cases."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agm.rules.proxy_dates import cutoff_refusal, is_lodged_in_time, poll_proxy_cutoff, proxy_cutoff
from agm.rules.refusals import Code, Refusal
from agm.rules.working_days import UkPart, is_working_day
from tests.agm.rules.strategies import MOMENTS, PARTS, at

VECTORS = json.loads((Path(__file__).parent / "data/date_vectors.json").read_text())["vectors"]
ENGLAND, SCOTLAND, ULSTER = UkPart.ENGLAND_WALES, UkPart.SCOTLAND, UkPart.NORTHERN_IRELAND
LATER = st.timedeltas(timedelta(), timedelta(days=9))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["meeting"])
def test_proxy_cutoff_of_vector_is_its_moment(vector: dict[str, str]) -> None:
    meeting_at = at(vector["meeting"])

    assert proxy_cutoff(meeting_at, part=ENGLAND) == at(vector["proxy48_EW"])
    assert proxy_cutoff(meeting_at, part=SCOTLAND) == at(vector["proxy48_SCO"])


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["meeting"])
def test_poll_proxy_cutoff_of_vector_is_its_moment(vector: dict[str, str]) -> None:
    poll_at = at(vector["meeting"])
    demanded_at = poll_at - timedelta(days=20)

    cutoff = poll_proxy_cutoff(meeting_at=demanded_at, demanded_at=demanded_at, poll_at=poll_at, part=ENGLAND)

    assert cutoff == at(vector["poll24_EW"])


@pytest.mark.parametrize(
    ("meeting", "part", "cutoff"),
    [
        ("2026-05-26T15:00", ENGLAND, "2026-05-21T15:00"),  # Explanatory Note 573
        ("2026-06-20T12:00", ENGLAND, "2026-06-18T00:00"),  # a Saturday
        ("2026-04-08T10:00", ENGLAND, "2026-04-02T10:00"),
        ("2026-04-08T10:00", SCOTLAND, "2026-04-06T10:00"),
        ("2026-08-05T10:00", ENGLAND, "2026-08-03T10:00"),
        ("2026-08-05T10:00", SCOTLAND, "2026-07-31T10:00"),
        ("2026-07-14T10:00", ULSTER, "2026-07-09T10:00"),  # over 13 July
        ("2026-06-16T10:00", SCOTLAND, "2026-06-11T10:00"),  # over the Scottish day of 15 June 2026
        ("2026-06-16T10:00", ENGLAND, "2026-06-12T10:00"),
        ("2026-06-24T00:00", ENGLAND, "2026-06-22T00:00"),  # 48 hours end at the midnight after a weekend
        ("2026-12-02T10:00", SCOTLAND, "2026-11-27T10:00"),  # over St Andrew's Day
        ("2027-01-05T10:00", SCOTLAND, "2026-12-30T10:00"),  # over New Year
        ("2026-03-30T10:00", ENGLAND, "2026-03-26T10:00"),  # over the beginning of summer time
        ("2026-10-26T10:00", ENGLAND, "2026-10-22T10:00"),  # over its end
    ],
)
def test_proxy_cutoff_leaves_out_days_that_are_not_working(meeting: str, part: UkPart, cutoff: str) -> None:
    assert proxy_cutoff(at(meeting), part=part) == at(cutoff)


@given(MOMENTS, PARTS)
def test_proxy_cutoff_is_never_in_a_day_that_is_not_working(meeting_at: datetime, part: UkPart) -> None:
    assert is_working_day(proxy_cutoff(meeting_at, part=part).date(), part=part)


@given(MOMENTS, LATER, PARTS)
def test_proxy_cutoff_of_later_meeting_is_not_earlier(meeting_at: datetime, later: timedelta, part: UkPart) -> None:
    assert proxy_cutoff(meeting_at, part=part) <= proxy_cutoff(meeting_at + later, part=part)


@given(MOMENTS, PARTS)
def test_proxy_cutoff_is_at_least_48_hours_before(meeting_at: datetime, part: UkPart) -> None:
    assert meeting_at - proxy_cutoff(meeting_at, part=part) >= timedelta(hours=48)


@given(MOMENTS, st.timedeltas(timedelta(days=-9), timedelta(days=9)), PARTS)
def test_cutoff_is_refused_exactly_when_earlier(meeting_at: datetime, shift: timedelta, part: UkPart) -> None:
    earliest_at = proxy_cutoff(meeting_at, part=part)
    cutoff_at = earliest_at + shift

    refusal = cutoff_refusal(cutoff_at, earliest_at=earliest_at)

    assert (refusal is not None) is (cutoff_at < earliest_at)


def test_cutoff_of_72_hours_is_void_with_both_moments() -> None:
    earliest_at = proxy_cutoff(at("2026-06-26T11:00"), part=SCOTLAND)

    refusal = cutoff_refusal(at("2026-06-23T11:00"), earliest_at=earliest_at)

    assert refusal == Refusal(
        Code.PROXY_CUTOFF_TOO_EARLY, {"cutoff_at": at("2026-06-23T11:00"), "earliest_at": at("2026-06-24T11:00")}
    )


def test_cutoff_of_48_hours_on_the_wall_over_a_weekend_is_laxer_and_accepted() -> None:
    earliest_at = proxy_cutoff(at("2026-06-23T11:00"), part=SCOTLAND)

    assert cutoff_refusal(at("2026-06-21T11:00"), earliest_at=earliest_at) is None


@pytest.mark.parametrize(
    ("demanded", "poll", "cutoff"),
    [
        ("2026-06-19T12:00", "2026-06-23T12:00", "2026-06-17T11:00"),  # 96 hours, of which 48 count
        ("2026-06-19T12:00", "2026-06-23T12:01", "2026-06-22T12:01"),
        ("2026-06-19T12:00", "2026-06-19T14:00", "2026-06-17T11:00"),
    ],
)
def test_poll_proxy_cutoff_changes_when_more_than_48_hours_of_working_days_pass(
    demanded: str, poll: str, cutoff: str
) -> None:
    found = poll_proxy_cutoff(
        meeting_at=at("2026-06-19T11:00"), demanded_at=at(demanded), poll_at=at(poll), part=SCOTLAND
    )

    assert found == at(cutoff)


def test_proxy_of_adjourned_meeting_may_be_lodged_until_its_own_cutoff() -> None:
    adjourned_cutoff = proxy_cutoff(at("2026-07-10T11:00"), part=SCOTLAND)

    assert is_lodged_in_time(at("2026-07-08T11:00"), cutoff_at=adjourned_cutoff)
    assert not is_lodged_in_time(at("2026-07-08T11:01"), cutoff_at=adjourned_cutoff)


def test_proxy_without_cutoff_in_the_articles_is_always_in_time() -> None:
    assert is_lodged_in_time(at("2026-06-26T10:59"), cutoff_at=None)
