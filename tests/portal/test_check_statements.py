"""The public check of a dividend statement: its figures and fingerprints, and nothing about who or where."""

import hashlib
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.jobs import engine
from core.storage import read_bytes
from dividends.models import Statement
from dividends.queries.statements import whole_statements
from equity.models import Certificate
from portal.queries.papers import FINDERS, find_paper
from tests.factories.equity import make_approved_batch, make_open_offer, make_paid_application
from tests.factories.statements import make_statements, make_ways
from tests.portal.test_public_pages import words

pytestmark = pytest.mark.django_db


def page_of(statement: Statement, **cookies: str) -> Any:
    client = Client()
    client.cookies.load(cookies)
    return client.get(f"/check/{statement.check_code}/")


def in_groups(sha256: str) -> str:
    return " ".join(sha256[start : start + 8] for start in range(0, 64, 8))


def test_code_of_a_statement_shows_its_figures_and_both_fingerprints() -> None:
    statement = make_statements(holdings=(2000,))[0]
    engine.run()

    text = words(page_of(statement))

    day = f"{statement.issued_on.day} {statement.issued_on:%B %Y}"
    data = read_bytes(whole_statements().get().file.sha256)
    said = [
        "Genuine statement",
        f"We issued dividend statement {statement} on {day}, with these figures.",
        "Final dividend 2025",
        "Shares, B ordinary", "2,000",
        "Gross dividend", "Net dividend", "£50.00",
        "Tax kept back", "£0.00",
        in_groups(statement.facts_sha256),
        in_groups(hashlib.sha256(data).hexdigest()),
        f"sha256sum {statement}.pdf",
        f"shasum -a 256 {statement}.pdf",
        f"certutil -hashfile {statement}.pdf SHA256",
    ]  # fmt: skip
    assert [sentence for sentence in said if sentence not in " ".join(text.split())] == []


def test_page_tells_nothing_about_the_holder_or_where_the_money_goes() -> None:
    made = make_ways()

    pages = {way: page_of(row).content.decode() for way, row in made.items()}

    private = ["Member A", "Lock Lane, Wakefield, WF1 1AA</dd>", "4471", "DIVIDEND", "jar", "bank details", "waits"]
    assert {word: way for way, page in pages.items() for word in private if word in page.split("<main")[1]} == {}


def test_page_in_vietnamese_groups_and_dates_in_vietnamese() -> None:
    statement = make_statements(holdings=(2000,))[0]

    text = words(page_of(statement, django_language="vi"))

    assert "2.000" in text
    assert "£50,00" in text
    assert f"{statement.issued_on.day} tháng {statement.issued_on.month} năm {statement.issued_on.year}" in text
    assert "Cổ tức cuối năm 2025" in text


def test_statement_whose_file_is_not_made_yet_is_genuine_without_a_fingerprint_of_the_file() -> None:
    statement = make_statements(holdings=(200,))[0]

    text = words(page_of(statement))

    assert "Genuine statement" in text
    assert "sha256sum" not in text


def test_unknown_code_is_a_404_in_our_voice() -> None:
    make_statements(holdings=(200,))

    response = Client().get("/check/" + "A" * 22 + "/")

    assert response.status_code == 404
    assert "We have no paper with this code" in words(response)


def test_code_typed_in_groups_is_led_to_the_statement() -> None:
    code = make_statements(holdings=(200,))[0].check_code

    response = Client().get("/check/", {"code": f" {code[:4]} {code[4:8]} {code[8:]} "}, follow=True)

    assert response.redirect_chain == [(f"/check/{code}/", 302)]
    assert "Genuine statement" in words(response)


def test_page_only_reads_and_asks_for_the_statement_once() -> None:
    one = make_statements(holdings=(200, 300, 400))[0]
    page_of(one)

    with CaptureQueriesContext(connection) as asked:
        page_of(one)
    queries = [query["sql"] for query in asked]

    assert [sql for sql in queries if not sql.startswith("SELECT")] == []
    assert sum('"dividends_statement"' in sql for sql in queries) == 1
    assert Client().post(f"/check/{one.check_code}/").status_code == 405


def test_each_paper_is_found_by_one_finder_only() -> None:
    statement = make_statements(holdings=(200,))[0]
    offer = make_open_offer()
    make_paid_application(offer, 2)
    make_approved_batch(offer)
    codes = {"portal/check_result.html": Certificate.objects.get().check_code}
    codes["portal/check_statement.html"] = statement.check_code

    found = {template: [finder(code) for finder in FINDERS] for template, code in codes.items()}

    assert {template: [one.template for one in papers if one] for template, papers in found.items()} == {
        template: [template] for template in codes
    }
    assert [find_paper(code) for code in ("", "x", "A" * 22, "A" * 23, f"{statement.check_code}\n")] == [None] * 5
