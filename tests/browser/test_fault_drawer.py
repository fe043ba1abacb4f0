"""The drawer of faults in the browser: pulled out at /demo/, met on the way to the till, and read about afterwards."""

import re

import pytest
from playwright.sync_api import Page, expect

from core.tasks import sweep
from equity.models import Application
from payments.models import Payment
from tests.browser.axe import findings
from tests.browser.people import sign_in_holder, wait_in_the_demo
from tests.browser.shots import shoot
from tests.browser.test_buying import apply_up_to_the_wait, go_to_the_till, to_testpay, use_card

pytestmark = pytest.mark.browser


def pull(page: Page, code: str) -> None:
    """Pull a fault out of the drawer; its form is in the drawer, which is opened first."""
    page.goto("/demo/")
    drawer = page.locator("details.drawer")
    if drawer.get_attribute("open") is None:
        drawer.locator("summary").click()
    page.locator(f"#faults form:has(input[value={code}]) button").click()
    page.wait_for_url("**/demo/#faults")


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("vi", 320)])
def test_stranger_pulls_faults_out_and_reads_what_the_house_made_of_them(new_page, language: str, width: int) -> None:
    page = new_page(language, width)
    sign_in_holder(page, "customer@demo.example")
    apply_up_to_the_wait(page)
    wait_address = page.url
    wait_in_the_demo(hours=25)
    for code in ("decline_card", "duplicate_webhook"):
        pull(page, code)
    page.goto(wait_address)
    go_to_the_till(page)
    to_testpay(page)
    use_card(page, "good")
    shoot(page, "testpay-declined")
    expect(page.locator("main")).to_contain_text("£95.00" if language == "en" else "£95,00")
    till = page.url

    pull(page, "forge_webhook")
    payment = Payment.objects.latest("pk")
    assert payment.state == "created"
    page.goto(till)
    use_card(page, "good")
    page.wait_for_url(re.compile("^http://localhost:"))
    sweep()
    page.goto("/demo/")

    assert page.locator("#fault-log time").count() == 3
    assert findings(page) == []
    shoot(page, "drawer-of-faults")
    application = Application.objects.get(public_id=payment.reference)
    assert (Payment.objects.get(pk=payment.pk).state, application.state) == ("succeeded", "paid")
    if language == "en":
        log = page.locator("#fault-log").inner_text()
        assert "Another card paid. The money was booked once." in log
        assert "None of them was kept. The payer paid in earnest afterwards. The money was booked once." in log


def test_drawer_works_without_javascript_and_puts_back(new_page) -> None:
    page = new_page("en", 320, javascript=False)
    pull(page, "delay_webhook")

    expect(page.locator(".is-armed h3")).to_have_text("Hold back the next message about a card")
    page.locator(".is-armed button").click()

    expect(page.locator(".is-armed")).to_have_count(0)
