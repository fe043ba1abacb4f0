"""The pages a customer and a holder see: what they say, what they never say, what they cost."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from core import clock
from core.jobs import engine
from core.transactions import atomic
from equity.enums import OfferState
from equity.models import Certificate, CertificateEnd, Company, Offer
from equity.services.offers import close_offer
from tests.factories.equity import (
    make_approved_batch,
    make_draft_offer,
    make_open_offer,
    make_paid_application,
    make_payable_application,
)
from tests.factories.people import make_holder, make_staff, sign_in, sign_in_staff

pytestmark = pytest.mark.django_db
EVIL = ["//evil.example", "https://evil.example/", "\\\\evil.example", "https:evil.example", "javascript:alert(1)", ""]


def words(response) -> str:
    """Return the page's text with single spaces."""
    return re.sub(r"\s+", " ", strip_tags(response.content.decode()))


def test_offer_says_the_warning_the_ranking_and_the_loss_before_the_button_at_the_end() -> None:
    offer = make_open_offer()

    text = words(Client().get(f"/offers/{offer.slug}/"))

    order = ["You could lose all of it.", "Who is paid first", "What a share costs", "What the money is for",
             "How many you can buy", "Where your money lies", "The documents"]  # fmt: skip
    places = [text.index(part) for part in order]
    assert places == sorted(places)
    assert "others are paid before you" in text
    assert "nobody promises a dividend" in text
    assert "The directors chose the price" in text


def test_draft_is_hidden_from_the_public_and_shown_to_staff() -> None:
    offer = make_draft_offer()

    assert Client().get(f"/offers/{offer.slug}/").status_code == 404
    assert sign_in_staff(make_staff("secretary")).get(f"/offers/{offer.slug}/").status_code == 200


def test_closed_offer_takes_no_application() -> None:
    offer = make_open_offer()
    with atomic():
        close_offer(offer=offer, by=None, at=clock.now())

    client = sign_in(make_holder())

    assert "This offer is closed." in words(client.get(f"/offers/{offer.slug}/"))
    assert client.get(f"/offers/{offer.slug}/apply/").status_code == 302
    assert client.post(f"/offers/{offer.slug}/apply/").headers["Location"] == f"/offers/{offer.slug}/"


def test_offer_in_administration_takes_no_application() -> None:
    offer = make_open_offer()
    Company.objects.update(state="administration")

    assert "not open at the moment" in words(Client().get(f"/offers/{offer.slug}/"))


def test_offer_page_costs_the_same_however_many_bought() -> None:
    offer = make_open_offer()
    counts = []
    for _turn in range(2):
        make_paid_application(offer, 2)
        with CaptureQueriesContext(connection) as queries:
            Client().get(f"/offers/{offer.slug}/")
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_me_costs_the_same_with_one_certificate_and_with_three() -> None:
    offer = make_open_offer()
    user = make_holder()
    counts = []
    for times in (1, 2):
        for _turn in range(times):
            make_paid_application(offer, 2, user=user)
            make_approved_batch(offer)
        engine.run()
        client = sign_in(user)
        with CaptureQueriesContext(connection) as queries:
            client.get("/me/")
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert Certificate.objects.count() == 3


def test_check_of_a_good_certificate_says_valid_and_no_name() -> None:
    offer = make_open_offer()
    user = make_holder(name="Margaret Oldcastle")
    make_paid_application(offer, 2, user=user)
    make_approved_batch(offer)
    engine.run()
    certificate = Certificate.objects.get()

    text = words(Client().get(f"/check/{certificate.check_code}/"))

    assert "Valid" in text
    assert certificate.serial in text
    assert "Oldcastle" not in text
    assert "2 shares" not in text


def test_check_of_a_cancelled_certificate_says_since_when() -> None:
    offer = make_open_offer()
    make_paid_application(offer, 2)
    make_approved_batch(offer)
    certificate = Certificate.objects.get()
    CertificateEnd.objects.create(
        certificate=certificate, kind="cancelled", ended_on=clock.today(), ended_at=clock.now(), reason="transferred"
    )

    text = words(Client().get(f"/check/{certificate.check_code}/"))

    assert "Cancelled" in text
    assert "Valid" not in text


def test_check_of_an_unknown_code_is_a_404_in_our_voice() -> None:
    make_open_offer()

    response = Client().get("/check/" + "A" * 22 + "/")

    assert response.status_code == 404
    assert "We have no paper with this code" in words(response)


@pytest.mark.parametrize("target", EVIL)
def test_language_switch_leads_to_our_own_pages_only(target: str) -> None:
    response = Client().post("/language/", {"language": "vi", "next": target})

    assert response.headers["Location"] == "/"
    assert response.cookies["django_language"].value == "vi"


def test_language_switch_to_an_unknown_language_keeps_the_old_one() -> None:
    response = Client().post("/language/", {"language": "xx", "next": "/check/"})

    assert "django_language" not in response.cookies


@pytest.mark.parametrize("path", ["/", "/check/", "/accounts/login/", "/demo/", "/nothing/"])
def test_every_page_has_the_strict_policy(path: str) -> None:
    make_open_offer()

    policy = Client().get(path, follow=True).headers["Content-Security-Policy"]

    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "form-action 'self';" in f"{policy};"


def test_pay_page_alone_names_the_payment_company(settings) -> None:
    application = make_payable_application(make_open_offer(), 2)

    policy = (
        sign_in(application.applicant_user).get(f"/buy/{application.public_id}/pay/").headers["Content-Security-Policy"]
    )

    assert f"form-action 'self' {settings.CHECKOUT_ORIGIN}" in policy


def test_personal_page_is_kept_by_no_cache() -> None:
    make_open_offer()

    assert sign_in(make_holder()).get("/me/").headers["Cache-Control"] == "no-store, private"


def test_home_without_an_offer_says_so() -> None:
    offer = make_open_offer()
    with atomic():
        close_offer(offer=offer, by=None, at=clock.now())

    assert Offer.objects.get().state == OfferState.CLOSED
    assert "No shares are on offer today." in words(Client().get("/"))


def test_offer_is_over_when_its_time_is_over() -> None:
    offer = make_open_offer(closes_at=clock.now() + timedelta(days=2))
    clock.move_forward(by=timedelta(days=3))

    assert "not open at the moment" in words(Client().get(f"/offers/{offer.slug}/"))
