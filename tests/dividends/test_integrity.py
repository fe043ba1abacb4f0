"""The proof of the books asks dividends enough: clean ones answer nothing, what is changed past the laws is named."""

from decimal import Decimal

import pytest
from django.db import connection

from core import clock
from core.transactions import atomic
from dividends.integrity import findings
from dividends.models import Declaration
from dividends.services.paying import prepare_dividend_run
from payments.models import Payout
from tests.factories.banking import make_mandate
from tests.factories.dividends import Dividend, make_dividend, next_dividend
from tests.factories.payouts import approve
from tests.factories.statements import make_ways

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid() -> Dividend:
    """Two dividends that carry fractions, of which one holder has an approved payment."""
    first = make_dividend(holdings=(3, 101, 2000), rounding="carry", rate_minor=Decimal("0.35"))
    second = next_dividend(first, rounding="carry", rate_minor=Decimal("0.35"))
    make_mandate(first.members[2].party)
    with atomic():
        run = prepare_dividend_run(declaration=second.declaration, route="sandbox", by=first.finance, at=clock.now())
    approve(run)
    return second


TAMPERINGS = {
    "total": ("dividends_declaration", "withheld_total_minor = withheld_total_minor + 1, "
              "net_total_minor = net_total_minor - 1", "totals are not the sums"),
    "residue": ("dividends_declaration", "residue_fraction = 0.5", "totals are not the sums"),
    "fingerprint": ("dividends_declaration", "snapshot_sha256 = repeat('a', 64)", "do not have its fingerprint"),
    "recommendation": ("dividends_recommendation", "rate_minor = 0.1", "more than was recommended"),
    "vote": ("ballots_count", "result = jsonb_set(result, '{passed}', 'false')", "was not carried"),
    "gross": ("dividends_entitlement", "gross_minor = gross_minor + 1, net_minor = net_minor + 1",
              "not what its shares, rate and rounding make"),
    "tax": ("dividends_entitlement", "withheld_ppm = 1", "another tax than its rule"),
    "rule": ("dividends_withholdingrule", "valid_from = '2099-01-01'", "another tax than its rule"),
    "fraction": ("dividends_entitlement", "brought_fraction = 0.25 WHERE brought_fraction > 0",
                 "fraction brought that is not the one carried"),
    "shares": ("dividends_entitlement", "shares = shares + 1", "not the register at the record moment"),
    "register": ("equity_registerentry", "quantity = quantity + 1", "not the register at the record moment"),
    "movement": ("ledger_movement", "amount_minor = amount_minor + 1", "money book does not hold as it is"),
}  # fmt: skip


def change_past_the_laws(table: str, change: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(f"UPDATE {table} SET {change}")
        assert cursor.rowcount > 0
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def test_dividends_of_every_rounding_and_payments_are_clean(paid: Dividend) -> None:
    again = next_dividend(paid, pot_minor=777)
    next_dividend(again, rate_minor=Decimal("0.0034"))

    assert list(findings()) == []


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_is_named(paid: Dividend, name: str) -> None:
    table, change, sentence = TAMPERINGS[name]

    change_past_the_laws(table, change)

    assert [line for line in findings() if sentence in line] != []


def test_entry_that_is_gone_is_named(paid: Dividend) -> None:
    change_past_the_laws("ledger_entry", "kind = 'something_else' WHERE kind = 'dividend'")

    assert [line for line in findings() if "money book does not hold as it is" in line] != []


def test_residue_that_was_booked_and_not_declared_is_named() -> None:
    made = make_dividend(holdings=(1, 1), rate_minor=Decimal("1.5"))
    change_past_the_laws("dividends_declaration", "residue_minor = 0")

    named = (
        "dividends: a dividend in the money book that is not declared as it is: "
        f"{made.declaration.entry_id}, retained_earnings:GBP, dividend_rounding:GBP, 1"
    )
    assert [line for line in findings() if line == named] == [named]


def test_payment_that_was_sent_without_being_booked_is_named(paid: Dividend) -> None:
    change_past_the_laws("payments_payout", "state = 'sent', sent_at = now()")

    owed = paid.entitlement(2).net_minor * 2
    account = f"dividend_payable:GBP:{paid.members[2].party.public_id}"
    named = f"dividends: a holder whose balance is not what is open or on its way to the bank: {account}, None, {owed}"
    assert [line for line in findings() if line == named] == [named]


def test_payment_of_another_sum_is_named(paid: Dividend) -> None:
    payout = Payout.objects.get()
    change_past_the_laws("payments_payout", "amount_minor = amount_minor + 1")

    named = (
        "dividends: a payment of dividends that is not the sum of what it pays: "
        f"{payout.public_id}, {payout.amount_minor + 1}, {payout.amount_minor}"
    )
    assert [line for line in findings() if line == named] == [named]


def test_entitlement_before_computing_is_named(paid: Dividend) -> None:
    public_id = Declaration.objects.order_by("pk").last().public_id
    change_past_the_laws(
        "dividends_declaration",
        "state = 'proposed', computed_at = NULL, computed_by_id = NULL, entry_id = NULL, snapshot_sha256 = '' "
        f"WHERE public_id = '{public_id}'",
    )

    named = f"dividends: an entitlement of a dividend that was never computed: {public_id}"
    assert [line for line in findings() if line == named] == [named]


def test_statement_without_a_file_is_named_a_day_after() -> None:
    issued = make_ways()
    fresh = [line for line in findings() if "file is missing" in line]
    change_past_the_laws("dividends_statement", "issued_at = issued_at - interval '25 hours'")

    late = [line.rpartition(" ")[2] for line in findings() if "file is missing" in line]
    assert (fresh, sorted(late)) == ([], sorted(str(statement) for statement in issued.values()))


def test_many_wrong_rows_are_told_by_the_first() -> None:
    make_dividend(holdings=tuple(range(1, 26)))
    change_past_the_laws("dividends_entitlement", "withheld_ppm = 1")

    wrong = [line for line in findings() if "another tax than its rule" in line]
    assert (len(wrong), wrong[-1].rpartition(": ")[2]) == (21, "and 5 more")
