"""A creator's share from the winning idea to the money, as finance, director and creator see it."""

from datetime import timedelta
from fractions import Fraction

import pytest
from playwright.sync_api import Page

from accounts.models import User
from core import clock
from core.jobs.engine import run
from dividends.models import RoyaltyAgreement, RoyaltyRound, RoyaltyStatement, SalesReport
from portal.queries.proofs import findings
from tests.browser.people import sign_in_holder, sign_in_staff
from tests.browser.shots import shoot
from tests.browser.test_pages import inspect
from tests.factories.banking import make_mandate
from tests.factories.beers import make_person
from tests.factories.payouts import drive
from tests.factories.royalties import make_adopted, make_agreement, make_beer, make_round, make_rules, make_sales

pytestmark = pytest.mark.browser
FINANCE, DIRECTOR, CREATOR = "finance@demo.example", "director@demo.example", "customer@demo.example"


def creator() -> User:
    """Return the demo's customer, who holds no share: a creator need not."""
    return User.objects.get(email=CREATOR)


def agree(finance: Page, director: Page) -> None:
    """Finance makes the agreement for the idea that won, the director approves it."""
    finance.goto("/office/royalties/")
    finance.get_by_role("link", name="Make an agreement").click()
    finance.fill("#id_sku", "TOW-330")
    finance.fill("#id_valid_from", "2025-01-01")
    finance.fill("#id_reference", "Contract of 2 January 2025")
    shoot(finance, "royalty-agreement-new")
    finance.get_by_role("button", name="Keep it for a director").click()
    director.goto(f"/office/royalties/agreements/{RoyaltyAgreement.objects.get().public_id}/decide/")
    shoot(director, "royalty-agreement-decide")
    director.get_by_role("button", name="Approve the agreement").click()
    director.get_by_text("In force, approved by").wait_for()


def sell(finance: Page, director: Page) -> None:
    """Finance enters a quarter's sales after seeing what they earn, the director approves the sums."""
    finance.goto("/office/royalties/sales/new/")
    typed = {"first_day": "2025-01-01", "last_day": "2025-03-31", "units": "4,100", "units_returned": "24"}
    amounts = {"gross": "18,450.00", "returns": "108.00", "discounts": "922.50", "tax": "3043.33"}
    for name, text in {**typed, **amounts}.items():
        finance.fill(f"#id_{name}", text)
    shoot(finance, "royalty-sales-new")
    finance.get_by_role("button", name="See what it earns").click()
    finance.get_by_text("£143.76").first.wait_for()
    shoot(finance, "royalty-sales-check")
    finance.get_by_role("button", name="Enter net sales of £14,376.17").click()
    finance.get_by_text("Entered. Somebody else has to approve it.").wait_for()
    director.goto(f"/office/royalties/sales/{SalesReport.objects.get().public_id}/decide/")
    shoot(director, "royalty-report-decide")
    director.get_by_role("button", name="Approve net sales of £14,376.17").click()
    director.get_by_text("It never changes.").wait_for()


def state_and_pay(finance: Page, director: Page) -> None:
    """Finance issues the statement and prepares the payment, the director approves it, the bank pays."""
    finance.goto("/office/royalties/statements/issue/")
    finance.fill("#id_pay_on", str(clock.today()))
    shoot(finance, "royalty-round-new")
    finance.get_by_role("button", name="Issue 1 statement").click()
    finance.get_by_role("link", name="Prepare the payments").click()
    finance.get_by_role("button", name="Prepare payments of £143.76").click()
    finance.wait_for_url("**/office/payouts/*/")
    director.goto(f"{finance.url}approve/")
    director.get_by_role("button", name="Approve").click()
    director.get_by_text("The payments are approved.").wait_for()
    drive()


def test_share_is_agreed_sold_approved_stated_and_paid(new_page, settings) -> None:
    settings.SANDBOX_SETTLE_SECONDS = 0
    make_rules()
    make_mandate(creator().party)
    make_adopted("recipe", "Towpath Amber", author=creator().party, ebc=22)
    finance, director, holder = new_page(), new_page(), new_page()
    sign_in_staff(finance, FINANCE)
    sign_in_staff(director, DIRECTOR)

    agree(finance, director)
    sell(finance, director)
    state_and_pay(finance, director)
    sign_in_holder(holder, CREATOR)
    holder.get_by_role("link", name="Towpath Amber").click()
    holder.locator(".dividends-stand", has_text="£143.76. Paid").wait_for()
    holder.goto("/creators/")

    assert holder.locator(".wall-paid .number").inner_text() == "£143.76"
    assert list(findings()) == []


