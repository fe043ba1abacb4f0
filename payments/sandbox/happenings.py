"""Writing an event of the sandbox and queueing its delivery."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from core import clock
from core.jobs import after_commit
from core.transactions import needs_transaction
from payments.models import SandboxDelivery, SandboxEvent
from payments.sandbox import faults


@needs_transaction
def happen(kind: str, body: dict[str, Any], *, at: datetime, delay: timedelta = timedelta(0)) -> SandboxEvent:
    """Write what happened and queue its posting, due after the delay in real time.

    It is posted once, unless a fault of the demo's drawer meets it.
    """
    event = SandboxEvent.objects.create(event_id=new_id("evt"), type=kind, body=body, created_at=at)
    for wait in faults.postings(event, at=at):
        deliver(event, at=at, delay=delay + wait)
    return event


@needs_transaction
def deliver(event: SandboxEvent, *, at: datetime, delay: timedelta = timedelta(0)) -> SandboxDelivery:
    """Queue one more posting of an event: where a duplicate or a late message comes from."""
    delivery = SandboxDelivery.objects.create(event=event, due_at=at - clock.offset() + delay)
    after_commit("payments.tasks.deliver_sandbox_events")
    return delivery


def new_id(prefix: str) -> str:
    """Return an identifier as Stripe's test mode makes them."""
    return f"{prefix}_test_{secrets.token_hex(16)}"
