"""Celery tasks of the core: ids in, one call."""

import logging

from celery import shared_task
from django.conf import settings
from django.utils.module_loading import import_string

from core.jobs import engine
from core.mail.delivery import deliver_waiting

logger = logging.getLogger(__name__)


@shared_task
def work_on_job(job_id: int) -> None:
    """Work on the job's chunks; the row decides, the message is only a hint."""
    engine.run(job_id, seconds_max=200)


@shared_task
def sweep() -> None:
    """Run every sweeper; one that fails does not keep the others from running."""
    for name in settings.SWEEPERS:
        try:
            import_string(name)()
        except Exception:
            logger.exception("sweeper %s failed", name)


@shared_task
def deliver_mail() -> None:
    """Send waiting mail."""
    deliver_waiting()
