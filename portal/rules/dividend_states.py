"""Where a holder's dividend stands, from what is stored about it: one state, the present one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dividends.rules.jar import Fate, jar


class Stand(StrEnum):
    """Where a dividend stands; the first four wait for nobody in the office."""

    NOTHING = "nothing"  # less than the smallest coin
    JAR = "jar"
    NO_DETAILS = "no_details"
    CAME_BACK = "came_back"  # failed or returned, and the bank details are still the ones that were paid to
    HOLD = "hold"  # bank details are new and wait
    HELD = "held"  # a payment was held back; it is owed and waits
    OWED = "owed"  # for the next payment run
    PREPARED = "prepared"
    APPROVED = "approved"
    TURN = "turn"  # its run is being paid and has not come to it yet
    SENDING = "sending"
    SENT = "sent"
    PAID = "paid"


# A draft that nobody approved is on no way yet.
ON_ITS_WAY = frozenset({Stand.APPROVED, Stand.TURN, Stand.SENDING, Stand.SENT})


@dataclass(frozen=True, slots=True)
class LastPayout:
    """The latest payout of an entitlement. ``is_live`` until it is released, then the money is owed again."""

    state: str
    run_state: str
    is_live: bool
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Details:
    """Bank details in force."""

    given_at: datetime
    usable_from: datetime


def stand_of(
    *,
    net_minor: int,
    last: LastPayout | None,
    details: Details | None,
    open_minor: int,
    minimum_minor: int,
    at: datetime,
) -> Stand:
    """Return where an entitlement stands.

    ``open_minor`` is everything its party is owed in the currency that no payout pays, ``minimum_minor`` what that must
    reach. A payment that came back is told as such until other bank details are given; then it waits like the rest.
    """
    if net_minor == 0:
        return Stand.NOTHING
    if last is not None and last.is_live and last.state not in {"failed", "returned", "held", "cancelled"}:
        return _under_way(last)
    bounced = last is not None and last.state in {"failed", "returned"}
    if bounced and not _is_given_after(details, last):
        return Stand.CAME_BACK
    if jar(open_minor, minimum_minor=minimum_minor).fate != Fate.PAY:
        return Stand.JAR
    if details is None:
        return Stand.NO_DETAILS
    if last is not None and last.state == "held":
        return Stand.HELD
    return Stand.HOLD if details.usable_from > at else Stand.OWED


def _under_way(last: LastPayout) -> Stand:
    if last.state in {"settled", "sent", "sending"}:
        return {"settled": Stand.PAID, "sent": Stand.SENT, "sending": Stand.SENDING}[last.state]
    return {"draft": Stand.PREPARED, "approved": Stand.APPROVED}.get(last.run_state, Stand.TURN)


def _is_given_after(details: Details | None, last: LastPayout | None) -> bool:
    if details is None or last is None or last.ended_at is None:
        return False
    return details.given_at > last.ended_at
