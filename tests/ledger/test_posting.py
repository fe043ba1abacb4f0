from datetime import date

import pytest
from django.db import IntegrityError, connection
from django.db.utils import ProgrammingError

from core import clock
from core.transactions import atomic
from ledger.enums import AccountKind
from ledger.errors import AlreadyReversed, KeyReused, PeriodClosed
from ledger.integrity import findings
from ledger.models import ClosedPeriod, Entry, Movement
from ledger.queries.balances import balance_of, balances
from ledger.services.posting import Leg, open_account, post, reverse

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 1)


@pytest.fixture
def book() -> None:
    with atomic():
        open_account(code="bank:GBP", kind=AccountKind.ASSET, currency="GBP")
        open_account(code="application_money:GBP", kind=AccountKind.LIABILITY, currency="GBP")
        open_account(code="bank:VND", kind=AccountKind.ASSET, currency="VND")


def post_one(key: str = "k1", amount_minor: int = 4750, credit: str = "application_money:GBP") -> Entry:
    with atomic():
        return post(
            key=key,
            kind="receipt",
            legs=[Leg("bank:GBP", credit, amount_minor)],
            effective_on=DAY,
            reason="a sale",
            source="app1",
            by=None,
            at=clock.now(),
        )


def test_post_one_entry_moves_money(book) -> None:
    post_one()

    assert balance_of("bank:GBP") == 4750
    assert balance_of("application_money:GBP", source="app1") == -4750
    assert list(findings()) == []


def test_post_same_key_again_returns_the_standing_entry(book) -> None:
    first = post_one()

    assert post_one() == first
    assert Movement.objects.count() == 1


def test_post_same_key_with_other_figures_is_refused(book) -> None:
    post_one()

    with pytest.raises(KeyReused):
        post_one(amount_minor=4751)


def test_post_between_currencies_is_refused_by_the_database(book) -> None:
    with pytest.raises(IntegrityError, match="movement_credit_same_currency"):
        post_one(credit="bank:VND")


def test_reverse_brings_balances_back(book) -> None:
    entry = post_one()

    with atomic():
        reverse(entry=entry, reason="typed twice", by=None, at=clock.now(), effective_on=DAY)

    assert {balance.balance_minor for balance in balances()} == {0}
    assert list(findings()) == []


def test_reverse_twice_is_refused(book) -> None:
    entry = post_one()
    with atomic():
        reverse(entry=entry, reason="typed twice", by=None, at=clock.now(), effective_on=DAY)

    with pytest.raises(AlreadyReversed), atomic():
        reverse(entry=entry, reason="again", by=None, at=clock.now(), effective_on=DAY)


def test_post_into_a_closed_period_is_refused(book, django_user_model) -> None:
    closer = django_user_model.objects.create(email="finance@example.com")
    ClosedPeriod.objects.create(until=DAY, closed_at=clock.now(), closed_by=closer)

    with pytest.raises(PeriodClosed):
        post_one()


@pytest.mark.parametrize("statement", ["UPDATE ledger_entry SET reason = ''", "DELETE FROM ledger_movement"])
def test_book_changed_by_the_app_role_is_refused(book, statement: str) -> None:
    post_one()

    with pytest.raises(ProgrammingError, match="permission denied"), atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("statement", ["UPDATE ledger_entry SET reason = ''", "TRUNCATE ledger_movement"])
def test_book_changed_by_the_owner_is_refused(book, statement: str) -> None:
    post_one()

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("RESET ROLE")
        with pytest.raises(IntegrityError, match="append-only"), atomic():
            cursor.execute(statement)
