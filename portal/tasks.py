"""Tasks that span rooms."""

import logging

from celery import shared_task

from portal.services.proving import prove_and_keep

logger = logging.getLogger(__name__)


@shared_task
def prove_books() -> None:
    """Prove the books and keep the result for the office's first page."""
    prove_and_keep()