def test_pages_are_accessible_and_fit(new_page) -> None:
    issue, reports, agreement = world()
    finance, director, holder, stranger = (new_page() for _one in range(4))
    sign_in_staff(finance, FINANCE)
    sign_in_staff(director, DIRECTOR)
    sign_in_holder(holder, CREATOR)
    mine = RoyaltyStatement.objects.filter(party=creator().party).latest("number")
    office, place = "/office/royalties", f"{agreement.public_id}/{mine.party.public_id}"

    wrong = inspect(finance, f"{office}/")
    wrong += inspect(finance, f"{office}/agreements/{agreement.public_id}/")
    wrong += inspect(finance, f"{office}/sales/")
    wrong += inspect(finance, f"{office}/sales/{reports[0].public_id}/")
    wrong += inspect(finance, f"{office}/sales/upload/")
    wrong += inspect(finance, f"{office}/statements/")
    wrong += inspect(finance, f"{office}/statements/{issue.public_id}/")
    wrong += inspect(finance, f"{office}/statements/{issue.public_id}/pay/")
    wrong += inspect(finance, f"{office}/sales/new/")
    wrong += inspect(finance, f"{office}/statements/issue/")
    wrong += inspect(director, f"{office}/sales/{reports[-1].public_id}/decide/")
    wrong += inspect(holder, "/me/royalties/")
    wrong += inspect(holder, f"/me/royalties/{place}/")
    wrong += inspect(holder, f"/me/royalties/statements/{mine.public_id}/")
    wrong += inspect(stranger, "/creators/")

    assert wrong == []


def test_file_with_mistakes_names_them_and_good_file_is_entered(new_page, tmp_path) -> None:
    beer = make_agreement(beer=make_beer("Mossy Gate")).beer
    page = new_page()
    sign_in_staff(page, FINANCE)
    head = "beer,kind,first_day,last_day,units,units_returned,gross,returns,discounts,tax,note"
    bad, good = tmp_path / "bad.csv", tmp_path / "good.csv"
    bad.write_text(
        f"{head}\nMosy Gate,,2025-01-01,2025-03-31,410,,1845.00,,,,\n{beer.sku},,2025-01-01,2025-03-32,x,,1,,,,\n"
    )
    good.write_text(f"{head}\n{beer.sku},,2025-01-01,2025-03-31,410,,1845.00,,,,\n")

    page.goto("/office/royalties/sales/upload/")
    page.set_input_files("#id_file", bad)
    page.get_by_role("button", name="Read the file").click()
    page.get_by_role("heading", name="There are 3 problems. Nothing was entered.").wait_for()
    shoot(page, "royalty-upload-errors")
    page.set_input_files("#id_file", good)
    page.get_by_role("button", name="Read the file").click()
    page.get_by_role("heading", name="Check the file").wait_for()
    shoot(page, "royalty-upload-check")
    page.get_by_role("button", name="Enter 1 row").click()
    page.get_by_text("1 row is entered.").wait_for()

    assert SalesReport.objects.get().net_minor == 184_500


def world() -> tuple[RoyaltyRound, list[SalesReport], RoyaltyAgreement]:
    """Three beers of three colours, one with two creators; two rounds, something that waits everywhere."""
    who = creator()
    half = Fraction(1, 2)
    friend = make_person("Siobhán O’Brien")
    make_mandate(who.party)
    amber = make_adopted("recipe", "Towpath Amber", author=who.party, ebc=22)
    beer = make_beer("Towpath Amber", recipe=amber.proposal.recipe)
    agreement = make_agreement(adoption=amber, beer=beer, creators=[(who.party, half), (friend, half)])
    make_agreement(adoption=make_adopted("name", "Mossy Gate", author=friend), beer=beer)
    stout = make_adopted("recipe", "Weir Stout", author=who.party, ebc=80, style="Dry stout")
    black = make_agreement(adoption=stout, beer=make_beer("Weir Stout", recipe=stout.proposal.recipe))
    pale = make_adopted("recipe", "Basin Pale", ebc=7, style="Pale ale")
    make_agreement(adoption=pale, beer=make_beer("Basin Pale", recipe=pale.proposal.recipe), approved=False)
    make_adopted("name", "Heron’s Wait")
    reports = [
        make_sales(beer, units=4100, units_returned=24, gross_minor=1_845_000, returns_minor=10_800, tax_minor=300_000),
        make_sales(black.beer, units=90, gross_minor=4_000),
    ]
    issue = make_round(pay_on=clock.today() + timedelta(days=14))
    run()
    reports.append(make_sales(beer, kind="returns", net_minor=-30_000, units_returned=66, note="A pallet was warm"))
    make_round(period_to=clock.today() + timedelta(days=2))
    run()
    reports.append(make_sales(beer, kind="correction", net_minor=5_000, note="One invoice was missing", approved=False))
    return issue, reports, agreement
