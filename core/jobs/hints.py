"""Hints to Celery: they make work start sooner and may all be lost."""

import logging
from functools import partial

from celery import current_app

from core import transactions

logger = logging.getLogger(__name__)
HINT_EXPIRES_SECONDS = 30


def after_commit(task: str, **ids: object) -> None:
    """Hint, once the transaction is committed, that the named task has work; a dead broker is only logged."""
    transactions.after_commit(partial(send_hint, task, ids))


def send_hint(task: str, ids: dict[str, object]) -> None:
    """Send the hint now; the sweeper finds the work when this fails."""
    try:
        current_app.send_task(task, kwargs=ids, expires=HINT_EXPIRES_SECONDS, retry=False)
    except Exception as error:  # every transport has its own errors, and none may hurt the caller
        logger.warning("the broker took no hint for %s: %s", task, error)
