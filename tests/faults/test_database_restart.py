"""The database loses power while customers pay: what was acknowledged is there, and nothing is there twice."""

from collections import Counter

import pytest
from django.db.models import Sum

from core.models import OutgoingMail
from core.tasks import sweep
from equity.enums import ApplicationState
from equity.models import Application
from ledger.models import Entry, Movement
from payments.enums import PaymentState
from payments.models import Payment, ProviderEvent, SandboxDelivery, SandboxIntent
from portal.queries.proofs import findings
from tests.factories.equity import make_open_offer
from tests.faults.crowd import make_unconfirmed
from tests.faults.house import House, wait_until

pytestmark = pytest.mark.fault
CUSTOMERS, AT_ONCE = 40, 6


def let_waits_end() -> None:
    """Let the time pass after which a message whose worker died is taken up again."""
    SandboxDelivery.objects.filter(delivered_at=None).update(claimed_until=None)
    ProviderEvent.objects.filter(processed_at=None).update(claimed_until=None)
    OutgoingMail.objects.filter(sent_at=None).update(claimed_until=None)


def paid_at_the_provider(number: int) -> bool:
    return SandboxIntent.objects.filter(status="succeeded").count() >= number


def test_database_restarted_twice_during_checkout_loses_and_doubles_nothing(house: House) -> None:
    offer = make_open_offer()
    make_unconfirmed(offer, CUSTOMERS)
    house.start("tests.faults.workers", "1")
    shoppers = house.start("tests.faults.shoppers", str(AT_ONCE), DATABASE_ROLE="app")

    for paid in (CUSTOMERS // 5, CUSTOMERS // 2):
        wait_until(lambda paid=paid: paid_at_the_provider(paid) or shoppers.poll() is not None, house)
        assert shoppers.poll() is None, house.last_words()
        house.cluster.crash_and_restart()
    out, _nothing = shoppers.communicate(timeout=240)
    assert shoppers.returncode == 0, house.last_words()
    house.end_processes()
    wait_until(lambda: Application.objects.exists(), house)
    let_waits_end()
    sweep()
    sweep()

    taken = dict(SandboxIntent.objects.filter(status="succeeded").values_list("intent_id", "session_id"))
    said = [line.split() for line in out.splitlines()]
    assert [error for word, error in said if word == "again"], "the restarts disturbed nobody"
    assert sorted(session for word, session in said if word == "paid") == sorted(taken.values())
    assert Counter(Application.objects.values_list("state", flat=True)) == {ApplicationState.PAID: CUSTOMERS}
    payments = Payment.objects.filter(state=PaymentState.SUCCEEDED)
    assert sorted(payments.values_list("provider_intent_id", flat=True)) == sorted(taken)
    receipts = Entry.objects.filter(kind="application_receipt").values_list("key", flat=True)
    assert sorted(receipts) == sorted(
        f"receipt:{public_id}" for public_id in payments.values_list("public_id", flat=True)
    )
    booked = Movement.objects.filter(entry__kind="application_receipt").aggregate(sum=Sum("amount_minor"))["sum"]
    assert booked == sum(payments.values_list("amount_minor", flat=True)) == CUSTOMERS * 2 * offer.price_minor
    assert OutgoingMail.objects.filter(kind="paid").count() == CUSTOMERS
    assert SandboxDelivery.objects.filter(delivered_at=None).count() == 0
    assert ProviderEvent.objects.filter(processed_at=None).count() == 0
    assert list(findings()) == []
