"""The third journey in the browser: from the carried vote to the checked statement, three people, in both languages."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from core import clock
from core.tasks import sweep
from dividends.models import Declaration, Entitlement, Statement, StatementFile
from dividends.queries.owed import begins_on
from payments.models import Payout, PayoutRun
from portal.queries.proofs import findings as books
from tests.browser.axe import findings
from tests.browser.people import BUTTON, press, sign_in_holder, sign_in_staff, wait_in_the_demo
from tests.browser.shots import shoot
from tests.factories.example_meeting import hold_example_meeting

pytestmark = pytest.mark.browser
HOLDER = "holder@demo.example"


def look(page: Page, name: str) -> None:
    """Take pictures when asked for, and hold the page to WCAG."""
    shoot(page, name)
    assert findings(page) == [], f"{name} at {page.url}"


def submit(page: Page) -> None:
    page.locator(BUTTON).last.click()
    page.wait_for_load_state()


def sweep_until(is_done: Callable[[], bool]) -> None:
    """Let the sweeps do the work of a job, chunk by chunk."""
    for _turn in range(30):
        sweep()
        if is_done():
            return
    raise AssertionError("thirty sweeps were not enough")


def go_to(moment: Any) -> None:
    wait_in_the_demo(seconds=(moment - clock.now()).total_seconds() + 1)


def propose(finance: Page) -> Declaration:
    """More than was recommended is refused and nothing typed is lost; then the dry run, then the proposal."""
    finance.goto("/office/dividends/")
    look(finance, "dividends")
    press(finance, "Propose the dividend")
    finance.locator("[name=minimum_minor]").fill("0.50")
    finance.locator("[name=rate_minor]").fill("17.550000000001")
    press(finance, "Try it out")
    expect(finance.locator(".error-summary")).to_contain_text("recommended")
    assert finance.locator("[name=rate_minor]").input_value() == "17.550000000001"
    look(finance, "dividend-above")
    finance.locator("[name=rate_minor]").fill("17.55")
    press(finance, "Try it out")
    expect(finance.locator("h1")).to_contain_text("Tried out")
    assert Declaration.objects.count() == 0
    look(finance, "dividend-dry-run")
    submit(finance)
    finance.wait_for_url("**/office/dividends/*/")
    look(finance, "dividend-proposed")
    return Declaration.objects.get()


def give_bank_details(holder: Page) -> None:
    """A wrong number comes back with a sentence; the right one is looked at once more and then used."""
    holder.goto("/me/bank/change/")
    holder.locator("[name=sort_code]").fill("20-00-0")
    holder.locator("[name=account_number]").fill("5577 4471")
    submit(holder)
    assert holder.locator("[name=account_number]").input_value() == "5577 4471"
    look(holder, "bank-error")
    holder.locator("[name=sort_code]").fill("20-00-00")
    submit(holder)
    submit(holder)
    holder.wait_for_url("**/me/bank/")
    expect(holder.locator("main")).to_contain_text("4471")


def fix_and_prepare(finance: Page, dividend: Declaration) -> PayoutRun:
    """Fix who is owed what, then draft the payment of all who can be paid."""
    finance.goto(f"/office/dividends/{dividend.public_id}/fix/")
    look(finance, "dividend-fix")
    submit(finance)
    finance.wait_for_url(f"**/office/dividends/{dividend.public_id}/")
    look(finance, "dividend-fixed")
    finance.goto(f"/office/dividends/{dividend.public_id}/pay/")
    look(finance, "dividend-pay")
    submit(finance)
    finance.wait_for_url("**/office/payouts/*/")
    look(finance, "payout-draft")
    return PayoutRun.objects.get()


def approve(director: Page, run: PayoutRun) -> None:
    director.goto(f"/office/payouts/{run.public_id}/approve/")
    look(director, "payout-approve")
    submit(director)
    director.wait_for_url(f"**/office/payouts/{run.public_id}/")
    run.refresh_from_db()
    assert (run.state, run.approved_by.email) == ("approved", "director@demo.example")


def pay(finance: Page, dividend: Declaration, run: PayoutRun) -> None:
    """Its day has come: the bank takes, pays and refuses, and the page tells."""
    go_to(begins_on(dividend.pay_on))
    sweep_until(lambda: not Payout.objects.filter(state__in=["ready", "sending", "sent"]).exists())
    finance.goto(f"/office/payouts/{run.public_id}/")
    look(finance, "payout-done")


def issue_statements(finance: Page, dividend: Declaration) -> None:
    finance.goto(f"/office/dividends/{dividend.public_id}/statements/")
    look(finance, "statements-issue")
    submit(finance)
    sweep_until(lambda: StatementFile.objects.count() == Statement.objects.count() > 0)
    finance.goto(f"/office/dividends/{dividend.public_id}/")
    look(finance, "dividend-done")


def read_statement(holder: Page) -> Statement:
    """The dividend, every step of the sum, the statement byte for byte, and its public check."""
    mine = Entitlement.objects.get(party__user__email=HOLDER)
    holder.goto("/me/dividends/")
    look(holder, "my-dividends")
    holder.goto(f"/me/dividends/{mine.public_id}/")
    look(holder, "my-dividend")
    statement = Statement.objects.get(entitlement=mine)
    answer = holder.request.get(f"/me/statements/{statement.public_id}.pdf")
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(answer.body())).pages)
    assert f"D-{statement.number:06d}" in text
    assert "Nguyễn Thị Ánh Tuyết" in text
    holder.goto(f"/check/{statement.check_code}/")
    expect(holder.locator("main")).to_contain_text(f"D-{statement.number:06d}")
    assert "Tuyết" not in holder.locator("main").inner_text()
    look(holder, "check-statement")
    return statement


def send_again(finance: Page, director: Page) -> None:
    """What did not arrive is sent again where somebody insists, and leaves when a director has approved it."""
    finance.goto("/office/payouts/returned/")
    look(finance, "payouts-back")
    insisting = finance.locator("details:has(form)").first  # the bank refused the account
    insisting.locator("summary").click()
    insisting.locator("label").click()
    insisting.get_by_role("button", name="Send again").click()
    finance.wait_for_url("**/office/payouts/*/")
    approve(director, PayoutRun.objects.latest("pk"))


def test_three_people_live_a_dividend(new_page: Callable[..., Page], house: str, settings: Any) -> None:
    settings.SANDBOX_SETTLE_SECONDS = 0
    hold_example_meeting()
    finance, director, holder = new_page(), new_page(), new_page(language="vi", width=390)
    sign_in_staff(finance, "finance@demo.example")

    dividend = propose(finance)
    sign_in_holder(holder, HOLDER)
    holder.goto("/me/")
    give_bank_details(holder)
    go_to(dividend.record_at)
    run = fix_and_prepare(finance, dividend)
    sign_in_staff(director, "director@demo.example")
    approve(director, run)
    pay(finance, dividend, run)
    issue_statements(finance, dividend)
    statement = read_statement(holder)
    send_again(finance, director)

    assert (statement.way, statement.ending, statement.paid_minor) == ("bank", "4471", 70)
    assert Payout.objects.get(party__user__email=HOLDER).state == "settled"
    assert list(books()) == []
