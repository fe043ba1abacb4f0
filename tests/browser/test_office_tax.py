"""Rules of withholding and holders' documents in a browser: entered, looked at, refused; axe finds nothing."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page

from core import clock
from dividends.models import TaxDocument, WithholdingRule
from tests.browser.axe import findings
from tests.browser.shots import shoot
from tests.browser.test_office_dividends import page_of, site  # noqa: F401  fixtures
from tests.browser.test_pages import NARROW, OVERFLOW, WIDE, inspect
from tests.factories.dividends import make_rule
from tests.factories.equity import make_company
from tests.factories.people import make_staff
from tests.factories.tax import PDF, make_member_of, make_tax_document

pytestmark = pytest.mark.browser


def wrong_here(page: Page, name: str) -> list[str]:
    """Return what is wrong with the page as it stands, after a form was sent."""
    wrong = findings(page)
    shoot(page, name)
    page.set_viewport_size(NARROW)
    if page.evaluate(OVERFLOW):
        wrong.append(f"{name}: wider than 320 px")
    page.set_viewport_size(WIDE)
    return wrong


def enter_rule(page: Page) -> None:
    page.select_option("#id_holder_country", "US")
    page.get_by_text("persons", exact=True).click()
    page.fill("#id_rate_ppm", "15")
    page.get_by_text("by treaty, with a document").click()
    page.fill("#id_valid_from", "2016-04-06")
    page.fill("#id_source", "Convention of 24 July 2001, Article 10(2)(b)")
    page.get_by_role("button", name="Enter the rule").click()


def test_finance_enters_a_rule_and_the_document_it_asks_for(page_of, tmp_path: Path) -> None:  # noqa: F811
    make_company()
    make_rule(rate_ppm=300_000)
    agnes = make_member_of("Agnes Hollis")
    page = page_of(make_staff("finance"))
    found = inspect(page, "/office/tax/documents/new/")  # no rule asks for a document yet
    found += inspect(page, "/office/tax/rules/new/")
    enter_rule(page)
    page.get_by_role("heading", name="There is a problem").wait_for()
    found += wrong_here(page, "office-tax-rules-new-refused")
    page.fill("#id_evidence", "W-8BEN")
    page.get_by_role("button", name="Enter the rule").click()
    page.get_by_text("The rule is entered.").wait_for()
    found += inspect(page, "/office/tax/")

    page.goto("/office/tax/documents/")
    page.get_by_role("link", name="Enter a document").click()
    page.get_by_label("Name, member number or reference").fill("agnes")
    page.get_by_role("button", name="Search").click()
    found += wrong_here(page, "office-tax-documents-find")
    page.get_by_role("link", name="Agnes Hollis").click()
    form = tmp_path / "w-8ben.pdf"
    form.write_bytes(PDF)
    page.set_input_files("#id_file", form)
    page.fill("#id_valid_from", clock.today().isoformat())
    page.get_by_role("button", name="Enter the document").click()
    page.get_by_text("Choose the file again").wait_for()
    found += wrong_here(page, "office-tax-documents-new-refused")
    page.fill("#id_valid_until", (clock.today() + timedelta(days=20)).isoformat())
    page.set_input_files("#id_file", form)
    page.get_by_role("button", name="Enter the document").click()
    page.get_by_role("heading", name="W-8BEN of Agnes Hollis").wait_for()
    found += wrong_here(page, "office-tax-document")

    document = TaxDocument.objects.get(party=agnes)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the document").click()
    assert Path(download.value.path()).read_bytes() == PDF
    assert (document.kind, document.document_name) == ("W-8BEN", "w-8ben.pdf")
    assert found == []


def test_what_runs_out_is_told_found_and_refused(page_of) -> None:  # noqa: F811
    make_company()
    make_rule(rate_ppm=300_000)
    rule = make_rule(holder_country="US", evidence="W-8BEN", rate_ppm=150_000)
    names = ("Agnes Hollis", "Ben Hollis", "Cid Hollis")
    documents = [
        make_tax_document(make_member_of(name), days=days) for name, days in zip(names, (20, 400, -3), strict=True)
    ]
    page = page_of(make_staff("finance"))
    found = inspect(page, "/office/")
    page.get_by_role("link", name="W-8BEN of Agnes Hollis runs out").click()
    page.get_by_role("link", name="Agnes Hollis").click()
    page.get_by_role("link", name="Refuse this document").click()
    found += wrong_here(page, "office-tax-document-refuse")
    page.get_by_role("button", name="Refuse it for good").click()
    page.get_by_text("The document is refused.").wait_for()
    found += wrong_here(page, "office-tax-document-refused")

    found += inspect(page, "/office/tax/documents/")
    found += inspect(page, f"/office/tax/rules/{rule.pk}/end/")
    page.fill("#id_last_day", "2030-04-05")
    page.get_by_role("button", name="End this rule for good").click()
    page.get_by_text("The end is entered.").wait_for()

    documents[0].refresh_from_db()
    assert documents[0].refused_at is not None
    assert WithholdingRule.objects.filter(valid_to="2030-04-06").count() == 1
    assert found == []
