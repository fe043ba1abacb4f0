"""Tax kept back in Vietnamese: no page of its rules and documents, and no refusal, holds a word of English."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core import clock
from tests.consistency.test_vietnamese_dividends import Walk
from tests.factories.dividends import make_rule
from tests.factories.equity import make_company
from tests.factories.tax import PDF, make_member_of, make_tax_document, refuse

pytestmark = pytest.mark.django_db
RULE = {
    "income": "dividend",
    "holder_country": "US",
    "holder_kind": "person",
    "rate_ppm": "15",
    "basis": "treaty",
    "evidence": "W-8BEN",
    "valid_from": "2016-04-07",
    "source": "invented for tests",
}


@pytest.fixture
def walk(settings: Any, tmp_path: Any) -> Walk:
    settings.FILES_ROOT = tmp_path / "files"
    make_company()
    return Walk()


def url(page: str, *args: Any) -> str:
    return reverse(f"office:{page}", args=args)


def test_no_page_or_refusal_of_a_rule_is_left_in_english(walk: Walk) -> None:
    rule = make_rule(rate_ppm=300_000)
    walk.see("finance", url("tax"), url("tax_rule_new"), url("tax_document_find"))
    for changed in ({"rate_ppm": "101"}, {"evidence": ""}, {"source": ""}, {"last_day": "2016-04-06"}):
        walk.refuse("finance", url("tax_rule_new"), **(RULE | changed))
    clash = {"basis": "statutory", "evidence": "", "holder_country": "any", "holder_kind": "any"}
    walk.refuse("finance", url("tax_rule_new"), **(RULE | clash))
    walk.refuse("finance", url("tax_rule_end", rule.pk), last_day="2016-04-05")
    walk.refuse("finance", url("tax_rule_end", rule.pk), last_day="")

    walk.act("finance", url("tax_rule_new"), **RULE)
    walk.act("finance", url("tax_rule_end", rule.pk), last_day="2016-12-31")
    make_rule(holder_country="VN", valid_from=clock.today() + timedelta(days=9))
    walk.see("director", url("tax"), f"{url('tax')}?ended=on", url("home"))
    walk.see("finance", url("tax_rule_end", rule.pk), f"{url('tax')}?income=royalty")

    assert walk.left == {}


def test_no_page_or_refusal_of_a_document_is_left_in_english(walk: Walk) -> None:
    make_rule(rate_ppm=300_000)
    make_rule(holder_country="US", evidence="W-8BEN", rate_ppm=150_000)
    holder, today = make_member_of("Ánh Tuyết"), clock.today()
    typed = {"kind": "W-8BEN", "valid_from": today.isoformat(), "valid_until": (today + timedelta(days=9)).isoformat()}
    new = url("tax_document_new", holder.public_id)
    walk.see("finance", url("tax_documents"), url("tax_document_find"), new)
    walk.see("finance", f"{url('tax_document_find')}?q=tuyet", f"{url('tax_document_find')}?q=zz")
    walk.refuse("finance", new, file=SimpleUploadedFile("w.pdf", b"MZ"), **typed)
    walk.refuse("finance", new, file=SimpleUploadedFile("w.pdf", PDF), **(typed | {"valid_until": "2020-01-01"}))
    walk.refuse("finance", new)

    address = walk.act("finance", new, file=SimpleUploadedFile("w.pdf", PDF), **typed)
    walk.refuse("finance", new, file=SimpleUploadedFile("w.pdf", PDF), **typed)
    walk.see("finance", f"{address}refuse/", url("home"))
    make_tax_document(make_member_of("Ngọc Lan"), days=-1)
    make_tax_document(make_member_of("Minh Châu", "VN"), days=0)
    make_tax_document(make_member_of("Thu Hà", ""), days=99)
    refuse(make_tax_document(holder, valid_from=today + timedelta(days=10), days=90))
    walk.see("director", url("home"), *(f"{url('tax_documents')}?sort={sort}" for sort in ("until", "-name")))
    walk.act("finance", f"{address}refuse/")
    walk.see("finance", f"{address}refuse/", url("tax_documents"))

    assert walk.left == {}
