"""A refund that the bank refuses is nobody's dead end: it is named, told, sent again or settled another way."""

import pytest
from django.urls import reverse

from core import clock
from core.models import AuditRecord
from core.transactions import atomic
from equity.enums import ApplicationState
from equity.queries.tracking import tracker_steps
from ledger.queries.balances import balance_of
from payments.errors import RefundNotOpen
from payments.models import Payment, Refund
from payments.rules.outcomes import RefundStatus
from payments.services.failed_refunds import next_key, send_again, settle_otherwise
from portal.queries.proofs import findings
from tests.factories.equity import make_open_offer, make_paid_application
from tests.factories.people import make_staff, staff_client
from tests.factories.refunds import let_provider_say, make_failed_refund

pytestmark = pytest.mark.django_db


def test_failed_refund_is_named_told_and_sent_again(db: None) -> None:
    application = make_paid_application(make_open_offer())
    failed = make_failed_refund(application)
    application.refresh_from_db()
    finance = make_staff("finance")

    assert [found for found in findings() if "nobody settled it" in found]
    assert "refused the refund" in tracker_steps(application, today=clock.today())[1]["sentence"]
    assert AuditRecord.objects.filter(verb="application_refund_failed", subject_id=str(application.pk)).exists()

    with atomic():
        again = send_again(refund=failed, by=finance, at=clock.now())
    assert (again.amount_minor, again.key) == (failed.amount_minor, f"{failed.key}:again-2")
    assert list(findings()) == []
    with pytest.raises(RefundNotOpen), atomic():
        send_again(refund=failed, by=finance, at=clock.now())

    let_provider_say(again, RefundStatus.SUCCEEDED)
    application.refresh_from_db()
    assert application.state == ApplicationState.REFUNDED
    assert list(findings()) == []


def test_failed_refund_is_settled_otherwise_and_booked_from_the_bank(db: None) -> None:
    application = make_paid_application(make_open_offer())
    failed = make_failed_refund(application)
    finance = make_staff("finance")

    with atomic():
        settle_otherwise(refund=failed, note="Bank transfer 21 November", by=finance, at=clock.now())

    application.refresh_from_db()
    paid = Payment.objects.get(public_id=application.payment_id)
    assert application.state == ApplicationState.REFUNDED
    assert balance_of("application_money:GBP") == 0
    assert balance_of("bank:GBP") == -paid.amount_minor
    assert AuditRecord.objects.get(verb="refund_settled").detail["note"] == "Bank transfer 21 November"
    assert list(findings()) == []
    with pytest.raises(RefundNotOpen), atomic():
        send_again(refund=failed, by=finance, at=clock.now())


def test_keys_of_refunds_count_their_turns() -> None:
    assert next_key("application:a") == "application:a:again-2"
    assert next_key("application:a:again-2") == "application:a:again-3"
    assert next_key("application:a:again-9") == "application:a:again-10"


def test_finance_sends_it_again_from_the_office() -> None:
    client = staff_client("finance")
    refused = make_failed_refund(make_paid_application(make_open_offer()))
    url = reverse("office:refund_again", args=[refused.public_id])

    first, second = client.post(url), client.post(url)

    assert (first.status_code, second.status_code) == (302, 422)
    assert "has been sent again or settled meanwhile" in second.content.decode()
    assert Refund.objects.get(again_of=refused).state == "requested"
    assert refused.failure_reason not in client.get(reverse("office:payments")).content.decode()


def test_finance_settles_it_with_a_note_and_not_without() -> None:
    client = staff_client("finance")
    refused = make_failed_refund(make_paid_application(make_open_offer()))
    url = reverse("office:refund_settle", args=[refused.public_id])

    silent = client.post(url, {"note": ""})
    client.post(url, {"note": "Bank transfer of today"})

    refused.refresh_from_db()
    assert silent.status_code == 422
    assert "Say how it was settled." in silent.content.decode()
    assert refused.settled_note == "Bank transfer of today"
    assert refused.settled_by is not None


def test_secretary_sees_it_and_has_no_button() -> None:
    refused = make_failed_refund(make_paid_application(make_open_offer()))
    client = staff_client("secretary")

    page = client.get(reverse("office:payments")).content.decode()

    assert refused.failure_reason in page
    assert reverse("office:refund_again", args=[refused.public_id]) not in page
