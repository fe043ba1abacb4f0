"""Whose shares vote: T10 of the law as test cases."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agm.rules.company_profile import CompanyProfile
from agm.rules.proxy_dates import proxy_cutoff
from agm.rules.record_date import record_moment, record_refusal
from agm.rules.refusals import Code, Refusal
from agm.rules.working_days import UkPart
from tests.agm.rules.strategies import MOMENTS, PARTS, at

MEETING_AT = at("2026-06-23T11:00")
SCOTLAND = UkPart.SCOTLAND


def test_record_moment_without_articles_is_the_proxy_cutoff() -> None:
    assert record_moment(MEETING_AT, part=SCOTLAND) == at("2026-06-19T11:00")


def test_record_moment_of_articles_is_theirs() -> None:
    record_at = record_moment(MEETING_AT, part=SCOTLAND, articles_at=at("2026-06-22T18:00"))

    assert record_at == at("2026-06-22T18:00")


@pytest.mark.parametrize("profile", CompanyProfile)
def test_record_moment_after_the_meeting_is_refused(profile: CompanyProfile) -> None:
    late = MEETING_AT + timedelta(minutes=1)

    refusal = record_refusal(late, meeting_at=MEETING_AT, profile=profile, part=SCOTLAND)

    assert refusal == Refusal(Code.RECORD_AFTER_MEETING, {"record_at": late, "meeting_at": MEETING_AT})


@pytest.mark.parametrize("profile", CompanyProfile)
def test_record_moment_at_the_meeting_is_accepted(profile: CompanyProfile) -> None:
    assert record_refusal(MEETING_AT, meeting_at=MEETING_AT, profile=profile, part=SCOTLAND) is None


def test_record_moment_more_than_48_working_hours_before_is_refused_when_traded() -> None:
    early = at("2026-06-19T10:59")

    refusal = record_refusal(early, meeting_at=MEETING_AT, profile=CompanyProfile.TRADED, part=SCOTLAND)

    assert refusal == Refusal(Code.RECORD_TOO_EARLY, {"record_at": early, "earliest_at": at("2026-06-19T11:00")})


@pytest.mark.parametrize("profile", [CompanyProfile.PRIVATE, CompanyProfile.UNLISTED_PLC, CompanyProfile.QUOTED])
def test_record_moment_a_month_before_is_the_articles_affair_when_not_traded(profile: CompanyProfile) -> None:
    assert record_refusal(at("2026-05-23T11:00"), meeting_at=MEETING_AT, profile=profile, part=SCOTLAND) is None


@given(MOMENTS, st.integers(0, 100), PARTS)
def test_traded_record_moment_from_the_cutoff_to_the_meeting_is_accepted(
    meeting_at: datetime, percent: int, part: UkPart
) -> None:
    earliest_at = proxy_cutoff(meeting_at, part=part)
    record_at = earliest_at + (meeting_at - earliest_at) * percent / 100

    refusal = record_refusal(record_at, meeting_at=meeting_at, profile=CompanyProfile.TRADED, part=part)

    assert refusal is None


@given(MOMENTS, st.timedeltas(timedelta(days=4), timedelta(days=30)), PARTS)
def test_traded_record_moment_days_before_the_cutoff_is_refused(
    meeting_at: datetime, earlier: timedelta, part: UkPart
) -> None:
    record_at = proxy_cutoff(meeting_at, part=part) - timedelta(days=2) - earlier

    refusal = record_refusal(record_at, meeting_at=meeting_at, profile=CompanyProfile.TRADED, part=part)

    assert refusal is not None
    assert refusal.code == Code.RECORD_TOO_EARLY


@given(MOMENTS, PARTS, st.sampled_from(CompanyProfile))
def test_record_moment_by_default_is_never_refused(meeting_at: datetime, part: UkPart, profile: CompanyProfile) -> None:
    record_at = record_moment(meeting_at, part=part)

    assert record_refusal(record_at, meeting_at=meeting_at, profile=profile, part=part) is None
