"""Celery tasks of the core: ids in, one call."""

import logging

from celery import shared_task
from django.conf import settings
from django.utils.module_loading import import_string

from core.jobs import engine, hints
from core.mail.delivery import deliver_waiting
from core.transactions import drop_lost_connection

logger = logging.getLogger(__name__)


@shared_task
def work_on_job(job_id: int) -> None:
    """Work on the job's chunks; the row decides, the message is only a hint.

    A long job goes on in a new task, behind what waits: one that never ended would keep a payment run from being begun
    and meet Celery's time limit.
    """
    if engine.run(job_id, seconds_max=engine.TURN_SECONDS) and engine.has_work(job_id):
        hints.send_hint("core.tasks.work_on_job", {"job_id": job_id})


@shared_task
def sweep() -> None:
    """Run every sweeper; one that fails does not keep the others from running."""
    for name in settings.SWEEPERS:
        try:
            import_string(name)()
        except Exception:
            logger.exception("sweeper %s failed", name)
        drop_lost_connection()


@shared_task
def deliver_mail() -> None:
    """Send waiting mail."""
    deliver_waiting()
