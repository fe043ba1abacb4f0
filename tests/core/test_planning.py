"""Statements over many rows are planned for many, and everything after them as before."""

import pytest
from django.db import connection

from core.planning import planned_for_many
from core.transactions import atomic

pytestmark = pytest.mark.django_db


def settings_now() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('enable_nestloop'), current_setting('work_mem')")
        found: tuple[str, str] = cursor.fetchone()
    return found


def test_settings_hold_inside_and_not_after() -> None:
    before = settings_now()

    with planned_for_many():
        inside = settings_now()

    assert (inside, settings_now()) == (("off", "64MB"), before)


def test_settings_of_an_outer_block_stand_after_an_inner_one() -> None:
    with planned_for_many():
        with planned_for_many():
            pass

        assert settings_now() == ("off", "64MB")


def test_settings_are_as_before_after_a_refusal() -> None:
    before = settings_now()

    with pytest.raises(ZeroDivisionError), atomic(), planned_for_many():
        raise ZeroDivisionError

    assert settings_now() == before
