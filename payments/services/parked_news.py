"""What the bank told and nobody could write: put aside once, then closed by a person who says what was done."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from accounts.queries.people import name_of
from core import audit
from core.locks import lock
from core.transactions import needs_transaction
from payments.errors import NewsDealtWith
from payments.gateways.payout_port import PayoutChange, UnreadChange
from payments.models import ParkedNews, Payout

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)


@needs_transaction
def park_news(
    *,
    route: str,
    change: PayoutChange | UnreadChange,
    differing: Sequence[str] = (),
    mistake: str = "",
    at: datetime,
) -> ParkedNews | None:
    """Put the change aside for a person; None when the same is known already.

    Exactly one of ``differing`` (terms of a `Mismatch`, or that it is `UNREAD`) and ``mistake`` (an error of ours, by
    its name) is given. What differs is told once: the bank repeats it every night, also after somebody has dealt with
    it; other words of the bank, or other terms that differ, are new. A mistake of ours that comes back after it was
    dealt with is told again.
    """
    told = _what_was_told(route, change, differing, mistake)
    if differing and ParkedNews.objects.filter(**told, closed_at__isnull=False).exists():
        return None
    facts = change.facts
    payout = Payout.objects.filter(public_id=facts.payout_id).first()
    news, is_new = ParkedNews.objects.get_or_create(
        **told,
        closed_at=None,
        defaults={
            "payout": payout,
            "our_state": payout.state if payout else "",
            "said_at": facts.happened_at,
            "parked_at": at,
        },
    )
    if not is_new:
        return None
    kept_by = list(differing) or [mistake]
    logger.error("news %s of %s was parked: %s", change.number, route, kept_by)
    audit.record(by=None, at=at, verb="payout_news_parked", subject=news, number=change.number, payout=facts.payout_id,
                 provider_id=facts.provider_id, differing=kept_by)  # fmt: skip
    return news


def _what_was_told(
    route: str, change: PayoutChange | UnreadChange, differing: Sequence[str], mistake: str
) -> dict[str, object]:
    """By these two messages are the same: neither the number in the bank's list nor the moment makes one new."""
    facts = change.facts
    return {
        "route": route,
        "differing": list(differing),
        "mistake": mistake[:64],
        "said_payout_id": facts.payout_id[:255],
        "said_provider_id": facts.provider_id[:255],
        "said_amount_minor": facts.amount_minor,
        "said_currency": facts.currency[:16],
        "said_status": facts.status[:16],
        "said_reason": facts.reason[:64],
    }


@needs_transaction
def close_parked(*, news: ParkedNews, note: str, by: "User", at: datetime) -> ParkedNews:
    """Write that a person has dealt with it, and what was done; nothing else changes.

    Raises `NewsDealtWith` when another was first: it says who, when and what. The same words of the same person a
    second time change nothing.
    """
    news = lock(ParkedNews.objects.select_related("closed_by__party"), pk=news.pk)
    note = note[:300]
    if news.closed_at is None or news.closed_by is None:
        news.closed_at, news.closed_by, news.closed_note = at, by, note
        news.save(update_fields=["closed_at", "closed_by", "closed_note"])
        audit.record(by=by, at=at, verb="payout_news_closed", subject=news, note=note)
        return news
    if (news.closed_by, news.closed_note) == (by, note):
        return news
    raise NewsDealtWith(name_of(news.closed_by), news.closed_at, news.closed_note)
