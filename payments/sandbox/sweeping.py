"""What the sandbox does by itself as time passes."""

import logging

from core import clock
from core.errors import Busy
from core.transactions import atomic, refuses_transaction
from payments.models import SandboxIntent, SandboxSession
from payments.sandbox import bank
from payments.sandbox.cards import bank_answers
from payments.sandbox.delivery import deliver_waiting
from payments.sandbox.sessions import expire

logger = logging.getLogger(__name__)
BATCH = 50


@refuses_transaction
def sweep() -> None:
    """Let slow banks answer, sessions expire and transfers settle, then deliver what there is to tell.

    Safe to run concurrently.
    """
    now = clock.now()
    due = SandboxIntent.objects.filter(status="processing", due_at__lte=now).values_list("pk", flat=True)[:BATCH]
    over = SandboxSession.objects.filter(status="open", expires_at__lte=now).values_list("pk", flat=True)[:BATCH]
    try:
        for intent_id in list(due):
            with atomic():
                bank_answers(intent_id, at=now)
        for session_id in list(over):
            with atomic():
                expire(session_id, at=now)
    except Busy:
        logger.info("another sweep is at the sandbox's work")
    while settle_some():
        pass
    deliver_waiting()


def settle_some() -> bool:
    """Let the bank's transfers settle and come back, a batch at a time; return whether there may be more."""
    with atomic():
        return bank.pass_time(at=clock.now(), limit=bank.BATCH) >= bank.BATCH
