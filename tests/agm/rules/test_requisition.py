"""What members may ask for: T11 and T12 of the law as test cases."""

from datetime import date

import pytest

from agm.rules.company_profile import CompanyProfile
from agm.rules.refusals import Code, Refusal
from agm.rules.requisition import (
    Supporters,
    Unfit,
    call_meeting_by,
    hold_meeting_by,
    meeting_request_refusal,
    resolution_lateness,
    resolution_refusals,
)
from tests.agm.rules.strategies import at

PLC = CompanyProfile.UNLISTED_PLC
MEETING_AT = at("2026-06-26T11:00")


@pytest.mark.parametrize(
    ("paid_up", "total", "refusal"),
    [
        (5_000, 100_000, None),
        (4_999, 100_000, Refusal(Code.REQUISITION_BELOW_SHARE, {"have": 4_999, "needed": 5_000})),
        (5_000, 100_001, Refusal(Code.REQUISITION_BELOW_SHARE, {"have": 5_000, "needed": 5_001})),
        (0, 0, Refusal(Code.REQUISITION_BELOW_SHARE, {"have": 0, "needed": 0})),
    ],
)
def test_meeting_request_needs_five_per_cent_of_voting_capital(
    paid_up: int, total: int, refusal: Refusal | None
) -> None:
    assert meeting_request_refusal(paid_up=paid_up, voting_paid_up=total) == refusal


def test_requested_meeting_is_called_within_21_days_and_held_within_28() -> None:
    assert call_meeting_by(date(2026, 6, 1)) == date(2026, 6, 22)
    assert hold_meeting_by(date(2026, 6, 22)) == date(2026, 7, 20)


@pytest.mark.parametrize(
    "supporters",
    [
        Supporters(members=1, votes=5_000, paid_up_pence=5_000),
        Supporters(members=100, votes=100, paid_up_pence=100 * 100_00),
        Supporters(members=150, votes=150, paid_up_pence=150 * 100_00),
    ],
)
def test_resolution_of_enough_members_must_be_given_notice_of(supporters: Supporters) -> None:
    assert resolution_refusals(supporters, total_votes=100_000, profile=PLC) == ()


@pytest.mark.parametrize(
    ("supporters", "by_heads"),
    [
        (
            Supporters(members=99, votes=4_999, paid_up_pence=10**9),
            Refusal(Code.RESOLUTION_TOO_FEW_MEMBERS, {"have": 99, "needed": 100}),
        ),
        (
            Supporters(members=100, votes=4_999, paid_up_pence=100 * 95_00),
            Refusal(Code.RESOLUTION_PAID_UP_TOO_LOW, {"have": 950_000, "needed": 1_000_000}),
        ),
        (
            Supporters(members=101, votes=4_999, paid_up_pence=100 * 100_00),
            Refusal(Code.RESOLUTION_PAID_UP_TOO_LOW, {"have": 1_000_000, "needed": 1_010_000}),
        ),
    ],
)
def test_resolution_of_too_few_is_refused_both_ways(supporters: Supporters, by_heads: Refusal) -> None:
    by_share = Refusal(Code.RESOLUTION_BELOW_SHARE, {"have": 4_999, "needed": 5_000})

    assert resolution_refusals(supporters, total_votes=100_000, profile=PLC) == (by_share, by_heads)


def test_unfit_resolution_is_refused_however_many_ask() -> None:
    many = Supporters(members=500, votes=100_000, paid_up_pence=10**9)

    refusals = resolution_refusals(many, total_votes=100_000, profile=PLC, unfit=set(Unfit))

    assert refusals == (
        Refusal(Code.RESOLUTION_INEFFECTIVE),
        Refusal(Code.RESOLUTION_DEFAMATORY),
        Refusal(Code.RESOLUTION_FRIVOLOUS),
    )


def test_members_of_private_company_have_no_right_to_a_resolution_at_the_agm() -> None:
    many = Supporters(members=500, votes=100_000, paid_up_pence=10**9)

    refusals = resolution_refusals(many, total_votes=100_000, profile=CompanyProfile.PRIVATE)

    assert refusals == (Refusal(Code.RESOLUTION_NOT_PUBLIC_COMPANY),)


@pytest.mark.parametrize(
    ("received", "notice_given", "late"),
    [
        ("2026-05-14T23:59", "2026-05-01T09:00", False),  # 42 whole days between 14 May and 26 June
        ("2026-05-15T00:00", "2026-05-01T09:00", True),
        ("2026-06-01T09:00", "2026-06-01T09:00", False),  # by the time notice is given
        ("2026-06-01T09:01", "2026-06-01T09:00", True),
        ("2026-06-01T09:01", None, False),
    ],
)
def test_resolution_lateness_is_six_weeks_or_the_notice(received: str, notice_given: str | None, late: bool) -> None:
    refusal = resolution_lateness(
        at(received), meeting_at=MEETING_AT, notice_given_at=None if notice_given is None else at(notice_given)
    )

    values = {"received_at": at(received), "received_on_latest": date(2026, 5, 14)}
    assert refusal == (Refusal(Code.RESOLUTION_RECEIVED_LATE, values) if late else None)
