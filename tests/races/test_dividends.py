"""Races for a dividend: it is computed once, and two of them never draw on the same reserves."""

from collections.abc import Callable

import pytest

from core import clock
from core.transactions import atomic
from dividends.errors import ReservesTooSmall
from dividends.models import Declaration, Entitlement
from dividends.rules.reserves import Figures
from dividends.services import declarations, entitlements
from ledger.models import Entry
from tests.factories.dividends import Dividend, make_dividend, next_dividend
from tests.races.crowd import as_owner, meeting, patient, together

pytestmark = pytest.mark.race
FOR_ONE = Figures(499, 0, 10**9, 0, 0)  # a dividend takes 250


def computing(dividend: Dividend) -> Callable[[], Declaration]:
    def act() -> Declaration:
        with atomic():
            return declarations.compute_entitlements(
                declaration=dividend.declaration, by=dividend.finance, at=clock.now()
            )

    return act


def two_dividends() -> list[Dividend]:
    first = make_dividend(step="proposed", holdings=(100,), figures=FOR_ONE)
    return [first, next_dividend(first, step="proposed")]


def test_reserves_without_taking_turns_and_the_law_are_given_out_twice(committed_db, monkeypatch) -> None:
    both = two_dividends()
    as_owner("DROP TRIGGER computed_reserves_by_the_accounts ON dividends_declaration")
    monkeypatch.setattr(declarations, "take_turn", lambda what: None)
    monkeypatch.setattr(declarations, "_await_register", lambda: None)
    monkeypatch.setattr(entitlements, "reserves_of", meeting(entitlements.reserves_of, 2))

    together([computing(dividend) for dividend in both])

    assert Declaration.objects.filter(state="computed").count() == 2


def test_reserves_for_one_dividend_pay_one(committed_db) -> None:
    both = two_dividends()

    results = together([patient(computing(dividend)) for dividend in both])

    assert sorted(type(result).__name__ for result in results) == ["Declaration", ReservesTooSmall.__name__]
    assert Declaration.objects.filter(state="computed").count() == 1


def test_eight_clicks_compute_a_dividend_once(committed_db) -> None:
    made = make_dividend(step="proposed", holdings=(100, 5))

    results = together([patient(computing(made))] * 8)

    assert {result.pk for result in results} == {made.declaration.pk}
    assert (Entitlement.objects.count(), Entry.objects.filter(kind="dividend").count()) == (2, 1)
