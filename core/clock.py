"""One clock for the whole house: the database's, plus the demo's offset.

Note [One clock]: application servers disagree and can be wrong by days; closing times, cooling-off and deadlines
follow ``kilderkin_now()`` in PostgreSQL. Leases of jobs and sign-in codes measure real time and ask
``clock_timestamp()`` themselves, so that moving the demo's clock cannot break them.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from core.errors import DomainError


class ClockCannotMove(DomainError):
    """The clock moves in the demo only, and only forward."""

    code = "clock_cannot_move"


def now() -> datetime:
    """Return the present moment, aware, in UTC. One small query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT kilderkin_now()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def today(zone: str = settings.TIME_ZONE) -> date:
    """Return the calendar day it is now in the zone."""
    return now().astimezone(ZoneInfo(zone)).date()


def move_forward(*, by: timedelta) -> None:
    """Move the demo's clock forward; refused outside the demo and for a step that is not positive."""
    if not settings.DEMO or by <= timedelta(0):
        raise ClockCannotMove()
    with connection.cursor() as cursor:
        seconds = by.total_seconds()
        cursor.execute('UPDATE core_clock_offset SET "offset" = "offset" + make_interval(secs => %s)', [seconds])


def offset() -> timedelta:
    """Return how far the demo's clock runs ahead of real time; zero outside the demo."""
    with connection.cursor() as cursor:
        cursor.execute('SELECT "offset" FROM core_clock_offset')
        ahead: timedelta = cursor.fetchone()[0]
    return ahead
