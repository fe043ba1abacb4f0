"""How an entitlement came about, so that its holder can redo it; the same dividend in every kind of currency."""

from decimal import Decimal

import pytest

from core import clock
from dividends.enums import Rounding
from dividends.integrity import findings
from dividends.models import Entitlement
from dividends.queries.entitlements import (
    entitlements_of,
    explanation_of,
    snapshot_sha256,
)
from dividends.rules.statement_facts import Sign, Step, StepCode
from equity.queries.record_date import record_day, register_sha256_at
from ledger.queries.balances import balance_of
from tests.factories.dividends import make_dividend, make_rule, next_dividend

pytestmark = pytest.mark.django_db
D = Decimal


def test_explanation_of_a_rate_has_every_line_and_where_it_is_from() -> None:
    made = make_dividend(holdings=(3, 100), rate_minor=D("2.5"))

    found = explanation_of(made.entitlement(0))

    assert found.steps == (
        Step(Sign.START, StepCode.SHARES, D(3)),
        Step(Sign.TIMES, StepCode.RATE, D("2.5")),
        Step(Sign.EQUALS, StepCode.EXACT, D("7.5")),
        Step(Sign.MINUS, StepCode.ROUNDED_DOWN, D("0.5")),
        Step(Sign.EQUALS, StepCode.GROSS, D(7)),
        Step(Sign.MINUS, StepCode.WITHHELD, D(0)),
        Step(Sign.EQUALS, StepCode.NET, D(7)),
    )
    declaration = made.declaration
    assert (found.record_at, found.record_day) == (declaration.record_at, record_day(declaration.record_at))
    assert (found.register_sha256, found.snapshot_sha256) == (
        register_sha256_at(declaration.record_at), snapshot_sha256(declaration),
    )  # fmt: skip
    assert (found.recommendation, found.resolution, found.rule) == (
        made.recommendation, made.recommendation.contest, make_rule(),
    )  # fmt: skip
    assert found.declared_at < clock.now()
    assert (found.brought_from, found.withheld_ppm) == (None, 0)


def test_explanation_of_a_carried_fraction_names_the_dividend_it_is_from() -> None:
    first = make_dividend(holdings=(3,), rounding=Rounding.CARRY)
    second = next_dividend(first, rounding=Rounding.CARRY)

    found = explanation_of(second.entitlement(0))

    assert found.brought_from == first.entitlement(0)
    assert [(step.code, step.amount) for step in found.steps[2:5]] == [
        (StepCode.EXACT, D("7.5")), (StepCode.BROUGHT, D("0.5")), (StepCode.GROSS, D(8)),
    ]  # fmt: skip
    assert list(entitlements_of(first.members[0].party.pk)) == [second.entitlement(0), first.entitlement(0)]


def test_explanation_of_a_pot_has_the_pot_and_all_shares() -> None:
    made = make_dividend(holdings=(1, 1, 1), pot_minor=100)

    steps = explanation_of(made.entitlement(0)).steps

    assert [(step.code, step.amount) for step in steps[:5]] == [
        (StepCode.POT, D(100)), (StepCode.SHARES, D(1)), (StepCode.ALL_SHARES, D(3)),
        (StepCode.EXACT, D("33.333333333333")), (StepCode.ROUNDED_UP, D("0.666666666667")),
    ]  # fmt: skip


# The same 0.0125 of the currency a share; minor units are pence, dong, yen and thousandths of a dinar.
@pytest.mark.parametrize(
    ("currency", "rate", "gross", "residue", "tax"),
    [
        ("GBP", "1.25", (8, 1250), (0, "0.75"), (2, 330)),
        ("VND", "0.0125", (0, 12), (0, "0.5875"), (0, 3)),
        ("JPY", "0.0125", (0, 12), (0, "0.5875"), (0, 3)),
        ("KWD", "12.5", (87, 12500), (0, "0.5"), (23, 3297)),
    ],
)
def test_dividend_in_every_kind_of_currency_adds_up_to_the_smallest_unit(
    currency: str, rate: str, gross: tuple[int, int], residue: tuple[int, str], tax: tuple[int, int], settings
) -> None:
    settings.ISSUER_COUNTRY = "DE"
    make_rule(issuer_country="DE", rate_ppm=263_750)

    made = make_dividend(holdings=(7, 1000), currency=currency, rate_minor=D(rate))

    declaration = made.declaration
    rows = list(Entitlement.objects.order_by("member__number").values_list("gross_minor", "withheld_minor"))
    assert rows == list(zip(gross, tax, strict=True))
    assert (declaration.currency, declaration.residue_minor, declaration.residue_fraction) == (
        currency, residue[0], D(residue[1]),
    )  # fmt: skip
    assert balance_of(f"retained_earnings:{currency}") == sum(gross)
    assert balance_of(f"withholding_payable:{currency}:DE") == -sum(tax)
    assert list(findings()) == []


def test_fractions_of_many_small_holders_are_owed_in_whole_units() -> None:
    first = make_dividend(holdings=(1, 1, 1, 1, 1), rate_minor=D("0.5"), rounding=Rounding.CARRY)
    after_first = balance_of("dividend_fractions:GBP")
    second = next_dividend(first, rate_minor=D("0.5"), rounding=Rounding.CARRY)

    # 5 × 0.5 = 2.5 are owed and nobody is paid; then each gets 1 and no fraction is left
    assert (after_first, first.declaration.gross_total_minor) == (-2, 0)
    assert (balance_of("dividend_fractions:GBP"), second.declaration.gross_total_minor) == (0, 5)
    assert balance_of("retained_earnings:GBP") == 5
    assert list(findings()) == []


def test_fraction_waits_through_a_dividend_that_carries_none() -> None:
    first = make_dividend(holdings=(1, 1), rate_minor=D("0.5"), rounding=Rounding.CARRY)

    floor = next_dividend(first, rate_minor=D("1.25"))
    third = next_dividend(floor, rate_minor=D("0.75"), rounding=Rounding.CARRY)
    next_dividend(third, rate_minor=D("0.5"), rounding=Rounding.CARRY)

    rows = Entitlement.objects.filter(party=first.members[0].party).order_by("pk")
    assert list(rows.values_list("brought_fraction", "gross_minor", "carried_fraction")) == [
        (D(0), 0, D("0.5")), (D("0.5"), 1, D("0.5")), (D("0.5"), 1, D("0.25")), (D("0.25"), 0, D("0.75")),
    ]  # fmt: skip
    assert list(findings()) == []
