"""What the bank tells of a transfer and we cannot write."""

from datetime import datetime
from typing import Any

from core import clock
from core.transactions import atomic
from payments.gateways.payout_port import PayoutChange, PayoutFacts
from payments.models import ParkedNews, Payout
from payments.rules.payout_states import PayoutStatus
from payments.services.parked_news import park_news


def told_of(payout: Payout | None, **said: Any) -> PayoutChange:
    """Return what the bank tells of the payout, or of one that is not ours: settled, and as ordered unless told."""
    ours = (payout.public_id, payout.amount_minor, payout.currency) if payout else ("x" * 22, 4750, "GBP")
    facts = {
        "provider_id": (payout and payout.provider_id) or "bank_1",
        "payout_id": ours[0],
        "amount_minor": ours[1],
        "currency": ours[2],
        "status": PayoutStatus.SETTLED,
        "reason": "",
        "happened_at": clock.now(),
    }
    return PayoutChange(said.pop("number", 1), PayoutFacts(**{**facts, **said}))


def park(
    payout: Payout | None = None, *differing: str, mistake: str = "", at: datetime | None = None, **said: Any
) -> ParkedNews | None:
    """Put aside what the bank tells: of no payment of ours, or with another amount, unless told."""
    terms = () if mistake else differing or (("amount_minor",) if payout else ("payout_id",))
    with atomic():
        change = told_of(payout, **said)
        return park_news(route="sandbox", change=change, differing=terms, mistake=mistake, at=at or clock.now())


def make_parked(payout: Payout | None = None, *differing: str, **said: Any) -> ParkedNews:
    """Put aside what was never told before, and return it."""
    news = park(payout, *differing, **said)
    assert news is not None
    return news
