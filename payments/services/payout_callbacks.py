"""Telling the room on whose behalf money leaves.

Note [Payout callbacks]: as with payments in, ``settings.PAYOUT_HANDLERS[purpose]`` names functions by dotted path, run
inside the transaction that moved the state, once per state. ``sent``, ``settled``, ``failed`` and ``returned`` are
``handler(*, payout, at)``; ``released`` is ``handler(*, payout_ids, at)`` for payouts that were never sent (held back,
cancelled): they may be many. Every purpose names all five. The payout is locked; handlers lock nothing above it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from core.transactions import needs_transaction
from payments.models import Payout


@needs_transaction
def tell_payout(payout: Payout, what: str, *, at: datetime) -> None:
    """Run the purpose's handler for what became of the payout."""
    _handler(payout.run.purpose, what)(payout=payout, at=at)


@needs_transaction
def tell_released(*, purpose: str, payout_ids: Sequence[int], at: datetime) -> None:
    """Tell the purpose that these payouts were never sent and will not be."""
    if payout_ids:
        _handler(purpose, "released")(payout_ids=list(payout_ids), at=at)


def _handler(purpose: str, what: str) -> Callable[..., Any]:
    handler: Callable[..., Any] = import_string(settings.PAYOUT_HANDLERS[purpose][what])
    return handler
