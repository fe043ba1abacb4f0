"""Every page of office, accounts and demo in a browser: axe finds nothing, nothing overflows a small phone."""

import pytest
from playwright.sync_api import Page

from core.tasks import sweep
from equity.models import AllotmentBatch, Application, Certificate, Member, Offer
from tests.browser.axe import findings
from tests.browser.people import sign_in_holder, sign_in_staff
from tests.browser.shots import shoot

pytestmark = pytest.mark.browser
NARROW = {"width": 320, "height": 800}
WIDE = {"width": 1280, "height": 900}
OVERFLOW = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def inspect(page: Page, path: str) -> list[str]:
    """Return what is wrong with the page at the address."""
    page.set_viewport_size(WIDE)
    response = page.goto(path)
    wrong = [f"{path}: {found}" for found in findings(page)]
    if response is None or response.status not in {200, 404}:
        wrong.append(f"{path}: status {response.status if response else 'none'}")
    shoot(page, path.strip("/").replace("/", "-")[:60] or "home")
    page.set_viewport_size(NARROW)
    if page.evaluate(OVERFLOW):
        wrong.append(f"{path}: wider than 320 px")
    return wrong


def office_paths() -> list[str]:
    offer = Offer.objects.get(state="open")
    batch = AllotmentBatch.objects.filter(state="approved").latest("pk")
    application = Application.objects.filter(state="allotted").latest("pk")
    member = Member.objects.latest("pk")
    return [
        "/office/",
        "/office/offers/",
        f"/office/offers/{offer.slug}/",
        "/office/offers/new/",
        "/office/applications/",
        f"/office/applications/{application.public_id}/",
        "/office/allotments/",
        f"/office/allotments/prepare/{offer.slug}/",
        f"/office/allotments/{batch.public_id}/",
        f"/office/allotments/{batch.public_id}/return/",
        "/office/register/",
        f"/office/register/{member.number}/",
        "/office/mail/",
        "/office/jobs/",
        "/office/payments/",
        "/office/trail/",
        "/office/books/",
    ]


@pytest.mark.parametrize("language", ["en", "vi"])
def test_office_pages_are_accessible_and_fit(new_page, language: str) -> None:
    sweep()
    page = new_page(language)
    sign_in_staff(page, "secretary@demo.example")

    wrong = [found for path in office_paths() for found in inspect(page, path)]

    assert wrong == []


@pytest.mark.parametrize("language", ["en", "vi"])
def test_public_and_personal_pages_are_accessible_and_fit(new_page, language: str) -> None:
    sweep()
    page = new_page(language)
    certificate = Certificate.objects.latest("pk")
    paths = ["/", "/risk/", "/check/", f"/check/{certificate.check_code}/", "/check/AAAAAAAAAAAAAAAAAAAAAA/",
             "/nothing/", "/demo/", "/demo/mail/", "/accounts/login/", "/accounts/staff/", "/accounts/signup/",
             "/accounts/password/reset/"]  # fmt: skip
    wrong = [found for path in paths for found in inspect(page, path)]
    sign_in_holder(page, "holder@demo.example")
    own = ["/me/", "/accounts/", "/accounts/sessions/", "/accounts/name/", "/accounts/logout/"]

    wrong += [found for path in own for found in inspect(page, path)]

    assert wrong == []


@pytest.mark.parametrize("language", ["en", "vi"])
def test_ranking_shows_its_amounts_on_the_smallest_phone(new_page, language: str) -> None:
    page = new_page(language, 320)
    page.goto("/")

    edges = page.locator("table.table-tight td.number").evaluate_all(
        "cells => cells.map(cell => { const words = document.createRange(); words.selectNodeContents(cell);"
        " return words.getBoundingClientRect().right; })"
    )

    assert len(edges) > 2
    assert max(edges) <= 320
