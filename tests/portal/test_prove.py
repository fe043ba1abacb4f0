"""Whoever owns the database and switches the triggers off can change a row; the proof of the books names it."""

from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import override_settings

from core import audit, clock
from core.jobs import engine
from core.models import AuditRecord
from core.transactions import atomic
from equity.models import Application
from payments.models import Refund
from payments.rules.outcomes import RefundStatus
from portal.queries.proofs import clearing_ages, findings
from portal.services.proving import prove_and_keep
from tests.factories.equity import make_approved_batch, make_open_offer, make_paid_application, make_share_class
from tests.factories.people import make_staff
from tests.factories.refunds import let_provider_say, withdraw_paid

pytestmark = pytest.mark.django_db
LEG = """SELECT movement.id FROM ledger_movement movement JOIN ledger_entry entry ON entry.id = movement.entry_id
         JOIN ledger_account debit ON debit.id = movement.debit_id
         JOIN ledger_account credit ON credit.id = movement.credit_id WHERE"""
PREMIUM = f"({LEG} credit.code = 'share_premium:GBP' LIMIT 1)"
CAPITAL = f"({LEG} credit.code = 'share_capital:GBP' LIMIT 1)"
ALLOTTED = "(SELECT payment_id FROM equity_application WHERE state = 'allotted' LIMIT 1)"
RECEIPT = f"({LEG} entry.key = 'receipt:' || {ALLOTTED})"
REFUND = f"({LEG} entry.kind = 'application_refund' LIMIT 1)"
BANK = "(SELECT id FROM ledger_account WHERE code = 'bank:GBP')"
PREMIUM_ACCOUNT = "(SELECT id FROM ledger_account WHERE code = 'share_premium:GBP')"
FIRST = "(SELECT MIN(id) FROM equity_certificate)"
NEWEST = "(SELECT MAX(id) FROM core_auditrecord WHERE verb <> 'books_proved')"
TAMPERINGS = {
    "premium less": (
        "ledger_movement",
        f"SET amount_minor = amount_minor - 100 WHERE id = {PREMIUM}",
        "price = capital + premium",
    ),
    "capital called premium": (
        "ledger_movement",
        f"SET credit_id = {PREMIUM_ACCOUNT} WHERE id = {CAPITAL}",
        "price = capital + premium",
    ),
    "receipt of an allotted application more": (
        "ledger_movement",
        f"SET amount_minor = amount_minor + 5000 WHERE id = {RECEIPT}",
        "does not add up",
    ),
    "receipt's debit in the bank": (
        "ledger_movement",
        f"SET debit_id = {BANK} WHERE id = {RECEIPT}",
        "the money book does not hold",
    ),
    "refund less": (
        "ledger_movement",
        f"SET amount_minor = amount_minor - 1 WHERE id = {REFUND}",
        "the money book does not hold",
    ),
    "receipt of another application": (
        "ledger_entry",
        f"SET source = 'somebody else' WHERE key = 'receipt:' || {ALLOTTED}",
        "the money book does not hold",
    ),
    "payment more": (
        "payments_payment",
        f"SET amount_minor = amount_minor + 100 WHERE public_id = {ALLOTTED}",
        "clearing account at the provider",
    ),
    "refund said to have failed": (
        "payments_refund",
        "SET state = 'failed', failed_at = succeeded_at, succeeded_at = NULL WHERE state = 'succeeded'",
        "nobody settled it",
    ),
    "certificate in another name": (
        "equity_certificate",
        f"SET holder_names = '[\"Somebody Else\"]' WHERE id = {FIRST}",
        "names others than the register",
    ),
    "certificate with another fingerprint": (
        "equity_certificate",
        f"SET facts_sha256 = repeat('0', 64) WHERE id = {FIRST}",
        "fingerprint of certificate",
    ),
    "certificate of another day": (
        "equity_certificate",
        f"SET issued_on = issued_on - 1 WHERE id = {FIRST}",
        "fingerprint of certificate",
    ),
    "head of the register ahead": (
        "equity_registerhead",
        "SET last_sequence = last_sequence + 5",
        "register's head",
    ),
    "a member number skipped": (
        "equity_registerhead",
        "SET last_member_number = last_member_number + 1",
        "register's head",
    ),
    "paid on the register's entry": (
        "equity_registerentry",
        "SET paid_minor = paid_minor + 1 WHERE application_id IS NOT NULL",
        "than its application costs",
    ),
    "audit row in other words": (
        "core_auditrecord",
        f"SET verb = 'application_started' WHERE id = {NEWEST}",
        "one was changed",
    ),
}


