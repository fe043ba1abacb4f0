"""Races for a message of the bank, each first shown to happen with its lock off."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import QuerySet

from accounts.models import User
from core import clock
from core.errors import constraint_name
from core.models import AuditRecord
from core.transactions import atomic
from payments.errors import NewsDealtWith
from payments.models import ParkedNews
from payments.services import parked_news
from payments.services.parked_news import close_parked
from tests.factories.parked_news import make_parked, park
from tests.factories.people import make_staff
from tests.races.crowd import as_owner, meeting, patient, together

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("committed_db")]
AT_ONCE = 4


def unlocked(rows: Any, **lookup: Any) -> Any:
    """Stand in for `core.locks.lock` with the lock off."""
    return rows.get(**lookup)


def closing(news: ParkedNews, by: User) -> Callable[[], ParkedNews]:
    def act() -> ParkedNews:
        with atomic():
            return close_parked(news=news, note=f"Done by {by.email}", by=by, at=clock.now())

    return act


def closed_count() -> int:
    return AuditRecord.objects.filter(verb="payout_news_closed").count()


def test_two_people_without_lock_and_law_both_deal_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    news = make_parked()
    as_owner("DROP TRIGGER parked_news_closes_once ON payments_parkednews")
    monkeypatch.setattr(parked_news, "lock", meeting(unlocked, 2))

    together([closing(news, make_staff("finance")) for _turn in range(2)])

    assert closed_count() == 2


def test_two_people_without_lock_are_stopped_by_the_law(monkeypatch: pytest.MonkeyPatch) -> None:
    news = make_parked()
    monkeypatch.setattr(parked_news, "lock", meeting(unlocked, 2))

    results = together([closing(news, make_staff("finance")) for _turn in range(2)])

    broken = [constraint_name(result) for result in results if isinstance(result, Exception)]
    assert (broken, closed_count()) == (["parked_news_closes_once"], 1)


def test_several_people_at_once_deal_with_it_once_and_the_others_read_who_did() -> None:
    news = make_parked()

    results = together([patient(closing(news, make_staff("finance"))) for _turn in range(AT_ONCE)])

    winner = ParkedNews.objects.get().closed_by
    assert winner is not None
    refused = [result for result in results if isinstance(result, Exception)]
    assert [type(error) for error in refused] == [NewsDealtWith] * (AT_ONCE - 1)
    assert {error.who for error in refused if isinstance(error, NewsDealtWith)} == {winner.email}
    assert (ParkedNews.objects.get().closed_note, closed_count()) == (f"Done by {winner.email}", 1)


def test_same_message_read_at_once_without_the_law_is_put_aside_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    as_owner("DROP INDEX parked_news_open_once")
    both_have_looked, create = threading.Barrier(2), QuerySet.create

    def create_together(rows: Any, **fields: Any) -> Any:
        if rows.model is ParkedNews:
            both_have_looked.wait(timeout=60)
        return create(rows, **fields)

    monkeypatch.setattr(QuerySet, "create", create_together)

    together([park] * 2)

    assert ParkedNews.objects.count() == 2


def test_same_message_read_at_once_is_put_aside_once() -> None:
    results = together([patient(park)] * AT_ONCE)

    assert [type(result) for result in results if result is not None] == [ParkedNews]
    assert ParkedNews.objects.count() == 1
    assert AuditRecord.objects.filter(verb="payout_news_parked").count() == 1
