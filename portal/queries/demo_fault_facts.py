"""What the rows of both sides, the bank's and ours, say about something the demo's drawer made go wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.money import format_minor
from ledger.models import Entry
from payments.gateways.stripe_facts import OUR_REFUND, OURS, minor_amount
from payments.models import (
    Payment,
    ProviderEvent,
    Refund,
    SandboxEvent,
    SandboxFault,
    SandboxSession,
    SandboxTransfer,
)


@dataclass(frozen=True)
class Subject:
    """The money that messages were about: how much, since when our books know of it, and how often it was booked."""

    amount: str
    known_at: datetime | None
    bookings: int


def events_of(fault: SandboxFault) -> list[SandboxEvent]:
    """Return the messages the fault met, in the order in which they happened."""
    return list(SandboxEvent.objects.filter(event_id__in=fault.outcome["events"]).order_by("number"))


def subject_of(events: Sequence[SandboxEvent]) -> Subject:
    """Return what the messages of one act are about; they are all about the same."""
    body = events[-1].body
    amount = in_words(
        minor_amount(body.get("amount_total", body.get("amount")), body.get("currency")), body["currency"]
    )
    ours: dict[str, str] = body.get("metadata") or {}
    if OUR_REFUND in ours:
        refund = Refund.objects.filter(public_id=ours[OUR_REFUND]).first()
        return Subject(amount, refund.succeeded_at if refund else None, bookings(f"refund:{ours[OUR_REFUND]}"))
    payment = Payment.objects.filter(public_id=ours.get(OURS, "")).first()
    return Subject(amount, payment.succeeded_at if payment else None, bookings(f"receipt:{ours.get(OURS, '')}"))


def received(events: Sequence[SandboxEvent]) -> list[datetime]:
    """Return when our webhook stored each of the messages it has, the first first."""
    stored = ProviderEvent.objects.filter(pk__in=[event.event_id for event in events])
    return sorted(stored.values_list("received_at", flat=True))


def session_and_payment(session_id: str) -> tuple[str, Payment | None]:
    """Return the amount of a payment page in words, empty when there is no such page, and our payment for it."""
    session = SandboxSession.objects.filter(pk=session_id).first()
    if session is None:
        return "", None
    amount = in_words(minor_amount(session.amount, session.currency), session.currency)
    return amount, Payment.objects.filter(provider_session_id=session_id).first()


def find_transfer(fault: SandboxFault) -> SandboxTransfer | None:
    """Return the transfer the fault met."""
    return SandboxTransfer.objects.filter(transfer_id=fault.outcome["transfer"]).first()


def transfer_in_words(transfer: SandboxTransfer) -> dict[str, Any]:
    """Return what sentences say of a transfer."""
    return {"amount": in_words(transfer.amount, transfer.currency), "ending": transfer.ending}


def bookings(key: str) -> int:
    """Return how many entries of the money book have the key: one at most, by its constraint."""
    return Entry.objects.filter(key=key).count()


def in_words(amount_minor: int, currency: str) -> str:
    """Return the amount as the reader writes it."""
    return format_minor(amount_minor, currency.upper(), get_language() or "en")


def booked(count: int, at: datetime | None = None) -> str:
    """Return a sentence that says how often the money was booked, and when."""
    values = {"count": count, "time": time_of_day(at) if at else ""}
    if count == 0:
        return _("The money is not booked yet.")
    if count > 1:
        return _("The money was booked %(count)d times!") % values
    return (_("The money was booked once, at %(time)s.") if at else _("The money was booked once.")) % values


def time_of_day(moment: datetime) -> str:
    """Return the time with its seconds, as it is on the demo's clock."""
    return date_format(localtime(moment), "H:i:s")
