"""What pages and mails say of money that is under way, and of money that came too late: never "nothing was paid"."""

from datetime import timedelta

import pytest
from django.utils.html import strip_tags

from core import clock
from core.models import OutgoingMail
from core.transactions import atomic
from equity.enums import ApplicationState
from equity.errors import PaymentUnderWay
from equity.models import Application
from equity.services import applications
from equity.services.endings import expire, withdraw
from payments.models import Payment
from payments.rules.outcomes import State
from tests.factories.equity import make_open_offer, make_payable_application, pay
from tests.factories.people import sign_in

pytestmark = pytest.mark.django_db
WORKING = "Your bank is still working on"
NOTHING = (
    "Nothing has been taken",
    "Nothing was paid",
    "nothing was paid",
    "You have paid nothing",
    "Nothing was taken",
)
PAGES = ("/buy/{}/pay/", "/buy/{}/status/", "/buy/{}/withdraw/", "/me/")


def payable() -> Application:
    return make_payable_application(make_open_offer(), 2)


def words(application: Application, page: str) -> str:
    """Return what the buyer reads on the page."""
    client = sign_in(application.applicant_user)
    answer = client.get(page.format(application.public_id), follow=True)
    assert answer.status_code == 200
    return " ".join(strip_tags(answer.content.decode()).split())


def last_mail(kind: str) -> str:
    mail = OutgoingMail.objects.filter(kind=kind).latest("pk")
    return f"{mail.subject} {mail.text}"


def end_late(application: Application) -> None:
    clock.move_forward(by=timedelta(days=4))
    with atomic():
        expire(application=application, at=clock.now())
    application.refresh_from_db()
    assert application.state == ApplicationState.EXPIRED


@pytest.mark.parametrize("page", PAGES)
def test_payment_under_way_is_told(page: str) -> None:
    application = payable()
    pay(application, state=State.PROCESSING)

    said = words(application, page)

    assert WORKING in said
    assert not [sentence for sentence in NOTHING if sentence in said]


def test_payment_under_way_leaves_no_second_pay_button() -> None:
    application = payable()
    pay(application, state=State.PROCESSING)
    client = sign_in(application.applicant_user)

    page = client.get(f"/buy/{application.public_id}/pay/").content.decode()
    answer = client.post(f"/buy/{application.public_id}/pay/")

    assert "by card" not in page
    assert "Go on with my application" not in words(application, "/buy/{}/status/")
    assert "all of it goes back" in words(application, "/buy/{}/withdraw/")
    assert answer["Location"] == f"/buy/{application.public_id}/returned/"
    assert Payment.objects.count() == 1


def test_answers_stand_while_a_payment_is_under_way() -> None:
    application = payable()
    pay(application, state=State.PROCESSING)

    with pytest.raises(PaymentUnderWay), atomic():
        applications.go_back_to_answers(application=application, by=application.applicant_user, at=clock.now())
    answer = sign_in(application.applicant_user).post(f"/buy/{application.public_id}/change/", follow=True)

    assert str(PaymentUnderWay.sentence) in strip_tags(answer.content.decode())
    application.refresh_from_db()
    assert application.state == ApplicationState.PAYABLE


@pytest.mark.parametrize("page", PAGES)
def test_money_that_came_from_an_old_till_is_told_while_the_application_goes_on(page: str) -> None:
    application = payable()
    Application.objects.filter(pk=application.pk).update(payment_id="another-payment-open")
    pay(application)

    said = words(application, page)

    assert "all of it goes back the way it came" in said
    assert not [sentence for sentence in NOTHING if sentence in said]


def test_money_that_is_back_is_told_as_back() -> None:
    application = payable()
    Application.objects.filter(pk=application.pk).update(payment_id="another-payment-open")
    payment = pay(application)
    Payment.objects.filter(pk=payment.pk).update(state="refunded", refunded_at=clock.now())

    said = words(application, "/buy/{}/status/")

    assert "all of it has gone back the way it came. This application is not paid yet." in said


def test_application_that_ends_after_money_came_for_it_does_not_say_nothing_was_paid() -> None:
    application = payable()
    Application.objects.filter(pk=application.pk).update(payment_id="another-payment-open")
    pay(application)
    end_late(application)

    told = words(application, "/buy/{}/status/") + words(application, "/me/") + last_mail("expired")

    assert "all of it goes back the way it came" in told
    assert not [sentence for sentence in NOTHING if sentence in told]


def test_application_withdrawn_while_a_bank_works_says_what_happens_to_the_money() -> None:
    application = payable()
    pay(application, state=State.PROCESSING)
    with atomic():
        withdraw(application=application, by=application.applicant_user, at=clock.now())

    told = words(application, "/buy/{}/status/") + last_mail("withdrawn")

    assert told.count("If the money comes, all of it goes back the way it came") == 2
    assert not [sentence for sentence in NOTHING if sentence in told]


def test_application_without_any_payment_still_says_that_nothing_was_paid() -> None:
    application = payable()
    before = words(application, "/buy/{}/status/")
    end_late(application)

    assert "Nothing has been taken yet." in before
    assert "Nothing was paid." in words(application, "/buy/{}/status/")
    assert "nothing was paid" in last_mail("expired")
