"""The first journey in the browser: from sign-up to the certificate, in both languages, on a phone and on a desk."""

import re
from io import BytesIO, StringIO

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from core.models import OutgoingMail
from core.storage import read_bytes
from core.tasks import sweep
from equity.models import AllotmentBatch, Application, Certificate, CertificateFile, Offer
from equity.queries.profiles import questions_of
from tests.browser.axe import findings
from tests.browser.people import BUTTON, press, sign_in_holder, sign_in_staff, wait_in_the_demo
from tests.browser.shots import shoot

pytestmark = pytest.mark.browser


def look(page: Page, name: str) -> None:
    """Take pictures when asked for, and hold the page to WCAG."""
    shoot(page, name)
    if page.is_scripted:  # axe needs what it measures here
        assert findings(page) == [], f"{name} at {page.url}"


def go_on(page: Page) -> None:
    """Press the step's own button, the last of its forms."""
    page.locator(BUTTON).last.click()


def offer_page(page: Page) -> None:
    page.goto("/")
    expect(page.locator(".poster-warning")).to_be_visible()
    expect(page.locator("#paid-first")).to_be_visible()
    assert page.locator("svg.stack").count() == 1
    look(page, "offer")
    page.locator(".risk-banner a").click()
    look(page, "risk")
    page.go_back()


def apply_up_to_the_wait(page: Page) -> None:
    offer = Offer.objects.get(state="open")
    page.goto(f"/offers/{offer.slug}/apply/")
    look(page, "warning")
    go_on(page)
    fill_details(page)
    look(page, "holder")
    page.locator("input[name=holder_kind][value=self]").check(force=True)
    go_on(page)
    look(page, "statement")
    page.locator("input[name=category][value=restricted]").check(force=True)
    go_on(page)
    go_on(page)
    look(page, "statement-error")
    page.locator("input[name=limbs]").first.check(force=True)
    page.locator("input[name=confirm]").check(force=True)
    go_on(page)
    answer_questions(page, offer)
    choose_shares(page)


def fill_details(page: Page) -> None:
    page.locator("input[name=forename]").fill("Siobhán")
    page.locator("input[name=surname]").fill("O’Brien")
    page.locator("input[name=address]").fill("3 Lock Lane")
    page.locator("input[name=city]").fill("Leeds")
    page.locator("input[name=postcode]").fill("LS1 4AP")
    page.locator("select[name=country]").select_option("GB")
    page.locator("input[name=date_of_birth]").fill("2015-01-01")
    go_on(page)
    expect(page.locator(".error-summary, [role=alert]").first).to_be_visible()
    assert page.locator("input[name=address]").input_value() == "3 Lock Lane"
    look(page, "details-error")
    page.locator("input[name=date_of_birth]").fill("1984-02-29")
    look(page, "details")
    go_on(page)


def answer_questions(page: Page, offer: Offer) -> None:
    questions = questions_of(offer.profile)
    for question in questions:
        page.locator(f"input[name='{question.version}'][value='{question.options[1]['code']}']").check(force=True)
    go_on(page)
    look(page, "questions-wrong")
    for question in questions:
        page.locator(f"input[name='{question.version}'][value='{question.options[0]['code']}']").check(force=True)
    look(page, "questions")
    go_on(page)


def choose_shares(page: Page) -> None:
    for wrong in ("3", "0", "-2", "1000000000000", "two"):
        page.locator("input[name=shares]").fill(wrong)
        go_on(page)
        assert page.locator("input[name=shares]").input_value() == wrong
    look(page, "shares-error")
    page.locator("input[name=shares]").fill("4")
    look(page, "shares")
    go_on(page)
    page.wait_for_url(re.compile("/wait/"))
    look(page, "wait")


def go_to_the_till(page: Page) -> None:
    page.goto(page.url)
    look(page, "wait-over")
    press_last_primary(page)
    page.wait_for_url(re.compile("/check/"))
    look(page, "check-answers")
    for box in page.locator("main input[type=checkbox]").all():
        box.check(force=True)
    go_on(page)
    page.wait_for_url(re.compile("/pay/"))
    look(page, "pay")


def press_last_primary(page: Page) -> None:
    if "/wait/" in page.url:
        go_on(page)


def to_testpay(page: Page) -> None:
    page.locator("main form:has(button[type=submit])").first.locator("button[type=submit]").click()
    page.wait_for_url(re.compile(r"^http://127\.0\.0\.1:"))


def use_card(page: Page, card: str) -> None:
    page.locator(f"input[name=card][value={card}]").check(force=True)
    page.locator("button[type=submit]").click()


def pay_after_a_decline(page: Page) -> None:
    to_testpay(page)
    shoot(page, "testpay")
    use_card(page, "no_funds")
    expect(page.locator("[role=alert]")).to_be_visible()
    use_card(page, "good")
    page.wait_for_url(re.compile(r"^http://localhost:.*/paid/"))
    look(page, "paid")


