"""Rules of withholding in the office: read by all staff, entered with their source and ended by finance."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from core import clock
from core.models import AuditRecord
from core.transactions import atomic
from dividends.errors import StandsForGood
from dividends.models import WithholdingRule
from dividends.services.withholding_rules import end_withholding_rule, load_withholding_rules
from dividends.tax_errors import EvidenceMissing
from tests.factories.dividends import make_dividend, make_rule
from tests.factories.equity import make_company
from tests.factories.people import staff_client
from tests.factories.royalties import make_royalty_rule
from tests.portal.tax_pages import day, text, url

pytestmark = pytest.mark.django_db
JPG, PNG = b"\xff\xd8\xff\xe0 a photo", b"\x89PNG\r\n\x1a\n a scan"
RULE = {
    "income": "dividend",
    "holder_country": "US",
    "holder_kind": "person",
    "rate_ppm": "15",
    "basis": "treaty",
    "evidence": "W-8BEN",
    "valid_from": "2026-04-06",
    "last_day": "",
    "source": "Convention of 24 July 2001, Article 10(2)(b)",
}


@pytest.fixture(autouse=True)
def our_house(settings: Any, tmp_path: Any) -> None:
    settings.FILES_ROOT = tmp_path / "files"
    make_company()


@pytest.fixture
def finance() -> Client:
    return staff_client("finance")


def test_rules_stand_in_words_the_ended_ones_only_when_asked_for(finance: Client) -> None:
    today = clock.today()
    make_rule(rate_ppm=263_750)
    make_rule(holder_country="US", evidence="W-8BEN", rate_ppm=150_000, valid_from=today + timedelta(days=1))
    make_rule(holder_country="VN", valid_to=today)
    make_rule(issuer_country="DE", rate_ppm=990_000)

    page, all_of_them = finance.get(url("tax")), finance.get(url("tax"), {"ended": "on"})

    lines = [(line.country, line.rate, line.state, line.days) for line in page.context["lines"]]
    assert lines == [
        ("every country", "26.375 %", "in force", "since 6 April 2016"),
        ("United States", "15 %", "coming", f"from {day(today + timedelta(days=1))}"),
    ]
    assert "W-8BEN" in text(page)
    assert "by treaty, with a document" in text(page)
    ended = [line for line in all_of_them.context["lines"] if line.state == "ended"]
    assert [(line.country, line.days) for line in ended] == [
        ("Vietnam", f"6 April 2016 to {day(today - timedelta(days=1))}")
    ]


def test_countries_are_named_in_the_readers_language(finance: Client) -> None:
    make_rule(holder_country="US", evidence="W-8BEN")
    finance.cookies["django_language"] = "vi"

    page = finance.get(url("tax"))

    assert [line.country for line in page.context["lines"]] == ["Hoa Kỳ"]


def test_rules_are_found_by_income_and_country(finance: Client) -> None:
    general, american = make_rule(), make_rule(holder_country="US", rate_ppm=1)
    royalty = make_royalty_rule("US", 200_000)

    def found(**query: str) -> list[WithholdingRule]:
        return [line.rule for line in finance.get(url("tax"), query).context["lines"]]

    assert found(income="royalty") == [royalty]
    assert found(country="US") == [american, royalty]
    assert found(country="any") == [general]
    assert found(country="nonsense", income="nonsense", page="99") == [general, american, royalty]


def test_sample_says_that_nobody_checked_it(finance: Client, settings: Any) -> None:
    settings.ISSUER_COUNTRY = "VN"
    with atomic():
        load_withholding_rules(at=clock.now())

    [line] = finance.get(url("tax")).context["lines"]

    assert (line.is_sample, line.is_unchecked) == (True, True)
    assert line.source.startswith("Viet Nam, Law on Personal Income Tax")
    assert "[" not in line.source


def test_finance_enters_a_rule_with_its_source(finance: Client) -> None:
    answer = finance.post(url("tax_rule_new"), RULE | {"last_day": "2027-04-05", "evidence": " W-8BEN  "})

    assert answer.headers["Location"] == url("tax")
    rule = WithholdingRule.objects.get()
    assert (rule.income, rule.issuer_country, rule.holder_country, rule.holder_kind) == (
        "dividend",
        "GB",
        "US",
        "person",
    )
    assert (rule.rate_ppm, rule.basis, rule.evidence) == (150_000, "treaty", "W-8BEN")
    assert (rule.valid_from, rule.valid_to) == (date(2026, 4, 6), date(2027, 4, 6))
    entered = AuditRecord.objects.get(verb="withholding_rule_entered")
    assert entered.by == finance.user  # type: ignore[attr-defined]


def test_rule_for_everybody_everywhere_names_neither(finance: Client) -> None:
    typed = {"holder_country": "any", "holder_kind": "any", "rate_ppm": "0", "basis": "statutory", "evidence": ""}

    finance.post(url("tax_rule_new"), RULE | typed)

    rule = WithholdingRule.objects.get()
    assert (rule.holder_country, rule.holder_kind, rule.rate_ppm, rule.evidence) == ("", "", 0, "")


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"rate_ppm": "100.01"}, "rate_ppm"),
        ({"rate_ppm": "-1"}, "rate_ppm"),
        ({"rate_ppm": "1.23456"}, "rate_ppm"),
        ({"rate_ppm": "NaN"}, "rate_ppm"),
        ({"rate_ppm": "fifteen"}, "rate_ppm"),
        ({"rate_ppm": ""}, "rate_ppm"),
        ({"evidence": ""}, "evidence"),
        ({"source": "  "}, "source"),
        ({"holder_country": "ZZ"}, "holder_country"),
        ({"valid_from": "6 Avril"}, "valid_from"),
        ({"last_day": "2026-04-05"}, "last_day"),
    ],
)
def test_rule_that_cannot_be_is_refused_by_its_field_and_what_was_typed_stays(
    finance: Client, typed: dict[str, str], field: str
) -> None:
    answer = finance.post(url("tax_rule_new"), RULE | typed)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert answer.context["form"]["source"].value() == (RULE | typed)["source"]
    assert "<title>Error:" in text(answer)
    assert not WithholdingRule.objects.exists()


def test_treaty_rate_without_a_document_says_why(finance: Client) -> None:
    answer = finance.post(url("tax_rule_new"), RULE | {"evidence": ""})

    assert answer.context["form"].errors["evidence"] == [str(EvidenceMissing())]


def test_second_rate_for_the_same_holders_is_refused_until_the_first_ended(finance: Client) -> None:
    first = make_rule(holder_country="US", holder_kind="person", evidence="W-8BEN", rate_ppm=100_000)

    refused = finance.post(url("tax_rule_new"), RULE)
    with atomic():
        end_withholding_rule(rule=first, valid_to=date(2026, 4, 6), by=None, at=clock.now())
    taken = finance.post(url("tax_rule_new"), RULE)

    words = "A rule for the same holders says 10 % since 6 April 2016. End that one first."
    assert refused.context["form"].errors == {"valid_from": [words]}
    assert taken.status_code == 302


def test_same_rate_from_a_later_day_replaces_a_sample(finance: Client) -> None:
    make_rule(holder_country="US", holder_kind="person", evidence="W-8BEN", rate_ppm=150_000)

    answer = finance.post(url("tax_rule_new"), RULE)

    assert answer.status_code == 302
    assert WithholdingRule.objects.count() == 2


def test_rule_ends_after_its_last_day_once(finance: Client) -> None:
    rule = make_rule(rate_ppm=200_000)

    answer = finance.post(url("tax_rule_end", rule.pk), {"last_day": "2027-04-05"})
    again = finance.post(url("tax_rule_end", rule.pk), {"last_day": "2027-04-06"})
    shown = finance.get(url("tax_rule_end", rule.pk))

    assert answer.headers["Location"] == url("tax")
    rule.refresh_from_db()
    assert rule.valid_to == date(2027, 4, 6)
    assert again.context["form"].non_field_errors() == [str(StandsForGood())]
    assert "This rule has an end already" in text(shown)
    assert "last_day" not in text(shown)


@pytest.mark.parametrize("typed", ["", "soon", "2016-04-05"])
def test_end_that_cannot_be_is_refused_and_stays_typed(finance: Client, typed: str) -> None:
    rule = make_rule()

    answer = finance.post(url("tax_rule_end", rule.pk), {"last_day": typed})

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["last_day"])
    assert answer.context["form"]["last_day"].value() == typed
    rule.refresh_from_db()
    assert rule.valid_to is None


def test_rule_of_another_country_than_ours_has_no_page(finance: Client) -> None:
    rule = make_rule(issuer_country="DE")

    assert finance.get(url("tax_rule_end", rule.pk)).status_code == 404


def test_dry_run_leads_to_the_rules(finance: Client) -> None:
    made = make_dividend(step="proposed", holdings=(4,))
    assert made.declaration is not None

    page = finance.get(url("dividend_compute", made.declaration.public_id))

    assert f'<a href="{url("tax")}">' in text(page)
