"""Two writers of the register at once."""

import threading
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from accounts.services.people import register_person
from core import clock
from core.locks import lock
from core.transactions import atomic
from equity.integrity import findings
from equity.models import RegisterBatch, RegisterHead
from equity.queries.register import known_now, register_on
from equity.services.register import Issue, write_issues
from tests.factories.equity import make_company, make_share_class
from tests.races.crowd import together

pytestmark = pytest.mark.race
DAY = date(2026, 1, 1)


def writing(share_class: Any, holder: Any, at: datetime) -> RegisterBatch:
    issue = Issue(holder, (holder.display_name,), "1 Lock Lane", "GB", 2, 0)
    return write_issues(
        share_class=share_class, issues=[issue], effective_on=DAY, reference="BM 1", by=None, at=at
    ).batch


def test_writer_that_waited_for_the_lock_is_entered_after_it_got_it(committed_db: Any) -> None:
    make_company()
    share_class = make_share_class()
    with atomic():
        holders = [register_person(name=name, language="en", by=None, at=clock.now()) for name in ("Ada A", "Ben B")]
    is_held, is_asked = threading.Event(), threading.Event()

    def first() -> datetime:
        with atomic():
            lock(RegisterHead.objects.all(), one=True)
            is_held.set()
            is_asked.wait(timeout=60)
            writing(share_class, holders[0], clock.now())
            return clock.now()

    def second() -> datetime:
        is_held.wait(timeout=60)
        at = clock.now()
        is_asked.set()
        with atomic():
            return writing(share_class, holders[1], at).entered_at

    let_go_at, entered_at = together([first, second])

    assert entered_at > let_go_at
    assert list(findings()) == []


def test_now_knows_an_entry_that_stands_ahead_of_the_clock(committed_db: Any) -> None:
    make_company()
    share_class = make_share_class()
    with atomic():
        holder = register_person(name="Ada A", language="en", by=None, at=clock.now())
        RegisterHead.objects.update(last_entered_at=clock.now() + timedelta(seconds=30))
        batch = writing(share_class, holder, clock.now())

    assert batch.entered_at > clock.now()
    assert [row.quantity for row in register_on(DAY, known_at=known_now())] == [2]
