"""Bank details in a browser: given, changed, and stopped from another browser by the link in the mail."""

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from core.models import OutgoingMail
from payments.queries.mandates import mandate_of
from tests.browser.axe import findings
from tests.browser.people import BUTTON, person, sign_in_holder
from tests.browser.shots import shoot
from tests.payments.bank_stories import latest_token

pytestmark = pytest.mark.browser
HOLDER = "holder@demo.example"
OVERFLOW = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
NUMBERS = re.compile(r"31926819|0532 ?0130")


def look(page: Page, name: str) -> None:
    """Stop at a page: axe finds nothing, nothing overflows a small phone. Without scripts axe cannot run."""
    if not page.is_scripted:  # type: ignore[attr-defined]
        return
    assert findings(page) == [], name
    shoot(page, f"bank-{name}")
    before = page.viewport_size or {"width": 1280, "height": 900}
    page.set_viewport_size({"width": 320, "height": 800})
    assert not page.evaluate(OVERFLOW), f"{name} is wider than 320 px"
    page.set_viewport_size(before)


def type_details(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        page.locator(f"input[name={name}]").fill(value)
    page.locator(BUTTON).last.click()


def go_to_change(page: Page) -> None:
    """Follow the button; when asked, show that it is us by a mailed code."""
    page.locator("main a.button").click()
    if "/confirm/" in page.url:
        page.locator(BUTTON).first.click()
        page.locator("main input[name=code]").fill(person(HOLDER).latest_email_code())
        page.locator(BUTTON).first.click()
    page.wait_for_url("**/me/bank/change/**")


def kept_ending() -> str:
    mandate = mandate_of(User.objects.get(email=HOLDER).party_id)
    return mandate.ending if mandate else ""


def give_first(page: Page) -> None:
    """A slip is said in words and what was typed stays; then each digit is checked."""
    page.goto("/me/bank/")
    look(page, "none")
    go_to_change(page)
    type_details(page, sort_code="60 16 1", account_number="31926819", holder_name="Agnes Whitlock")
    assert page.locator("input[name=account_number]").input_value() == "31926819"
    look(page, "slip")
    type_details(page, sort_code="60 16 13")
    page.wait_for_url("**/check/**")
    assert "60-16-13" in page.locator("main").inner_text()
    look(page, "check")
    page.locator(BUTTON).last.click()
    page.wait_for_url("**/me/bank/")
    look(page, "given")


def change_to_iban(page: Page) -> None:
    go_to_change(page)
    page.locator("label[for=id_scheme_1]").click()
    expect(page.locator("input[name=sort_code]")).to_be_hidden()
    look(page, "iban")
    type_details(page, iban="de89 3704 0044 0532 0130 00", holder_name="Agnes Whitlock")
    page.wait_for_url("**/check/**")
    page.locator(BUTTON).last.click()
    page.wait_for_url("**/me/bank/")
    page.locator("summary").click()
    assert not NUMBERS.search(page.content())
    look(page, "waits")


def stop_by_mail(page: Page) -> None:
    page.goto(f"/bank/stop/{latest_token()}/")
    assert kept_ending() == "3000"
    look(page, "stop")
    page.locator(BUTTON).click()
    page.locator(".verdict").wait_for()
    look(page, "stopped")


@pytest.mark.parametrize(("language", "javascript"), [("en", True), ("vi", True), ("en", False)])
def test_details_are_given_changed_and_stopped_from_another_browser(new_page, language: str, javascript: bool) -> None:
    page, other = (new_page(language, javascript=javascript) for _browser in range(2))
    sign_in_holder(page, HOLDER)

    give_first(page)
    first = kept_ending()
    change_to_iban(page)
    second = kept_ending()
    stop_by_mail(other)

    assert (first, second, kept_ending()) == ("6819", "3000", "6819")
    assert OutgoingMail.objects.filter(kind="bank.bank_stopped").exists()
    page.goto("/me/bank/")
    assert "/accounts/login/" in page.url
    other.goto("/bank/stop/nothing/")
    look(other, "unknown")
