"""Celery tasks of payments: an id in, one call. The row decides; the message is only a hint."""

import logging

from celery import shared_task
from django.conf import settings
from django.utils.module_loading import import_string

from core import clock
from core.jobs import Lease
from payments.errors import ProviderError
from payments.services import events, payout_sweeping, refunds
from payments.services.bank_answers import apply_answer
from payments.services.payouts import send_payout

logger = logging.getLogger(__name__)


@shared_task
def process_event(event_id: str) -> None:
    """Act on one stored event."""
    events.process_event(event_id=event_id)


@shared_task
def send_refund(refund_id: int) -> None:
    """Send one refund; when the provider cannot be had the sweep tries again."""
    try:
        refunds.send_refund(refund_id=refund_id)
    except ProviderError as error:
        logger.warning("refund %s was not sent: %s", refund_id, error.code)


@shared_task
def deliver_sandbox_events() -> None:
    """Let the sandbox post what it has to tell; does nothing with a real provider."""
    if settings.PAYMENTS == "sandbox":
        import_string("payments.sandbox.delivery.deliver_waiting")()


@shared_task
def begin_payout_runs() -> None:
    """Start the runs whose moment has come."""
    payout_sweeping.begin_due_runs()


@shared_task
def reconcile_payouts() -> None:
    """Ask the bank about what has been on its way for a day."""
    if settings.PAYMENTS == "sandbox":
        payout_sweeping.reconcile()


def send_payout_item(lease: Lease, payout_id: int) -> None:
    """Send one payout of a run."""
    send_payout(payout_id=payout_id, store=lease.store, job_id=lease.job_id)


def apply_bank_answer_item(lease: Lease, answer_id: int) -> None:
    """Apply one answer of the bank that was taken in."""
    apply_answer(answer_id=answer_id, lease=lease, at=clock.now())
