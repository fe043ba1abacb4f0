"""Notice of a meeting: T1 to T4 and T6 of the law as test cases."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agm.rules.company_profile import CompanyProfile
from agm.rules.notice_dates import (
    SPECIAL_NOTICE_DAYS,
    Consent,
    ConsentGiven,
    articles_days_refusal,
    consent_needed,
    deemed_given_at,
    given_on,
    is_consent_enough,
    latest_clear_day,
    latest_given_on,
    latest_sending,
    notice_days,
    notice_days_min,
    notice_refusal,
    website_given_on,
)
from agm.rules.refusals import Code, Refusal
from agm.rules.working_days import UkPart
from tests.agm.rules.strategies import MOMENTS, PARTS, at

VECTORS = json.loads((Path(__file__).parent / "data/date_vectors.json").read_text())["vectors"]
MEETING_AT = at("2026-06-26T11:00")
ENGLAND, SCOTLAND = UkPart.ENGLAND_WALES, UkPart.SCOTLAND
ALL = ConsentGiven(members=200, members_entitled=200, nominal=1000, nominal_entitled=1000)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["meeting"])
def test_latest_given_on_of_vector_is_its_day(vector: dict[str, str]) -> None:
    meeting_at = at(vector["meeting"])

    assert latest_given_on(meeting_at, days=21) == date.fromisoformat(vector["notice21_by"])
    assert latest_given_on(meeting_at, days=14) == date.fromisoformat(vector["notice14_by"])


@given(st.dates(date(2008, 1, 1), date(2100, 1, 1)), st.integers(0, 60))
def test_latest_clear_day_leaves_exactly_so_many_days_between(meeting_on: date, clear_days: int) -> None:
    day = latest_clear_day(meeting_on, clear_days=clear_days)

    between = [day + timedelta(days=n) for n in range(1, (meeting_on - day).days)]

    assert len(between) == clear_days


def test_latest_clear_day_of_special_notice_leaves_28_days() -> None:
    assert latest_clear_day(date(2026, 6, 26), clear_days=SPECIAL_NOTICE_DAYS) == date(2026, 5, 28)


@pytest.mark.parametrize(
    ("profile", "is_agm", "shortened", "days"),
    [
        (CompanyProfile.PRIVATE, True, False, 14),
        (CompanyProfile.PRIVATE, False, False, 14),
        (CompanyProfile.UNLISTED_PLC, True, False, 21),
        (CompanyProfile.UNLISTED_PLC, False, False, 14),
        (CompanyProfile.UNLISTED_PLC, True, True, 21),
        (CompanyProfile.QUOTED, True, False, 21),
        (CompanyProfile.QUOTED, False, False, 14),
        (CompanyProfile.TRADED, True, False, 21),
        (CompanyProfile.TRADED, True, True, 21),
        (CompanyProfile.TRADED, False, False, 21),
        (CompanyProfile.TRADED, False, True, 14),
    ],
)
def test_notice_days_min_of_profile_is_the_statutes(
    profile: CompanyProfile, is_agm: bool, shortened: bool, days: int
) -> None:
    assert notice_days_min(profile=profile, is_agm=is_agm, shortened_by_resolution=shortened) == days


@pytest.mark.parametrize(("articles_days", "days"), [(None, 21), (14, 21), (21, 21), (28, 28)])
def test_notice_days_of_articles_win_only_when_longer(articles_days: int | None, days: int) -> None:
    found = notice_days(profile=CompanyProfile.UNLISTED_PLC, is_agm=True, articles_days=articles_days)

    assert found == days


def test_articles_days_below_statute_are_refused() -> None:
    refusal = articles_days_refusal(20, days_min=21)

    assert refusal == Refusal(Code.ARTICLES_NOTICE_BELOW_STATUTE, {"days": 20, "days_min": 21})
    assert articles_days_refusal(21, days_min=21) is None


@pytest.mark.parametrize(
    ("sent", "part", "deemed"),
    [
        ("2026-06-05T15:00", ENGLAND, "2026-06-09T15:00"),  # Explanatory Note 1475: Friday to Tuesday
        ("2026-05-22T15:00", ENGLAND, "2026-05-27T15:00"),  # the same over a bank holiday: Wednesday
        ("2026-06-02T10:00", ENGLAND, "2026-06-04T10:00"),
        ("2026-05-30T12:00", ENGLAND, "2026-06-03T00:00"),  # sent on a Saturday: Monday and Tuesday whole
        ("2026-04-02T10:00", ENGLAND, "2026-04-08T10:00"),  # over Easter
        ("2026-04-02T10:00", SCOTLAND, "2026-04-07T10:00"),
        ("2026-06-12T10:00", ENGLAND, "2026-06-16T10:00"),
        ("2026-06-12T10:00", SCOTLAND, "2026-06-17T10:00"),  # over the Scottish day of 15 June 2026
        ("2026-12-24T18:00", ENGLAND, "2026-12-30T18:00"),  # 25 December and its neighbours to the 28th
        ("2026-10-23T10:00", ENGLAND, "2026-10-27T10:00"),  # over the end of summer time
    ],
)
def test_deemed_given_at_leaves_out_days_that_are_not_working(sent: str, part: UkPart, deemed: str) -> None:
    assert deemed_given_at(at(sent), part=part) == at(deemed)


def test_deemed_given_at_by_articles_of_24_hours_is_a_day_earlier() -> None:
    assert deemed_given_at(at("2026-06-05T15:00"), part=ENGLAND, hours=24) == at("2026-06-08T15:00")


@pytest.mark.parametrize(
    ("given_by", "part", "sending"),
    [
        ("2026-06-04", ENGLAND, "2026-06-02T23:59"),
        ("2026-05-04", ENGLAND, "2026-04-29T23:59"),  # given by a bank holiday: Thursday and Friday whole
        ("2026-05-29", ENGLAND, "2026-05-27T23:59"),
        ("2026-06-16", ENGLAND, "2026-06-12T23:59"),  # Monday and Tuesday whole: Friday's last minute, not Sunday's
        ("2026-06-16", SCOTLAND, "2026-06-11T23:59"),
    ],
)
def test_latest_sending_is_the_last_minute_in_time(given_by: str, part: UkPart, sending: str) -> None:
    assert latest_sending(date.fromisoformat(given_by), part=part) == at(sending)


@given(st.dates(date(2008, 1, 10), date(2035, 12, 31)), PARTS, st.integers(1, 72))
def test_latest_sending_counts_as_given_in_time_and_two_minutes_later_does_not(
    given_by: date, part: UkPart, hours: int
) -> None:
    sending = latest_sending(given_by, part=part, hours=hours)
    too_late = sending + timedelta(minutes=2)

    assert given_on(sending, part=part, hours=hours) <= given_by
    assert given_on(too_late, part=part, hours=hours) > given_by


@given(MOMENTS, st.timedeltas(timedelta(), timedelta(days=9)), PARTS)
def test_deemed_given_at_of_later_sending_is_not_earlier(sent: datetime, later: timedelta, part: UkPart) -> None:
    assert deemed_given_at(sent, part=part) <= deemed_given_at(sent + later, part=part)


def test_website_given_on_is_the_later_of_page_and_message() -> None:
    page_first = website_given_on(at("2026-06-01T09:00"), at("2026-06-02T10:00"), part=ENGLAND)
    message_first = website_given_on(at("2026-06-05T09:00"), at("2026-06-02T10:00"), part=ENGLAND)

    assert page_first == date(2026, 6, 4)
    assert message_first == date(2026, 6, 5)


@pytest.mark.parametrize(
    ("profile", "is_agm", "articles_bps", "needed"),
    [
        (CompanyProfile.PRIVATE, False, None, Consent(9000, True)),
        (CompanyProfile.PRIVATE, True, 9300, Consent(9300, True)),
        (CompanyProfile.PRIVATE, False, 9900, Consent(9500, True)),
        (CompanyProfile.PRIVATE, False, 5000, Consent(9000, True)),
        (CompanyProfile.UNLISTED_PLC, False, None, Consent(9500, True)),
        (CompanyProfile.UNLISTED_PLC, True, None, Consent(10_000, False)),
        (CompanyProfile.QUOTED, True, None, Consent(10_000, False)),
        (CompanyProfile.TRADED, False, None, None),
    ],
)
def test_consent_needed_for_shorter_notice_is_the_statutes(
    profile: CompanyProfile, is_agm: bool, articles_bps: int | None, needed: Consent | None
) -> None:
    assert consent_needed(profile=profile, is_agm=is_agm, articles_bps=articles_bps) == needed


@pytest.mark.parametrize(
    ("given", "needed", "enough"),
    [
        (ConsentGiven(101, 200, 950, 1000), Consent(9500, True), True),
        (ConsentGiven(100, 200, 950, 1000), Consent(9500, True), False),
        (ConsentGiven(101, 200, 949, 1000), Consent(9500, True), False),
        (ConsentGiven(200, 200, 1000, 1000), Consent(10_000, False), True),
        (ConsentGiven(199, 200, 1000, 1000), Consent(10_000, False), False),
        (ConsentGiven(0, 0, 0, 0), Consent(10_000, False), False),
        (ConsentGiven(0, 0, 0, 0), Consent(9000, True), False),
    ],
)
def test_is_consent_enough_needs_heads_and_nominal_value(given: ConsentGiven, needed: Consent, enough: bool) -> None:
    assert is_consent_enough(given, needed) is enough


def test_notice_given_on_the_last_day_is_not_refused() -> None:
    refusal = notice_refusal(
        meeting_at=MEETING_AT, given=date(2026, 6, 4), days=21, profile=CompanyProfile.UNLISTED_PLC, is_agm=True
    )

    assert refusal is None


def test_notice_given_one_day_later_is_refused_with_the_consent_it_needs() -> None:
    refusal = notice_refusal(
        meeting_at=MEETING_AT, given=date(2026, 6, 5), days=21, profile=CompanyProfile.UNLISTED_PLC, is_agm=True
    )

    assert refusal == Refusal(
        Code.NOTICE_TOO_SHORT,
        {
            "given_on": date(2026, 6, 5),
            "given_by": date(2026, 6, 4),
            "meeting_on": date(2026, 6, 26),
            "days": 21,
            "consent_bps": 10_000,
            "majority_in_number": 0,
        },
    )
    assert refusal.law == "Companies Act 2006 ss.307, 307A, 337(2), 360(2)"


@pytest.mark.parametrize(
    ("profile", "code"),
    [(CompanyProfile.UNLISTED_PLC, None), (CompanyProfile.TRADED, Code.NOTICE_CANNOT_BE_SHORTENED)],
)
def test_short_notice_agreed_by_all_is_good_but_not_in_a_traded_company(
    profile: CompanyProfile, code: Code | None
) -> None:
    refusal = notice_refusal(
        meeting_at=MEETING_AT, given=date(2026, 6, 5), days=21, profile=profile, is_agm=True, consent=ALL
    )

    assert (refusal.code if refusal else None) == code


def test_short_notice_agreed_by_too_few_is_refused() -> None:
    refusal = notice_refusal(
        meeting_at=MEETING_AT,
        given=date(2026, 6, 12),
        days=14,
        profile=CompanyProfile.PRIVATE,
        is_agm=False,
        consent=ConsentGiven(members=150, members_entitled=200, nominal=899, nominal_entitled=1000),
    )

    assert refusal is not None
    assert (refusal.code, refusal.values["consent_bps"]) == (Code.NOTICE_TOO_SHORT, 9000)
