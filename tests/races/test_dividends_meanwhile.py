"""Races for dividends: the register at the record moment, and where statements say that the money goes."""

import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections

from core import clock
from core.errors import Busy
from core.transactions import atomic
from dividends.integrity import broken_entitlements
from dividends.models import PayoutLine, Statement
from dividends.services import declarations, statements
from dividends.services.paying import prepare_dividend_run
from tests.factories.agm import register_shares
from tests.factories.banking import make_mandate
from tests.factories.dividends import Dividend, compute, make_dividend, next_dividend, propose
from tests.factories.people import make_holder

PATIENCE = 20
pytestmark = pytest.mark.race


def in_a_thread(act: Callable[[], Any]) -> tuple[threading.Thread, list[Any]]:
    """Begin the act on a connection of its own; the list will hold its result, or what it raised."""
    results: list[Any] = []

    def run() -> None:
        try:
            results.append(act())
        except Exception as error:
            results.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, results


def compute_over_an_open_batch(monkeypatch: pytest.MonkeyPatch, *, wait: Callable[[], None]) -> Dividend:
    """Compute, by the register of now, while shares are entered in it that another has not committed yet.

    ``wait`` stands for the wait for the register; half a second after it began, the other commits.
    """
    made = make_dividend(step="carried", holdings=(4, 100, 2000))
    newcomer = make_holder().party
    entered, may_commit = threading.Event(), threading.Event()

    def enter() -> None:
        with atomic():
            register_shares([(newcomer, 500)], at=clock.now(), share_class=made.share_class)
            entered.set()
            may_commit.wait(PATIENCE)

    def waiting() -> None:
        threading.Timer(0.5, may_commit.set).start()
        wait()

    thread, _results = in_a_thread(enter)
    assert entered.wait(PATIENCE)
    monkeypatch.setattr(declarations, "_await_register", waiting)
    made.declaration = propose(made, record_at=clock.now())
    made.declaration = compute(made)
    thread.join(PATIENCE)
    return made


def test_holders_of_a_batch_open_over_the_record_moment_are_lost_without_the_lock(committed_db, monkeypatch) -> None:
    made = compute_over_an_open_batch(monkeypatch, wait=lambda: None)

    assert made.declaration.holders_count == 3
    assert len(list(broken_entitlements(made.declaration))) == 1


def test_holders_of_a_batch_open_over_the_record_moment_are_entitled(committed_db, monkeypatch) -> None:
    made = compute_over_an_open_batch(monkeypatch, wait=declarations._await_register)

    assert (made.declaration.holders_count, made.declaration.shares_total) == (4, 2604)
    assert list(broken_entitlements(made.declaration)) == []


def issue_while_another_prepares(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Issue statements; after it was seen that no draft waits, another dividend's payment is drafted."""
    first = make_dividend(holdings=(400, 1000), pay_on=clock.today(), minimum_minor=10_000_000)
    second = next_dividend(first, rate_minor=Decimal(3), pay_on=clock.today())
    for member in first.members:
        make_mandate(member.party)
    look, results = statements.why_not_yet, []

    def prepare() -> Any:
        with atomic():
            return prepare_dividend_run(
                declaration=second.declaration, route="csv", by=second.finance, at=clock.now()
            ).payouts_count

    def meanwhile(*args: Any, **kwargs: Any) -> Any:
        found = look(*args, **kwargs)
        thread, told = in_a_thread(prepare)
        thread.join(PATIENCE)
        results.extend(told)
        return found

    monkeypatch.setattr(statements, "why_not_yet", meanwhile)
    with atomic():
        statements.issue_statements(declaration=first.declaration, by=first.finance, at=clock.now())
    return results[0]


def said() -> list[tuple[str, int, int]]:
    return list(Statement.objects.order_by("number").values_list("way", "paid_minor", "kept_minor"))


def test_statements_forget_the_money_of_a_draft_made_meanwhile_without_the_lock(committed_db, monkeypatch) -> None:
    monkeypatch.setattr(statements, "take_turn_paying", lambda currency: None)

    result = issue_while_another_prepares(monkeypatch)

    assert (result, said()) == (2, [("next", 0, 0), ("next", 0, 0)])


def test_statements_never_announce_a_payment_drafted_meanwhile(committed_db, monkeypatch) -> None:
    result = issue_while_another_prepares(monkeypatch)

    assert (type(result), PayoutLine.objects.count()) == (Busy, 0)
    assert said() == [("jar", 0, 2200), ("jar", 0, 5500)]
