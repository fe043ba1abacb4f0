"""How the result of a poll is told, and what has to follow.

Law: Companies Act 2006 s.341 (what is published, and until when); UK Corporate Governance Code, Provision 4 (dissent);
s.899 (heads counted at a scheme meeting). A vote withheld is not a vote in law and stands in no percentage.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from agm.rules.working_days import UkPart, next_working_day

FOLLOW_UP_MONTHS = 6
PUBLISH_WITHIN_DAYS = 16


@dataclass(frozen=True)
class ResultLine:
    """One line of a results announcement, in votes; percentages have two decimals, None where nothing was cast."""

    votes_for: int
    percent_for: Decimal | None
    votes_against: int
    percent_against: Decimal | None
    votes_total: int
    percent_of_issued: Decimal | None
    votes_withheld: int


@dataclass(frozen=True)
class HolderVotes:
    """How one holder voted on one resolution, in votes."""

    votes_for: int
    votes_against: int


@dataclass(frozen=True)
class HeadCount:
    """Holders who voted, and how many of them on either side; who split stands on both. Percentages of the holders."""

    holders: int
    holders_for: int
    percent_for: Decimal | None
    holders_against: int
    percent_against: Decimal | None
    holders_split: int
    votes_for: int
    votes_against: int


def percent(part: int, whole: int) -> Decimal | None:
    """Return the part in per cent with two decimals, halves up, or None of nothing. Refuses negative numbers."""
    if part < 0 or whole < 0:
        raise ValueError("Votes are never negative.")
    if whole == 0:
        return None
    return Decimal((20_000 * part + whole) // (2 * whole)).scaleb(-2)


def result_line(*, votes_for: int, votes_against: int, votes_withheld: int, votes_issued: int) -> ResultLine:
    """Return the line of one resolution (s.341(1A)).

    ``votes_issued`` are the votes of the issued share capital at the record moment, treasury shares left out. The two
    percentages of votes cast are rounded each for itself, as registrars publish them.
    """
    total = votes_for + votes_against
    return ResultLine(
        votes_for=votes_for,
        percent_for=percent(votes_for, total),
        votes_against=votes_against,
        percent_against=percent(votes_against, total),
        votes_total=total,
        percent_of_issued=percent(total, votes_issued),
        votes_withheld=votes_withheld,
    )


def publish_by(*, meeting_on: date, declared_on: date, part: UkPart) -> date:
    """Return the day by whose end a traded company has to publish the result (s.341(1B)).

    The last of 16 days beginning with the day of the meeting or, if later, the first working day after the result was
    declared.
    """
    return max(meeting_on + timedelta(days=PUBLISH_WITHIN_DAYS - 1), next_working_day(declared_on, part=part))


def is_dissent(*, votes_for: int, votes_against: int) -> bool:
    """Say whether 20 per cent or more of the votes cast were against (Code, Provision 4). Exact, not as rounded."""
    return 5 * votes_against >= votes_for + votes_against > 0


def dissent_update_by(meeting_on: date) -> date:
    """Return the day by which the board reports what it did about the dissent: six months after the meeting."""
    months = meeting_on.month - 1 + FOLLOW_UP_MONTHS
    year, month = meeting_on.year + months // 12, months % 12 + 1
    return date(year, month, min(meeting_on.day, monthrange(year, month)[1]))


def head_count(holders: Iterable[HolderVotes]) -> HeadCount:
    """Return the heads on either side; a holder who voted both ways is counted once on each, who withheld nowhere."""
    voted = [holder for holder in holders if holder.votes_for or holder.votes_against]
    heads_for = sum(holder.votes_for > 0 for holder in voted)
    heads_against = sum(holder.votes_against > 0 for holder in voted)
    return HeadCount(
        holders=len(voted),
        holders_for=heads_for,
        percent_for=percent(heads_for, len(voted)),
        holders_against=heads_against,
        percent_against=percent(heads_against, len(voted)),
        holders_split=heads_for + heads_against - len(voted),
        votes_for=sum(holder.votes_for for holder in voted),
        votes_against=sum(holder.votes_against for holder in voted),
    )
