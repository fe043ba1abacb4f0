"""The provider's messages: stored at once, acted on afterwards.

A message is believed only as far as "look at this object": the object is fetched again and compared with what we
asked for. See Note [Monotonic state].
"""

import logging
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection

from core import audit, clock, jobs
from core.errors import Busy
from core.transactions import atomic, needs_transaction, refuses_transaction
from payments.checks import LIVE_PREFIXES
from payments.errors import Mismatch, ProviderError, ProviderRefused, UnknownToProvider
from payments.gateways.current import current_gateway
from payments.gateways.port import EventFacts
from payments.models import ProviderEvent
from payments.services.news import NotOurs, fetch_news, settle_news

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)
TRIES_MAX = 10

# Leases measure real time. An event that cannot be processed is tried less and less often, at most every ten minutes.
CLAIM = """
UPDATE payments_providerevent SET tries = tries + 1,
       claimed_until = clock_timestamp() + make_interval(secs => 60 * LEAST(tries + 1, 10))
WHERE event_id = %s AND processed_at IS NULL AND parked_at IS NULL
  AND (claimed_until IS NULL OR claimed_until < clock_timestamp())
"""
WAITING = """
SELECT event_id FROM payments_providerevent
WHERE processed_at IS NULL AND parked_at IS NULL
  AND (claimed_until IS NULL OR claimed_until < clock_timestamp())
ORDER BY received_at LIMIT %s
"""


@needs_transaction
def record_event(*, body: bytes, signature: str, at: datetime) -> ProviderEvent:
    """Check and store a posted event and hint that it waits; a repeated one is stored once. Raises `BadWebhook`."""
    moment = at - clock.offset()  # signatures carry real time, also while the demo's clock is ahead
    return store_event(facts=current_gateway().read_webhook(body, signature, moment=moment), at=at)


@needs_transaction
def store_event(*, facts: EventFacts, at: datetime) -> ProviderEvent:
    """Store an event whose origin is proven; one of the other mode (test against live) is parked at once."""
    expected = settings.STRIPE_SECRET_KEY.startswith(LIVE_PREFIXES)
    other_mode = facts.livemode != expected
    event, is_new = ProviderEvent.objects.get_or_create(
        event_id=facts.event_id,
        defaults={
            "type": facts.type,
            "object_id": facts.object_id,
            "livemode": facts.livemode,
            "payload": facts.payload,
            "created_at": facts.created_at,
            "received_at": at,
            "parked_at": at if other_mode else None,
            "parked_reason": "other mode: livemode differs" if other_mode else "",
        },
    )
    if is_new and not other_mode:
        jobs.after_commit("payments.tasks.process_event", event_id=event.pk)
    return event


@refuses_transaction
def process_event(*, event_id: str) -> bool:
    """Act on a stored event unless another worker has it; return whether it was ours to act on.

    Whatever goes wrong leaves the event waiting for the next sweep, or parked for a person; nothing is raised.
    """
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [event_id])
        if cursor.rowcount != 1:
            return False
    event = ProviderEvent.objects.get(pk=event_id)
    try:
        act_on(event)
    except (Busy, ProviderError) as error:
        postpone(event, error)
    except Exception as error:  # an event that breaks a handler must not stop the others
        logger.exception("event %s could not be processed", event_id)
        postpone(event, error)
        if event.tries >= TRIES_MAX:
            _park_now(event, f"gave up after {event.tries} tries: {type(error).__name__}")
    return True


@refuses_transaction
def act_on(event: ProviderEvent) -> None:
    """Fetch what the event is about, settle it and mark the event, in one transaction; or park it."""
    try:
        news = fetch_news(event)
        with atomic():
            at = clock.now()
            settle_news(news, at=at)
            mark_processed(event=event, at=at)
    except NotOurs as stranger:
        _park_now(event, stranger.reason)
    except Mismatch as mismatch:
        _park_now(event, "differs: " + ", ".join(mismatch.differing))
    except UnknownToProvider:
        _park_now(event, "the provider knows no such object")
    except ProviderRefused as refusal:
        _park_now(event, f"the provider would not show the object: {refusal.reason}")


@needs_transaction
def mark_processed(*, event: ProviderEvent, at: datetime) -> None:
    """Mark the event as acted on, unless it is already."""
    ProviderEvent.objects.filter(pk=event.pk, processed_at__isnull=True).update(
        processed_at=at, claimed_until=None, last_error=""
    )


@needs_transaction
def park_event(*, event: ProviderEvent, reason: str, at: datetime) -> None:
    """Lay the event aside for a person, with the reason."""
    ProviderEvent.objects.filter(pk=event.pk, processed_at__isnull=True).update(
        parked_at=at, parked_reason=reason[:300], claimed_until=None
    )
    audit.record(by=None, at=at, verb="event_parked", subject=event, reason=reason[:300])


@needs_transaction
def retry_event(*, event: ProviderEvent, by: "User | None", at: datetime) -> None:
    """Take a parked event up again, once what was wrong is mended."""
    changed = ProviderEvent.objects.filter(pk=event.pk, processed_at__isnull=True, parked_at__isnull=False).update(
        parked_at=None, parked_reason="", tries=0, claimed_until=None
    )
    if changed:
        audit.record(by=by, at=at, verb="event_retried", subject=event)
        jobs.after_commit("payments.tasks.process_event", event_id=event.pk)


@needs_transaction
def dismiss_event(*, event: ProviderEvent, by: "User", at: datetime, note: str) -> None:
    """Mark a parked event as settled by a person, who says how."""
    changed = ProviderEvent.objects.filter(pk=event.pk, processed_at__isnull=True, parked_at__isnull=False).update(
        processed_at=at
    )
    if changed:
        audit.record(by=by, at=at, verb="event_dismissed", subject=event, note=note[:300])


def postpone(event: ProviderEvent, error: Exception) -> None:
    """Keep why it did not work; the claim keeps others away for a while."""
    ProviderEvent.objects.filter(pk=event.pk, processed_at__isnull=True).update(
        last_error=f"{type(error).__name__}: {error}"[:300]
    )


def waiting_events(limit: int) -> list[str]:
    """Return ids of stored events nobody is working on, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING, [limit])
        return [row[0] for row in cursor.fetchall()]


def _park_now(event: ProviderEvent, reason: str) -> None:
    with atomic():
        park_event(event=event, reason=reason, at=clock.now())
