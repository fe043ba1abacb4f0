"""Telling the room that asked for the money.

Note [Callbacks by purpose]: payments knows nothing of what is paid for. ``settings.PAYMENT_HANDLERS[purpose]`` names
functions by dotted path:

- ``lock(*, reference)``: lock, in the house's order (offer or class, member, application), every row that the other
  handlers will lock. Required.
- ``paid``, ``failed``, ``expired``, ``refunded`` and, when wanted, ``processing``, ``refund_failed`` and
  ``refund_settled``: ``handler(*, payment, at, refund=None)``, run inside the transaction that moved the state, once
  per state (those about a refund once per refund, which they are given).

Note [Callback lock order]: the payment is the last lock of the global order, yet the message about it comes first.
So whatever moves a payment reads its purpose and reference unlocked (they never change), calls ``lock``, and only then
locks the payment and reads it again. A room that asks for a payment or a refund holds its own rows already and takes
the payment last too. Nobody waits in a circle. See ADR 0020.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from core.transactions import needs_transaction
from payments.models import Payment, Refund


def handlers_of(purpose: str) -> dict[str, str]:
    """Return the purpose's handlers; a purpose without a ``lock`` is a mistake in the settings."""
    handlers: dict[str, str] = settings.PAYMENT_HANDLERS.get(purpose, {})
    if "lock" not in handlers:
        raise ImproperlyConfigured(f"PAYMENT_HANDLERS[{purpose!r}] names no 'lock'.")
    return handlers


@needs_transaction
def lock_parents(payment: Payment) -> None:
    """Let the purpose lock what its handlers will need; call it before locking the payment."""
    lock: Callable[..., Any] = import_string(handlers_of(payment.purpose)["lock"])
    lock(reference=payment.reference)


@needs_transaction
def tell(payment: Payment, what: str, *, at: datetime, refund: Refund | None = None) -> None:
    """Run the purpose's handler for what happened, if it has one."""
    name = handlers_of(payment.purpose).get(what)
    if name is not None:
        handler: Callable[..., Any] = import_string(name)
        handler(payment=payment, at=at, refund=refund)
