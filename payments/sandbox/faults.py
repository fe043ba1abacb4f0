"""What the demo's drawer may make go wrong. A fault is armed by a person and met once, by the sandbox alone."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings

from core.transactions import needs_transaction
from payments.models import SandboxEvent, SandboxFault


class Fault(StrEnum):
    """Everything in the drawer."""

    DECLINE_CARD = "decline_card"
    DELAY_WEBHOOK = "delay_webhook"
    DUPLICATE_WEBHOOK = "duplicate_webhook"
    REORDER_WEBHOOKS = "reorder_webhooks"
    LOSE_BANK_ANSWER = "lose_bank_answer"
    FORGE_WEBHOOK = "forge_webhook"
    RETURN_PAYOUT = "return_payout"
    STOP_WORKER = "stop_worker"


# These wait for something to meet; the others happen at once.
ARMED = (
    Fault.DECLINE_CARD,
    Fault.DELAY_WEBHOOK,
    Fault.DUPLICATE_WEBHOOK,
    Fault.REORDER_WEBHOOKS,
    Fault.LOSE_BANK_ANSWER,
)
# What a fault of webhooks may meet: the rest would show nothing.
TELLS_OF_MONEY = frozenset(
    {
        "payment_intent.succeeded",
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "refund.created",
    }
)
AT_ONCE = timedelta(0)
DELAY = timedelta(seconds=30)
OVERTAKEN_BY = timedelta(seconds=6)
DUPLICATES = (AT_ONCE, AT_ONCE, timedelta(seconds=4))
OF_WEBHOOKS = (Fault.DELAY_WEBHOOK, Fault.DUPLICATE_WEBHOOK, Fault.REORDER_WEBHOOKS)


def drawer_is_there() -> bool:
    """Return whether faults may be asked for: in the demo only, and only beside the sandbox."""
    return bool(settings.DEMO and settings.PAYMENTS == "sandbox")


@needs_transaction
def arm(kind: Fault, *, at: datetime) -> SandboxFault:
    """Let the fault wait for what it can meet next; one that waits already is left waiting."""
    fault, _is_new = SandboxFault.objects.get_or_create(kind=kind, used_at=None, defaults={"armed_at": at})
    return fault


@needs_transaction
def put_back(kind: Fault) -> None:
    """Take a waiting fault off again."""
    SandboxFault.objects.filter(kind=kind, used_at=None).delete()


def is_waiting(kind: Fault) -> bool:
    """Return whether the fault was asked for and met nothing yet; `take` decides who meets it."""
    return SandboxFault.objects.filter(kind=kind, used_at=None).exists()


@needs_transaction
def take(kind: Fault, *, at: datetime, **outcome: Any) -> SandboxFault | None:
    """Return the waiting fault, used up now, with what it met; None when nobody asked for it."""
    fault = SandboxFault.objects.select_for_update(skip_locked=True).filter(kind=kind, used_at=None).first()
    if fault is None:
        return None
    fault.used_at, fault.outcome = at, outcome
    fault.save(update_fields=["used_at", "outcome"])
    return fault


@needs_transaction
def postings(event: SandboxEvent, *, at: datetime) -> list[timedelta]:
    """Return after which waits the message is posted: once and at once, unless a waiting fault meets it."""
    if event.type not in TELLS_OF_MONEY:
        return [AT_ONCE]
    fault = take_for_event(event.event_id, at=at)
    if fault is None:
        return [AT_ONCE]
    if fault.kind == Fault.DELAY_WEBHOOK:
        return [DELAY]
    if fault.kind == Fault.DUPLICATE_WEBHOOK:
        return list(DUPLICATES)
    is_first = len(fault.outcome["events"]) == 1
    return [OVERTAKEN_BY] if is_first else [AT_ONCE]


@needs_transaction
def take_for_event(event_id: str, *, at: datetime) -> SandboxFault | None:
    """Return the fault that meets the message: all messages of one act, written at one moment, meet the same one."""
    rows = SandboxFault.objects.select_for_update(skip_locked=True).filter(kind__in=OF_WEBHOOKS)
    fault = rows.filter(used_at=at).first() or rows.filter(used_at=None).order_by("armed_at", "pk").first()
    if fault is None:
        return None
    fault.used_at = at
    fault.outcome = {"events": [*fault.outcome.get("events", []), event_id]}
    fault.save(update_fields=["used_at", "outcome"])
    return fault


@needs_transaction
def record(kind: Fault, *, at: datetime, **outcome: Any) -> SandboxFault:
    """Write down a fault that happened at once."""
    return SandboxFault.objects.create(kind=kind, armed_at=at, used_at=at, outcome=outcome)
