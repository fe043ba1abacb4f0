"""The books notice money that went to bank details nobody could use."""

from datetime import timedelta

import pytest
from django.db import connection

from core import clock
from core.transactions import atomic
from payments.integrity import findings
from payments.models import BankMandate, Payout, PayoutAttempt
from payments.services.mandates import withdraw_mandate
from tests.factories.payouts import approve, drive, make_payee, make_run
from tests.payments import fake_payout_purpose

DAY = timedelta(days=1)
QUESTION = "payments: a payout sent to bank details that could not be used at that moment: "


@pytest.fixture
def paid(committed_db, settings) -> Payout:
    """A payout that was sent, to details given two days ago."""
    settings.PAYOUT_HANDLERS = {fake_payout_purpose.PURPOSE: fake_payout_purpose.HANDLERS}
    settings.SANDBOX_SETTLE_SECONDS = 0
    run = make_run([make_payee(given_at=clock.now() - 2 * DAY)])
    approve(run)
    drive()
    return Payout.objects.get(run=run)


def break_the_law(statement: str, *values: object) -> None:
    """Write past the triggers, as only the owner of the database could."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("ALTER TABLE payments_bankmandate DISABLE TRIGGER USER")
        cursor.execute(statement, values)
        cursor.execute("ALTER TABLE payments_bankmandate ENABLE TRIGGER USER")
        cursor.execute("SET ROLE kilderkin_app")


def complaints() -> list[str]:
    return [finding for finding in findings() if finding.startswith(QUESTION)]


def test_payment_to_details_in_force_is_right_also_when_they_end_later(paid) -> None:
    before = complaints()
    with atomic():
        withdraw_mandate(party=paid.party, by=paid.party.user, at=clock.now())

    assert (before, complaints()) == ([], [])


def test_payment_to_details_that_still_waited_is_found(paid) -> None:
    break_the_law("UPDATE payments_bankmandate SET usable_from = %s", clock.now() + DAY)

    assert len(complaints()) == 1
    assert paid.public_id in complaints()[0]


def test_payment_begun_after_the_details_had_ended_is_found(paid) -> None:
    begun = PayoutAttempt.objects.earliest("pk").started_at
    break_the_law("UPDATE payments_bankmandate SET ended_at = %s, ended_how = 'withdrawn'", begun - DAY)

    assert BankMandate.objects.get().ended_at == begun - DAY
    assert len(complaints()) == 1
