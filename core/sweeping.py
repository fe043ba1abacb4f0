"""Doing a limited amount of what waits, whatever happens to one item of it."""

import logging
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from celery.exceptions import SoftTimeLimitExceeded

from core.errors import DomainError
from core.transactions import drop_lost_connection

logger = logging.getLogger(__name__)
Item = TypeVar("Item")
# Far below Celery's time limit, so that one slow neighbour does not keep the other sweepers waiting.
SECONDS_MAX = 30.0


def each(items: Iterable[Item], work: Callable[[Item], object], *, seconds_max: float = SECONDS_MAX) -> int:
    """Do the work for each item until the time is used up; return how many were tried.

    An item that fails is logged and met again by a later sweep; the time limit of the worker itself is passed on.
    """
    began = time.monotonic()
    tried = 0
    for item in items:
        if time.monotonic() - began > seconds_max:
            break
        tried += 1
        try:
            work(item)
        except SoftTimeLimitExceeded:
            raise
        except DomainError as error:
            logger.warning("sweep: %s: %s", item, type(error).__name__)
        except Exception:  # a poison row must not keep the others waiting
            logger.exception("sweep: %s", item)
            drop_lost_connection()
    return tried
