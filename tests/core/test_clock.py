from datetime import timedelta

import pytest
from django.db import IntegrityError, connection

from core import clock
from core.transactions import atomic

pytestmark = pytest.mark.django_db


def test_clock_moved_forward_runs_ahead() -> None:
    before = clock.now()

    clock.move_forward(by=timedelta(hours=24))

    assert clock.now() - before >= timedelta(hours=24)


def test_clock_moved_back_is_refused() -> None:
    with pytest.raises(clock.ClockCannotMove):
        clock.move_forward(by=timedelta(hours=-1))


def test_clock_moved_back_by_sql_is_refused_by_the_database() -> None:
    clock.move_forward(by=timedelta(hours=2))

    with pytest.raises(IntegrityError, match="never goes back"), atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE core_clock_offset SET \"offset\" = '1 hour'")


def test_clock_outside_the_demo_cannot_move(settings) -> None:
    settings.DEMO = False

    with pytest.raises(clock.ClockCannotMove):
        clock.move_forward(by=timedelta(hours=1))
