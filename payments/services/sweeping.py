"""What no message announced: the sweep makes the broker and the webhook conveniences, not needs.

Every step claims rows before it works on them, so any number of sweeps may run at once, and does a limited amount.
"""

from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from core import clock
from core.sweeping import each
from core.transactions import atomic, refuses_transaction
from payments.gateways.current import current_gateway
from payments.models import EventPoll, Payment, Refund
from payments.queries.payments import refunds_to_check, refunds_to_send
from payments.services.checkouts import check_payment
from payments.services.events import process_event, store_event, waiting_events
from payments.services.refunds import check_refund, send_refund

BATCH = 50
EVENTS_PER_POLL = 5_000
POLL_EVERY = timedelta(minutes=10)
# Stripe repeats a webhook for three days: what was missed longer ago is found by reconciliation, not by events.
LOOK_BACK = timedelta(days=3)
OVERLAP = timedelta(hours=1)
REFUND_SLOW_AFTER = timedelta(hours=6)
SANDBOX_SWEEP = "payments.sandbox.sweeping.sweep"

CLAIM_PAYMENTS = """
UPDATE payments_payment SET next_check_at = kilderkin_now() + interval '10 minutes'
WHERE id IN (SELECT id FROM payments_payment
             WHERE state IN ('created', 'processing') AND provider = %s AND next_check_at <= kilderkin_now()
             ORDER BY next_check_at LIMIT %s FOR NO KEY UPDATE SKIP LOCKED)
RETURNING id
"""
CLAIM_POLL = """
UPDATE payments_eventpoll SET next_poll_at = kilderkin_now() + make_interval(secs => %s)
WHERE provider = %s AND next_poll_at <= kilderkin_now()
"""


@refuses_transaction
def sweep() -> None:
    """Find and do what waits: the sandbox's work, unread events, payments past their time, refunds, missed events."""
    if settings.PAYMENTS == "sandbox":
        import_string(SANDBOX_SWEEP)()  # by name: the sandbox plays another company
    each(waiting_events(BATCH), lambda event_id: process_event(event_id=event_id))
    each(claim_payments(BATCH), lambda pk: check_payment(payment=Payment.objects.get(pk=pk), at=clock.now()))
    each(refunds_to_send(BATCH).values_list("pk", flat=True), lambda pk: send_refund(refund_id=pk))
    slow = refunds_to_check(clock.now() - REFUND_SLOW_AFTER, BATCH).values_list("pk", flat=True)
    each(slow, lambda pk: check_refund(refund=Refund.objects.get(pk=pk)))
    each([settings.PAYMENTS], poll_events)


def claim_payments(limit: int) -> list[int]:
    """Take payments whose state should be known by now; nobody else takes them for ten minutes."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM_PAYMENTS, [settings.PAYMENTS, limit])
        return [row[0] for row in cursor.fetchall()]


def poll_events(provider: str) -> int:
    """Read the provider's list of events since the last reading, at most three days; return how many it held."""
    began = clock.now()
    EventPoll.objects.get_or_create(provider=provider, defaults={"next_poll_at": began})
    with connection.cursor() as cursor:
        cursor.execute(CLAIM_POLL, [POLL_EVERY.total_seconds(), provider])
        if cursor.rowcount != 1:
            return 0
    read_until = EventPoll.objects.get(provider=provider).read_until
    since = began - LOOK_BACK if read_until is None else max(read_until - OVERLAP, began - LOOK_BACK)
    found = current_gateway().list_events(since=since, limit=EVENTS_PER_POLL)
    for facts in reversed(found):
        with atomic():
            store_event(facts=facts, at=clock.now())
    if len(found) < EVENTS_PER_POLL:
        EventPoll.objects.filter(provider=provider).update(read_until=began)
    return len(found)
