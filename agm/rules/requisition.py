"""What members may ask of the company: a general meeting, or a resolution at the AGM.

Law: Companies Act 2006 ss.303-304 (general meeting), s.338 (resolution at the AGM of a public company), s.360(2) (clear
days). Treasury shares are left out of every share and total; the caller leaves them out.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from agm.rules.company_profile import CompanyProfile
from agm.rules.notice_dates import latest_clear_day
from agm.rules.refusals import Code, Refusal
from agm.rules.working_days import london

SHARE_MIN_PERCENT = 5
MEMBERS_MIN = 100
AVERAGE_PAID_UP_MIN_PENCE = 100_00
RECEIVED_BEFORE_DAYS = 42
CALL_WITHIN_DAYS = 21
HOLD_WITHIN_DAYS = 28


class Unfit(StrEnum):
    """Why a resolution may not be moved, however many ask for it (s.303(5), s.338(2))."""

    INEFFECTIVE = "ineffective"
    DEFAMATORY = "defamatory"
    FRIVOLOUS = "frivolous"  # or vexatious


@dataclass(frozen=True)
class Supporters:
    """The members who ask: heads, votes, and what is paid up on their shares, share premium left out, in pence."""

    members: int
    votes: int
    paid_up_pence: int


_UNFIT = {
    Unfit.INEFFECTIVE: Code.RESOLUTION_INEFFECTIVE,
    Unfit.DEFAMATORY: Code.RESOLUTION_DEFAMATORY,
    Unfit.FRIVOLOUS: Code.RESOLUTION_FRIVOLOUS,
}


def meeting_request_refusal(*, paid_up: int, voting_paid_up: int) -> Refusal | None:
    """Return why the members who ask for a general meeting are too few, or None where the directors must call it.

    At least 5 per cent of the paid-up capital that carries votes, in minor units (s.303(2)(a); 10 per cent until 2009).
    """
    return _share_refusal(paid_up, voting_paid_up, Code.REQUISITION_BELOW_SHARE)


def call_meeting_by(required_on: date) -> date:
    """Return the day by which the directors must call the meeting members asked for (s.304(1)(a))."""
    return required_on + timedelta(days=CALL_WITHIN_DAYS)


def hold_meeting_by(notice_on: date) -> date:
    """Return the last day for holding the meeting members asked for, by the date of its notice (s.304(1)(b))."""
    return notice_on + timedelta(days=HOLD_WITHIN_DAYS)


def resolution_refusals(
    supporters: Supporters, *, total_votes: int, profile: CompanyProfile, unfit: Collection[Unfit] = ()
) -> tuple[Refusal, ...]:
    """Return why the company need not give notice of a members' resolution; empty where it must.

    Supporters need 5 per cent of the votes that may be cast on it, or to be 100 members with on average 100 pounds paid
    up (s.338(3)); where neither is so, both are told. Only members of a public company have this right (s.338(1)).
    """
    if profile == CompanyProfile.PRIVATE:
        return (Refusal(Code.RESOLUTION_NOT_PUBLIC_COMPANY),)
    unfitness = tuple(Refusal(code) for reason, code in _UNFIT.items() if reason in unfit)
    by_share = _share_refusal(supporters.votes, total_votes, Code.RESOLUTION_BELOW_SHARE)
    by_heads = _heads_refusal(supporters)
    if by_share is None or by_heads is None:
        return unfitness
    return (*unfitness, by_share, by_heads)


def resolution_lateness(
    received_at: datetime, *, meeting_at: datetime, notice_given_at: datetime | None = None
) -> Refusal | None:
    """Return why a request came too late, or None: six weeks of clear days before the AGM suffice, and so does coming
    by the time at which notice of it is given (s.338(4)(d), s.360(2)). ``None`` for a notice not yet given.
    """
    received_on_latest = latest_clear_day(london(meeting_at).date(), clear_days=RECEIVED_BEFORE_DAYS)
    is_before_notice = notice_given_at is None or received_at <= notice_given_at
    if london(received_at).date() <= received_on_latest or is_before_notice:
        return None
    values = {"received_at": london(received_at), "received_on_latest": received_on_latest}
    return Refusal(Code.RESOLUTION_RECEIVED_LATE, values)


def _share_refusal(have: int, total: int, code: Code) -> Refusal | None:
    needed = -(-SHARE_MIN_PERCENT * total // 100)
    return None if have >= needed and total > 0 else Refusal(code, {"have": have, "needed": needed})


def _heads_refusal(supporters: Supporters) -> Refusal | None:
    if supporters.members < MEMBERS_MIN:
        return Refusal(Code.RESOLUTION_TOO_FEW_MEMBERS, {"have": supporters.members, "needed": MEMBERS_MIN})
    needed = AVERAGE_PAID_UP_MIN_PENCE * supporters.members
    if supporters.paid_up_pence < needed:
        return Refusal(Code.RESOLUTION_PAID_UP_TOO_LOW, {"have": supporters.paid_up_pence, "needed": needed})
    return None