def owner_does(sql: str, table: str) -> None:
    """Do it as the owner of the database with the table's triggers off; the test's transaction takes it back."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL ROLE NONE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql)
        assert cursor.rowcount > 0


@pytest.fixture
def house(db: None) -> None:
    """An allotment with certificates, money that waits, money that went back, money on its way back; proved clean."""
    offer = make_open_offer(share_class=make_share_class(code="N", nominal_minor=Decimal(10)))
    for quantity in (4, 2):
        make_paid_application(offer, quantity)
    make_approved_batch(offer)
    engine.run()
    make_paid_application(offer, 2)
    let_provider_say(withdraw_paid(make_paid_application(offer, 2)), RefundStatus.SUCCEEDED)
    withdraw_paid(make_paid_application(offer, 2))
    assert prove_and_keep().detail["first"] == []


@pytest.mark.parametrize("name", TAMPERINGS)
def test_what_was_tampered_with_is_named(house: None, name: str) -> None:
    table, change, sentence = TAMPERINGS[name]

    owner_does(f"UPDATE {table} {change}", table)

    assert [found for found in findings() if sentence in found]


def test_untouched_house_is_clean(house: None) -> None:
    assert list(findings()) == []


def test_newest_sealed_audit_row_deleted_is_named_for_ever(house: None) -> None:
    owner_does(f"DELETE FROM core_auditrecord WHERE id = {NEWEST}", "core_auditrecord")

    assert [found for found in findings() if found.startswith("audit: rows 1 to")]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_auditrecord ENABLE TRIGGER USER")
    prove_and_keep()
    assert prove_and_keep().detail["findings"] == 1


def test_seal_deleted_is_named_by_the_next(house: None) -> None:
    prove_and_keep()
    prove_and_keep()

    owner_does(
        "DELETE FROM core_auditrecord WHERE id = (SELECT MIN(id) FROM core_auditrecord WHERE verb = 'books_proved')",
        "core_auditrecord",
    )

    assert [found for found in findings() if "is gone" in found]


def test_audit_row_of_an_allotment_deleted_before_any_seal_is_named(db: None) -> None:
    offer = make_open_offer()
    make_paid_application(offer, 2)
    make_approved_batch(offer)

    owner_does("DELETE FROM core_auditrecord WHERE verb = 'allotment_approved'", "core_auditrecord")

    assert [found for found in findings() if "the audit trail knows nothing" in found]


def test_audit_row_that_commits_late_is_no_finding_and_is_sealed_next(house: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('core_auditrecord', 'id'))")
        late = cursor.fetchone()[0]
    prove_and_keep()  # its own row has a greater id, so the next seal sees that one is missing
    sealed = prove_and_keep().detail["trail"]
    assert str(late) in sealed["missing"]

    row = AuditRecord.objects.order_by("-id")[0]
    AuditRecord.objects.create(
        pk=late, at=clock.now(), verb="late", subject_kind=row.subject_kind, subject_id=row.subject_id
    )

    assert list(findings()) == []
    assert prove_and_keep().detail["trail"]["late"] == [late]
    owner_does(f"DELETE FROM core_auditrecord WHERE id = {late}", "core_auditrecord")
    assert [found for found in findings() if found.startswith("audit: ")]


def test_money_may_wait_some_days_after_its_offer_closed(house: None) -> None:
    reference = Application.objects.get(state="paid").public_id

    clock.move_forward(by=timedelta(days=60))  # the offer closed thirty days ago
    early = too_old()
    clock.move_forward(by=timedelta(days=30))

    assert not [found for found in early if reference in found]
    assert [found for found in too_old() if reference in found]


def too_old() -> list[str]:
    return [found for found in findings() if "lies here too long" in found]


def test_refund_that_does_not_arrive_becomes_too_old(house: None) -> None:
    reference = Refund.objects.get(state="requested").payment.reference

    clock.move_forward(by=timedelta(days=50))

    assert [found for found in too_old() if reference in found]


@override_settings(CLEARING_AGE_DAYS_MAX=10)
def test_limit_of_age_comes_from_the_settings(house: None) -> None:
    clock.move_forward(by=timedelta(days=12))

    assert [found for found in findings() if "lies here too long" in found]


def test_prove_prints_how_old_the_oldest_money_is(house: None) -> None:
    clock.move_forward(by=timedelta(days=3))
    out = StringIO()

    call_command("prove", stdout=out)

    assert clearing_ages(today=clock.today()) == {"application_money:GBP": 3, "provider_clearing:GBP": 3}
    assert "the oldest for 3 days" in out.getvalue()


def test_seal_is_written_in_the_transaction_of_the_proof(db: None) -> None:
    with atomic():
        audit.record(by=None, at=clock.now(), verb="first", subject=make_staff("finance"))

    seal = prove_and_keep_with_company()

    assert seal["count"] == AuditRecord.objects.exclude(verb="books_proved").count()
    assert seal["until"] == AuditRecord.objects.exclude(verb="books_proved").latest("id").pk


def prove_and_keep_with_company() -> dict:
    make_open_offer()
    return prove_and_keep().detail["trail"]
