"""What ends an application, and what must not, looked at again at the moment of ending."""

from datetime import timedelta

import pytest
from django.test import Client

from core import clock
from core.jobs import engine
from core.models import AuditRecord, OutgoingMail
from core.transactions import atomic
from equity.enums import ApplicationState, OfferState
from equity.errors import MinimumNotReached, NothingToAllot, OfferNotOpen
from equity.models import Application
from equity.queries.offers import stale, takes_applications
from equity.rules.publish_gate import Missing
from equity.services import applications
from equity.services.allotments import prepare_batch
from equity.services.endings import expire, repay_failed
from equity.services.offers import close_offer, fail_offer
from payments.models import Payment, Refund
from tests.factories.equity import (
    make_approved_batch,
    make_open_offer,
    make_paid_application,
    make_payable_application,
    pay,
)
from tests.factories.people import make_holder, make_staff, sign_in

pytestmark = pytest.mark.django_db


def end(application: Application) -> Application:
    with atomic():
        expire(application=application, at=clock.now())
    application.refresh_from_db()
    return application


def test_expire_of_one_that_was_paid_meanwhile_leaves_it_paid() -> None:
    application = make_payable_application(make_open_offer(), 2)
    seen_by_the_sweeper = Application.objects.get(pk=application.pk)
    pay(application)
    clock.move_forward(by=timedelta(days=4))

    assert end(seen_by_the_sweeper).state == ApplicationState.PAID
    assert Refund.objects.count() == 0


def test_expire_of_one_that_was_kept_anew_meanwhile_leaves_it() -> None:
    application = make_payable_application(make_open_offer(), 2)

    assert end(application).state == ApplicationState.PAYABLE


def test_expire_of_one_whose_bank_still_works_leaves_it() -> None:
    application = make_payable_application(make_open_offer(), 2)
    at = clock.now()
    Payment.objects.create(
        purpose="share_application",
        reference=application.public_id,
        amount_minor=4750,
        currency="GBP",
        payer_email="a@example.org",
        provider="sandbox",
        livemode=False,
        state="processing",
        processing_at=at,
        expires_at=at + timedelta(hours=1),
        next_check_at=at,
        created_at=at,
    )
    clock.move_forward(by=timedelta(days=4))

    assert end(application).state == ApplicationState.PAYABLE


def test_repay_of_a_good_offer_does_nothing() -> None:
    application = make_paid_application(make_open_offer(), 2)

    with atomic():
        repay_failed(application=application, at=clock.now())

    application.refresh_from_db()
    assert application.state == ApplicationState.PAID
    assert Refund.objects.count() == 0


def test_offer_that_reached_its_minimum_does_not_fail() -> None:
    offer = make_open_offer()
    make_paid_application(offer, 2)
    with atomic():
        close_offer(offer=offer, by=None, at=clock.now())

    with atomic():
        fail_offer(offer=offer, by=None, at=clock.now())

    offer.refresh_from_db()
    assert offer.state == OfferState.CLOSED


def test_batch_of_a_resolution_before_the_payment_leaves_it_out() -> None:
    offer = make_open_offer()
    make_paid_application(offer, 2)

    with pytest.raises(NothingToAllot), atomic():
        prepare_batch(
            offer=offer,
            minute_reference="BM 1",
            resolved_on=clock.today() - timedelta(days=1),
            by=make_staff("secretary"),
            at=clock.now(),
        )


def test_ranking_31_days_old_still_sells_and_32_days_does_not() -> None:
    offer = make_open_offer(closes_at=clock.now() + timedelta(days=90))
    clock.move_forward(by=timedelta(days=31))
    assert takes_applications(offer, at=clock.now())

    clock.move_forward(by=timedelta(days=1))

    assert stale(offer, on=clock.today()) == [Missing.RANKING_OLD]
    assert "has grown too old" in Client().get(f"/offers/{offer.slug}/").content.decode()
    with pytest.raises(OfferNotOpen), atomic():
        applications.start_application(offer=offer, by=make_holder(), at=clock.now())


def test_allotment_letters_are_a_job_and_one_each() -> None:
    offer = make_open_offer()
    application = make_paid_application(offer, 2)
    make_approved_batch(offer)
    assert OutgoingMail.objects.filter(kind="allotted").count() == 0

    engine.run()
    engine.run()

    assert OutgoingMail.objects.filter(kind="allotted", to=application.applicant_user.email).count() == 1


@pytest.mark.parametrize(
    "path",
    ["/offers/offer/documents/%00/", "/me/certificates/%00.pdf", "/buy/%00/status/", "/demo/mail/%00/"],
)
def test_address_with_a_hidden_character_is_no_address(path: str) -> None:
    make_open_offer()

    assert Client().get(path).status_code == 404


def test_check_form_leads_to_the_certificate_it_names() -> None:
    make_open_offer()
    page = Client().get("/check/").content.decode()
    assert '<form method="get"' in page

    answer = Client().get("/check/", {"code": " " + "A" * 22 + " "})

    assert answer.headers["Location"] == "/check/" + "A" * 22 + "/"


def test_choice_after_the_thinking_time_is_asked_for_and_kept() -> None:
    application = make_payable_application(make_open_offer(), 2)
    with atomic():
        applications.go_back_to_answers(application=application, by=application.applicant_user, at=clock.now())
    client = sign_in(application.applicant_user)
    assert client.get(f"/buy/{application.public_id}/").headers["Location"].endswith("/wait/")
    assert "Your 24 hours are over. What now?" in client.get(f"/buy/{application.public_id}/wait/").content.decode()

    answer = client.post(f"/buy/{application.public_id}/wait/")

    assert answer.headers["Location"].endswith("/check/")
    assert AuditRecord.objects.filter(verb="went_on_after_thinking", by=application.applicant_user).count() == 1


@pytest.mark.parametrize("code", ["%00x", "short", "A" * 40, "AAAA AAAA"])
def test_check_of_what_is_no_code_says_unknown(code: str) -> None:
    make_open_offer()

    answer = Client().get(f"/check/{code}/")

    assert answer.status_code == 404
    assert "We have no paper with this code" in answer.content.decode()


def test_second_application_of_a_holder_under_another_address_waits_for_the_next_batch() -> None:
    offer = make_open_offer()
    user = make_holder()
    first = make_paid_application(offer, 2, user=user)
    second = make_paid_application(offer, 2, user=user)
    Application.objects.filter(pk=second.pk).update(register_address="99 New Street, Leeds")

    make_approved_batch(offer)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (ApplicationState.ALLOTTED, ApplicationState.PAID)


def test_minimum_counts_only_who_paid_by_the_day() -> None:
    offer = make_open_offer(minimum_shares=4, opens_at=clock.now() - timedelta(days=9))
    early = make_paid_application(offer, 2)
    make_paid_application(offer, 2)
    Application.objects.filter(pk=early.pk).update(paid_at=clock.now() - timedelta(days=2))

    with pytest.raises(MinimumNotReached), atomic():
        prepare_batch(
            offer=offer,
            minute_reference="BM 1",
            resolved_on=clock.today() - timedelta(days=1),
            by=make_staff("secretary"),
            at=clock.now(),
        )