def allot(new_page) -> None:
    secretary = new_page()
    sign_in_staff(secretary, "secretary@demo.example")
    look(secretary, "office")
    offer = Offer.objects.get(state="open")
    secretary.goto("/office/allotments/")
    look(secretary, "office-allotments")
    secretary.goto(f"/office/allotments/prepare/{offer.slug}/")
    secretary.locator("input[name=minute_reference]").fill("BM 2026/11, item 4")
    look(secretary, "office-allot")
    go_on(secretary)
    batch = AllotmentBatch.objects.get(state="draft")
    director = new_page()
    sign_in_staff(director, "director@demo.example")
    director.goto(f"/office/allotments/{batch.public_id}/decide/")
    look(director, "office-batch")
    director.locator("#form button[type=submit]").click()
    director.wait_for_url(re.compile(f"{batch.public_id}/$"))
    batch.refresh_from_db()
    assert batch.state == "approved"
    look(director, "office-batch-approved")


def certificate_in_the_portal(page: Page) -> None:
    sweep()
    page.goto("/me/")
    look(page, "me-holder")
    certificate = Certificate.objects.get(lot__entry__application=own())
    data = page.request.get(f"/me/certificates/{certificate.public_id}.pdf").body()
    text = "".join(sheet.extract_text() for sheet in PdfReader(_stream(data)).pages)
    assert "O’Brien" in text
    assert data == read_bytes(CertificateFile.objects.get(certificate=certificate).sha256)
    page.goto("/check/")
    page.locator("main input[name=code]").fill(certificate.check_code)
    go_on(page)
    expect(page.locator("h1.verdict-valid")).to_be_visible()
    assert "O’Brien" not in page.content().split("<main")[1]
    look(page, "check-valid")
    page.goto(f"/buy/{own().public_id}/status/")
    look(page, "tracker")


def _stream(data: bytes):
    return BytesIO(data)


def own() -> Application:
    return Application.objects.filter(applicant_user__email="customer@demo.example").latest("started_at")


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("vi", 390)])
def test_customer_buys_shares_and_gets_a_certificate(new_page, language: str, width: int) -> None:
    page = new_page(language, width)
    offer_page(page)
    sign_in_holder(page, "customer@demo.example")
    look(page, "me-empty")
    apply_up_to_the_wait(page)

    wait_in_the_demo(hours=25)
    assert OutgoingMail.objects.filter(to="customer@demo.example", kind="thinking_time_over").count() == 1
    go_to_the_till(page)
    pay_after_a_decline(page)
    allot(new_page)
    certificate_in_the_portal(page)

    sent = OutgoingMail.objects.filter(to="customer@demo.example").values_list("kind", flat=True)
    assert {"thinking_time_over", "paid", "allotted", "certificate"} <= set(sent)
    out = StringIO()
    call_command("prove", "--quiet", stdout=out)
    assert out.getvalue() == "The books hold together.\n"


def test_customer_takes_the_money_back(new_page) -> None:
    page = new_page()
    sign_in_holder(page, "customer@demo.example")
    apply_up_to_the_wait(page)
    wait_in_the_demo(hours=25)
    go_to_the_till(page)
    pay_after_a_decline(page)

    page.goto(f"/buy/{own().public_id}/withdraw/")
    look(page, "withdraw")
    go_on(page)
    for _turn in range(5):
        sweep()
    page.goto(f"/buy/{own().public_id}/status/")

    assert own().state == "refunded"
    look(page, "tracker-refunded")
    call_command("prove", "--quiet", stdout=StringIO())


def test_application_is_resumed_on_another_device(new_page) -> None:
    page = new_page()
    sign_in_holder(page, "customer@demo.example")
    page.goto(f"/offers/{Offer.objects.get(state='open').slug}/apply/")
    go_on(page)
    fill_details(page)

    phone = new_page(width=390)
    sign_in_holder(phone, "customer@demo.example")
    press(phone, "Go on")

    expect(phone).to_have_url(re.compile("/holder/"))


def test_customer_buys_without_javascript(new_page) -> None:
    page = new_page(javascript=False)
    sign_in_holder(page, "customer@demo.example")
    apply_up_to_the_wait(page)
    wait_in_the_demo(hours=25)
    go_to_the_till(page)
    to_testpay(page)
    use_card(page, "slow")
    page.wait_for_url(re.compile("/returned/"))
    expect(page.get_by_role("link", name="Look again")).to_be_visible()

    wait_in_the_demo(seconds=30)
    page.get_by_role("link", name="Look again").click()

    expect(page).to_have_url(re.compile("/paid/"))
    assert own().state == "paid"


def test_steps_are_walked_by_keyboard_alone(new_page) -> None:
    page = new_page()
    sign_in_holder(page, "customer@demo.example")
    page.goto(f"/offers/{Offer.objects.get(state='open').slug}/apply/")
    tab_to(page, "main form:not([action]) button")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/details/"))
    for name, value in {"forename": "Siobhán", "surname": "O’Brien", "address": "3 Lock Lane", "city": "Leeds"}.items():
        tab_to(page, f"input[name={name}]")
        page.keyboard.press("Control+A")
        page.keyboard.insert_text(value)
    tab_to(page, "input[name=date_of_birth]")
    page.keyboard.insert_text("1984-02-29")
    tab_to(page, "main form button[type=submit]")
    page.keyboard.press("Enter")

    page.wait_for_url(re.compile("/holder/"))
    tab_to(page, "input[name=holder_kind]")
    page.keyboard.press("Space")
    tab_to(page, "main form button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/statement/"))


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there, as somebody without a mouse does; give up after 80."""
    for _turn in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached by keyboard on {page.url}")
