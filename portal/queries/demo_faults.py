"""The demo's drawer of faults: what can be pulled out, what waits, and what became of what was pulled."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core import clock
from core.money import format_minor
from payments.models import SandboxFault, SandboxTransfer
from payments.sandbox.endings import ENDINGS, Ending
from payments.sandbox.faults import Fault, drawer_is_there
from portal.queries.demo_fault_stories import Story, told

ENTRIES_MAX = 6
CHOICES_MAX = 20
WATCH = timedelta(minutes=3)
HANDLES: dict[Fault, tuple[str | Promise, str | Promise]] = {
    Fault.DECLINE_CARD: (
        _("Decline the next card"),
        _("Whichever card is tried next, its bank says no. Then pay with another."),
    ),
    Fault.FORGE_WEBHOOK: (
        _("Forge a message"),
        _("Four forgeries tell the house that the newest open payment was paid."),
    ),
    Fault.DELAY_WEBHOOK: (
        _("Hold back the next message about a card"),
        _("What the card provider tells about money next, a payment or a refund, arrives 30 seconds late."),
    ),
    Fault.DUPLICATE_WEBHOOK: (
        _("Send the next message about a card three times"),
        _("What the card provider tells about money next, a payment or a refund, is posted again, and again."),
    ),
    Fault.REORDER_WEBHOOKS: (
        _("Mix up the next messages about a card"),
        _("Of two messages about one card payment the second arrives first."),
    ),
    Fault.LOSE_BANK_ANSWER: (
        _("Lose the bank's next answer"),
        _("The bank takes the next payment it is sent, and its answer never arrives."),
    ),
    Fault.RETURN_PAYOUT: (
        _("Return a payment"),
        _("Money that was paid out comes back from the holder's bank."),
    ),
    Fault.STOP_WORKER: (
        _("Stop the worker"),
        _("Kills the program that does the long work. Best in the middle of some."),
    ),
}
# Messages are posted about cards alone. Payments to holders stand in the bank's numbered list, which the house reads:
# nothing there can come twice or in another order.
NEXT_MESSAGE = _("Pulled out: it waits for the next card payment or refund. Payments to holders do not meet it.")
WAITS: dict[Fault, str | Promise] = {
    Fault.DECLINE_CARD: _("Pulled out: it waits for the next card that is tried."),
    Fault.DELAY_WEBHOOK: NEXT_MESSAGE,
    Fault.DUPLICATE_WEBHOOK: NEXT_MESSAGE,
    Fault.REORDER_WEBHOOKS: NEXT_MESSAGE,
    Fault.LOSE_BANK_ANSWER: _("Pulled out: it waits for the next payment to a holder. Cards do not meet it."),
}


@dataclass(frozen=True)
class Handle:
    """One thing in the drawer; ``waits`` says what it waits for, empty unless it was pulled and has met nothing yet."""

    code: str
    label: str | Promise
    hint: str | Promise
    waits: str | Promise
    takes_transfer: bool


@dataclass(frozen=True)
class Choice:
    """A settled transfer that could come back."""

    transfer_id: str
    amount: str
    holder_name: str
    ending: str


@dataclass(frozen=True)
class Entry:
    """A fault that happened: when on the demo's clock, what it was, and its story."""

    at: datetime
    label: str | Promise
    story: Story


@dataclass(frozen=True)
class Drawer:
    """All of it. ``is_watched`` while a story may go on by itself; ``paid_twice`` counts what was paid out twice."""

    handles: list[Handle]
    choices: list[Choice]
    entries: list[Entry]
    endings: tuple[Ending, ...]
    transfers: int
    paid_twice: int
    is_watched: bool

    @property
    def is_open(self) -> bool:
        """Return whether somebody has used it."""
        return bool(self.entries) or any(handle.waits for handle in self.handles)


def find_drawer() -> Drawer | None:
    """Return the drawer as it is now; None where there is none."""
    if not drawer_is_there():
        return None
    waiting = set(SandboxFault.objects.filter(used_at=None).values_list("kind", flat=True))
    used = list(SandboxFault.objects.filter(used_at__isnull=False).order_by("-used_at", "-pk")[:ENTRIES_MAX])
    entries = [Entry(fault.used_at, HANDLES[Fault(fault.kind)][0], told(fault)) for fault in used if fault.used_at]
    since = clock.now() - WATCH
    made = SandboxTransfer.objects.exclude(status="failed").values("reference").annotate(times=Count("number"))
    return Drawer(
        handles=[
            Handle(kind, label, hint, WAITS[kind] if kind in waiting else "", kind == Fault.RETURN_PAYOUT)
            for kind, (label, hint) in HANDLES.items()
        ],
        choices=choices(),
        entries=entries,
        endings=ENDINGS,
        transfers=SandboxTransfer.objects.count(),
        paid_twice=made.filter(times__gt=1).count(),
        is_watched=any(not entry.story.is_over and entry.at > since for entry in entries),
    )


def choices() -> list[Choice]:
    """Return the newest settled transfers, the newest first."""
    rows = SandboxTransfer.objects.filter(status="settled").order_by("-changed_at", "-number")[:CHOICES_MAX]
    language = get_language() or "en"
    return [
        Choice(row.transfer_id, format_minor(row.amount, row.currency, language), row.holder_name, row.ending)
        for row in rows
    ]
