"""Bad input on the forms of an application: a sentence, what was typed is kept, nothing is lost."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.html import strip_tags

from core import clock
from core.transactions import atomic
from equity.enums import ApplicationState, HolderKind
from equity.errors import CannotWithdraw, KeptNoLonger, OfferNotOpen, StillCoolingOff
from equity.forms.apply import FIELDS_OF_HOLDER
from equity.models import Application, OfferCapacity
from equity.queries.offers import latest_documents
from equity.services import applications
from equity.services.endings import withdraw
from equity.services.offers import close_offer
from equity.services.sweeping import expire_unkept, sweep
from ledger.queries.balances import balance_of
from payments.models import Refund
from tests.factories.equity import (
    make_approved_batch,
    make_open_offer,
    make_paid_application,
    make_payable_application,
    pay,
)
from tests.factories.people import make_holder, sign_in

pytestmark = pytest.mark.django_db
GOOD = {
    "forename": "Siobhán",
    "surname": "O’Brien",
    "address": "3 Lock Lane",
    "city": "Leeds",
    "postcode": "LS1 4AP",
    "country": "GB",
    "date_of_birth": "1984-02-29",
    "phone": "",
}
BAD_DETAILS = [
    ("surname", "O\u202eBrien"),
    ("surname", "O\u200bBrien"),
    ("surname", "\x00"),
    ("surname", "B" * 300),
    ("surname", ""),
    ("forename", "<script>"),
    ("address", "3 Lock\u202e Lane"),
    ("address", ""),
    ("country", "KP"),
    ("country", ""),
    ("date_of_birth", "1884-02-29"),
    ("date_of_birth", "2023-02-29"),
    ("date_of_birth", "tomorrow"),
    ("date_of_birth", "9999-12-31"),
    ("date_of_birth", "2012-01-01"),
]
GOOD_NAMES = [("Đặng", "Nguyễn Thị Ánh Tuyết"), ("José", "da Silva"), ("Seán", "O'Brien-Smythe"), ("Anne", 'Mac"Kay')]


def started() -> tuple[Client, Application]:
    """Return the client of somebody who read the warning a moment ago."""
    offer = make_open_offer()
    user = make_holder()
    client = sign_in(user)
    client.post(f"/offers/{offer.slug}/apply/")
    return client, Application.objects.get()


@pytest.mark.parametrize(("field", "value"), BAD_DETAILS)
def test_details_with_bad_input_say_why_and_keep_the_rest(field: str, value: str) -> None:
    client, application = started()

    response = client.post(f"/buy/{application.public_id}/details/", {**GOOD, field: value})

    page = response.content.decode()
    assert response.status_code == 200
    assert "There is a problem" in page
    assert re.search(r"<title>\s*Error:", page)
    assert GOOD["postcode"] in page
    application.refresh_from_db()
    assert application.details == {}


@pytest.mark.parametrize(("forename", "surname"), GOOD_NAMES[:3])
def test_details_with_real_names_pass(forename: str, surname: str) -> None:
    client, application = started()

    response = client.post(f"/buy/{application.public_id}/details/", {**GOOD, "forename": forename, "surname": surname})

    assert response.status_code == 302
    application.refresh_from_db()
    assert (application.details["forename"], application.details["surname"]) == (forename, surname)


def test_details_are_escaped_when_shown_again() -> None:
    client, application = started()

    page = client.post(f"/buy/{application.public_id}/details/", {**GOOD, "surname": '"><img src=x>'}).content.decode()

    assert "<img src=x>" not in page
    assert "&lt;img src=x&gt;" in page


@pytest.mark.parametrize(
    ("kind", "others", "sentence"),
    [
        ("joint", {"joint_name_3": "Ada Byron"}, "Enter the name of at least one other holder."),
        ("joint", {"joint_name_2": "A\u202eda"}, "There is a problem"),
        ("organisation", {}, "Enter the name of the organisation."),
        ("minor", {}, "Enter the child"),
    ],
)
def test_holder_without_what_the_choice_needs_says_so(kind: str, others: dict[str, str], sentence: str) -> None:
    client, application = started()
    client.post(f"/buy/{application.public_id}/details/", GOOD)

    url = f"/buy/{application.public_id}/holder/"
    page = client.post(url, {"holder_kind": kind})
    response = client.post(page["Location"], others)

    assert page["Location"] == f"{url}?kind={kind}"
    assert sentence in strip_tags(response.content.decode()).replace("&#x27;", "'")
    application.refresh_from_db()
    assert application.holder_kind == ""


@pytest.mark.parametrize("kind", ["nobody", ""])
def test_holder_of_no_kind_is_asked_again(kind: str) -> None:
    client, application = started()
    client.post(f"/buy/{application.public_id}/details/", GOOD)

    response = client.post(f"/buy/{application.public_id}/holder/", {"holder_kind": kind})
    strange = client.get(f"/buy/{application.public_id}/holder/?kind={kind}")

    assert "There is a problem" in response.content.decode()
    assert 'name="holder_kind"' in strange.content.decode()


@pytest.mark.parametrize(
    ("kind", "others", "kept"),
    [
        ("joint", {"joint_name_2": "Ada Byron", "joint_name_4": "Ann Lee"}, {"joint_names": ["Ada Byron", "Ann Lee"]}),
        ("organisation", {"organisation_name": "Lock Lane Ltd"},
         {"organisation_name": "Lock Lane Ltd", "organisation_number": ""}),
        ("minor", {"designation": "T.O."}, {"designation": "T.O."}),
    ],
)  # fmt: skip
def test_holder_page_asks_only_for_its_kind_and_keeps_it(kind: str, others: dict[str, str], kept: object) -> None:
    client, application = started()
    client.post(f"/buy/{application.public_id}/details/", GOOD)
    url = f"/buy/{application.public_id}/holder/?kind={kind}"

    asked = re.findall(r'name="((?:joint|organisation|holder)_\w+|designation)"', client.get(url).content.decode())
    client.post(url, others)

    application.refresh_from_db()
    assert tuple(asked) == FIELDS_OF_HOLDER[HolderKind(kind)]
    assert (application.holder_kind, application.details["holder"]) == (kind, kept)


def test_holder_alone_needs_no_second_page() -> None:
    client, application = started()
    client.post(f"/buy/{application.public_id}/details/", GOOD)

    response = client.post(f"/buy/{application.public_id}/holder/", {"holder_kind": "self"})

    assert response["Location"] == f"/buy/{application.public_id}/statement/"


def test_errors_of_several_questions_are_told_apart() -> None:
    client, application = started()

    page = client.post(f"/buy/{application.public_id}/details/", {**GOOD, "address": "", "city": ""}).content.decode()

    summary = strip_tags(page[page.index('class="error-summary"') : page.index("</ul>", page.index("error-summary"))])
    assert "Service address: house and street: This field is required." in summary
    assert "Town or city: This field is required." in summary


def test_one_wrong_answer_is_one_error() -> None:
    client, application = started()
    client.post(f"/buy/{application.public_id}/details/", GOOD)

    answer = client.post(f"/buy/{application.public_id}/holder/?kind=organisation", {"organisation_name": ""})

    assert sum(len(errors) for errors in answer.context["form"].errors.values()) == 1


def assessed() -> tuple[Client, Application]:
    """Return the client of somebody who now chooses how many shares."""
    application = make_payable_application(make_open_offer(), 2)
    with atomic():
        applications.go_back_to_answers(application=application, by=application.applicant_user, at=clock.now())
    return sign_in(application.applicant_user), application


@pytest.mark.parametrize("shares", ["3", "0", "-2", "1000000000000", "42", "two", "2.5", "", "２²", "1e3"])
def test_quantity_that_cannot_be_is_refused_and_kept(shares: str) -> None:
    client, application = assessed()

    page = client.post(f"/buy/{application.public_id}/shares/", {"shares": shares}).content.decode()

    assert "There is a problem" in page
    assert f'value="{shares}"' in page or shares == ""
    application.refresh_from_db()
    assert application.quantity == 2
    assert OfferCapacity.objects.get().kept_shares == 2


def test_quantity_after_the_offer_closed_is_refused_and_nothing_is_taken() -> None:
    client, application = assessed()
    with atomic():
        close_offer(offer=application.offer, by=None, at=clock.now())

    page = client.post(f"/buy/{application.public_id}/shares/", {"shares": "4"}).content.decode()

    assert "This offer is not open at the moment. No money was taken." in page


def test_payment_after_the_offer_closed_is_refunded_by_itself() -> None:
    application = make_payable_application(make_open_offer(), 2)
    with atomic():
        close_offer(offer=application.offer, by=None, at=clock.now())

    pay(application)

    assert Refund.objects.get().amount_minor == 2 * application.price_minor
    assert balance_of("application_money:GBP", source=application.public_id) == -2 * application.price_minor


def test_payment_for_an_expired_application_is_refunded_by_itself() -> None:
    application = make_payable_application(make_open_offer(), 2)
    clock.move_forward(by=timedelta(days=4))
    expire_unkept()

    pay(application)

    application.refresh_from_db()
    assert application.state == ApplicationState.EXPIRED
    assert Refund.objects.count() == 1
    assert OfferCapacity.objects.get().kept_shares == 0


def test_late_payment_from_an_old_till_does_not_spoil_the_new_one() -> None:
    application = make_payable_application(make_open_offer(), 2)
    Application.objects.filter(pk=application.pk).update(payment_id="another-payment-open")

    pay(application)

    application.refresh_from_db()
    assert application.state == ApplicationState.PAYABLE
    assert application.payment_id == "another-payment-open"
    assert application.paid_at is None
    assert Refund.objects.count() == 1


def test_confirm_before_the_thinking_time_is_over_is_refused() -> None:
    offer = make_open_offer()
    application = make_payable_application(offer, 2)
    Application.objects.filter(pk=application.pk).update(
        state="quantity_chosen", confirmed_at=None, not_before_at=clock.now() + timedelta(hours=1)
    )

    with pytest.raises(StillCoolingOff), atomic():
        applications.confirm_answers(
            application=application, accepted_documents=[], by=application.applicant_user, at=clock.now()
        )


def test_confirm_after_the_shares_were_kept_is_refused() -> None:
    offer = make_open_offer()
    application = make_payable_application(offer, 2)
    with atomic():
        applications.go_back_to_answers(application=application, by=application.applicant_user, at=clock.now())
    Application.objects.filter(pk=application.pk).update(kept_until_at=clock.now())

    with pytest.raises(KeptNoLonger), atomic():
        applications.confirm_answers(
            application=application,
            accepted_documents=[document.public_id for document in latest_documents(offer)],
            by=application.applicant_user,
            at=clock.now(),
        )


def test_withdraw_after_allotment_is_refused() -> None:
    offer = make_open_offer()
    application = make_paid_application(offer, 2)
    make_approved_batch(offer)

    with pytest.raises(CannotWithdraw), atomic():
        withdraw(application=application, by=application.applicant_user, at=clock.now())


def test_withdraw_twice_refunds_once() -> None:
    application = make_paid_application(make_open_offer(), 2)

    for _turn in range(2):
        with atomic():
            withdraw(application=application, by=application.applicant_user, at=clock.now())

    assert Refund.objects.count() == 1


def test_start_twice_is_one_application() -> None:
    offer = make_open_offer()
    user = make_holder()

    for _turn in range(2):
        with atomic():
            applications.start_application(offer=offer, by=user, at=clock.now())

    assert Application.objects.count() == 1


def test_start_in_an_offer_that_ended_is_refused() -> None:
    offer = make_open_offer(closes_at=clock.now() + timedelta(days=2))
    clock.move_forward(by=timedelta(days=3))

    with pytest.raises(OfferNotOpen), atomic():
        applications.start_application(offer=offer, by=make_holder(), at=clock.now())


def test_offer_below_its_minimum_fails_and_everybody_is_repaid() -> None:
    offer = make_open_offer(minimum_shares=100, closes_at=clock.now() + timedelta(days=2))
    application = make_paid_application(offer, 2)
    clock.move_forward(by=timedelta(days=3))

    sweep()

    offer.refresh_from_db()
    application.refresh_from_db()
    assert offer.state == "failed"
    assert application.state == ApplicationState.EXPIRED
    assert Refund.objects.get().amount_minor == 2 * application.price_minor
