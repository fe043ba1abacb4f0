"""Booking for many by one statement: the laws are those of booking one."""

from datetime import date

import pytest
from django.db import IntegrityError

from core import clock
from core.transactions import atomic
from ledger.enums import AccountKind
from ledger.errors import KeyReused, PeriodClosed
from ledger.integrity import findings
from ledger.models import Account, ClosedPeriod, Entry, Movement
from ledger.queries.balances import balance_of
from ledger.services.posting import open_account
from ledger.services.set_posting import Selection, open_account_set, post_set
from tests.factories.people import make_staff

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 1)
OWED = """
SELECT 'earnings:GBP' AS debit, 'owed:GBP:' || number AS credit, number * %(each)s AS amount_minor
FROM generate_series(%(first)s, %(last)s) number
"""
ACCOUNTS = """
SELECT 'owed:GBP:' || number AS code, 'liability' AS kind, 'GBP' AS currency, number::text AS owner
FROM generate_series(1, %(last)s) number
"""


def open_accounts(last: int) -> int:
    with atomic():
        return open_account_set(Selection(ACCOUNTS, {"last": last}))


def post_all(*, key: str = "k1", each: int = 10, first: int = 1, last: int = 3, sql: str = OWED) -> Entry:
    with atomic():
        return post_set(
            key=key,
            kind="dividend",
            movements=Selection(sql, {"each": each, "first": first, "last": last}),
            effective_on=DAY,
            reason="a test",
            source="d1",
            by=None,
            at=clock.now(),
        )


@pytest.fixture
def book() -> None:
    with atomic():
        open_account(code="earnings:GBP", kind=AccountKind.EQUITY, currency="GBP")
    open_accounts(3)


def test_accounts_are_opened_once(book) -> None:
    assert (open_accounts(3), open_accounts(5)) == (0, 2)
    account = Account.objects.get(code="owed:GBP:5")
    assert (account.kind, account.currency, account.owner, account.is_clearing) == ("liability", "GBP", "5", False)


def test_post_set_moves_what_the_selection_says(book) -> None:
    entry = post_all()

    movements = entry.movements.order_by("amount_minor").values_list("debit__code", "credit__code", "amount_minor")
    assert list(movements) == [("earnings:GBP", f"owed:GBP:{number}", number * 10) for number in (1, 2, 3)]
    assert (entry.kind, entry.source, balance_of("earnings:GBP"), balance_of("owed:GBP:3")) == (
        "dividend", "d1", 60, -30,
    )  # fmt: skip
    assert list(findings()) == []


def test_post_set_same_key_again_returns_the_standing_entry(book) -> None:
    first = post_all()

    assert post_all() == first
    assert Movement.objects.count() == 3


@pytest.mark.parametrize("other", [{"each": 11}, {"last": 2}, {"first": 2}])
def test_post_set_same_key_with_other_figures_is_refused(book, other: dict[str, int]) -> None:
    post_all()

    with pytest.raises(KeyReused):
        post_all(**other)


def test_post_set_leaves_out_what_moves_nothing(book) -> None:
    entry = post_all(first=0)

    assert entry.movements.count() == 3
    assert post_all(first=0) == entry


def test_post_set_that_moves_nothing_is_refused(book) -> None:
    with pytest.raises(ValueError, match="entry k1 moves nothing"):
        post_all(each=0)
    assert Entry.objects.count() == 0


def test_post_set_to_an_account_that_is_not_there_is_refused_by_name(book) -> None:
    with pytest.raises(ValueError, match=r"^no account owed:GBP:4, owed:GBP:5$"):
        post_all(last=5)
    assert Entry.objects.count() == 0


def test_post_set_of_a_negative_amount_is_refused_by_the_database(book) -> None:
    with pytest.raises(IntegrityError, match="movement_amount_positive"):
        post_all(each=-1)


def test_post_set_between_currencies_is_refused_by_the_database(book) -> None:
    with atomic():
        open_account(code="owed:VND:1", kind=AccountKind.LIABILITY, currency="VND")

    with pytest.raises(IntegrityError, match="movement_credit_same_currency"):
        post_all(sql="SELECT 'earnings:GBP' AS debit, 'owed:VND:1' AS credit, %(each)s AS amount_minor")


def test_post_set_in_a_closed_period_is_refused(book) -> None:
    ClosedPeriod.objects.create(until=DAY, closed_at=clock.now(), closed_by=make_staff("finance"))

    with pytest.raises(PeriodClosed):
        post_all()
