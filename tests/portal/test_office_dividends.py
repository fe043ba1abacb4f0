"""Dividends in the office: accounts, recommendation, terms tried out before anything is written, entitlements fixed."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from agm.enums import ItemKind
from core import clock
from core.storage import read_bytes
from core.transactions import atomic
from dividends.errors import AlreadyDeclared, NotAsResolved, PaymentBeforeRecord, ReservesTooSmall
from dividends.models import Declaration, Entitlement, Recommendation, RelevantAccounts, WithholdingRule
from dividends.rules.reserves import Figures
from dividends.services.paying import prepare_dividend_run
from ledger.models import Entry
from payments.services.payout_runs import approve_run, cancel_run
from portal.forms.dividends import RateField
from portal.queries.office_dividends import book_of
from portal.templatetags.office import rate
from tests.factories.agm import World, make_world
from tests.factories.banking import make_mandate
from tests.factories.dividends import (
    FIGURES,
    PDF,
    Dividend,
    make_accounts,
    make_dividend,
    make_rule,
    next_dividend,
    recommend,
    resolution_text,
)
from tests.factories.equity import make_company, make_share_class
from tests.factories.people import make_staff, sign_in_staff, staff_client

pytestmark = pytest.mark.django_db
CORRECTED = replace(FIGURES, net_assets_minor=FIGURES.net_assets_minor + 1)
TYPED = {
    "kind": "annual",
    "made_up_to": "2025-12-31",
    "realised_profits_minor": "900,000.00",
    "realised_losses_minor": "100,000.00",
    "net_assets_minor": "2,000,000",
    "called_up_capital_minor": "1,500,000",
    "undistributable_minor": "200,000",
}


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def of(page: str, declaration: Declaration | None) -> str:
    assert declaration is not None
    return reverse(f"office:{page}", args=[declaration.public_id])


def tried(made: Dividend) -> str:
    return reverse("office:dividend_dry_run", args=[made.recommendation.public_id])


def proposed(made: Dividend) -> str:
    return reverse("office:dividend_new", args=[made.recommendation.public_id])


def terms(made: Dividend, **changes: str) -> dict[str, str]:
    """What finance types: as recommended, the register of a minute ago, paid in a fortnight."""
    typed = {
        "title": "Final dividend 2025",
        "title_vi": "Cổ tức cuối năm 2025",
        "rounding": "floor",
        "period_from": "2025-01-01",
        "period_to": "2025-12-31",
        "record_at": f"{clock.now() - timedelta(minutes=1):%Y-%m-%d %H:%M}",
        "pay_on": (clock.today() + timedelta(days=14)).isoformat(),
        "minimum_minor": "1.00",
        "accounts": str(made.accounts.pk),
    }
    if made.recommendation.rate_minor is not None:
        typed["rate_minor"] = f"{made.recommendation.rate_minor.normalize():f}"
    return typed | changes


@pytest.mark.parametrize(
    ("currency", "typed", "rate_minor"),
    [
        ("GBP", "17.55", "17.55"),
        ("GBP", "17.55p", "17.55"),
        ("GBP", "£0.1755", "17.55"),
        ("GBP", "0.000000000001", "0.000000000001"),
        ("EUR", "0.1755", "17.55"),
        ("VND", "1,234.5", "1234.5"),
        ("KWD", "0.0175", "17.5"),
    ],
)
def test_rate_is_typed_as_people_say_it_and_kept_to_its_last_decimal(
    currency: str, typed: str, rate_minor: str
) -> None:
    assert RateField(currency=currency).clean(typed) == Decimal(rate_minor)


@pytest.mark.parametrize(
    "typed", ["0", "-1", "1e3", "seventeen", "0.0000000000001", "1" * 20, "NaN", "1.2.3", "17,55", "0,175"]
)
def test_rate_that_cannot_be_kept_exactly_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        RateField(currency="GBP").clean(typed)


@pytest.mark.parametrize(
    ("rate_minor", "currency", "language", "said"),
    [
        ("17.550000000000", "GBP", "en", "17.55p"),
        ("0.003400000000", "GBP", "en", "0.0034p"),
        ("17.55", "GBP", "vi", "£0,1755"),
        ("17.55", "EUR", "en", "€0.1755"),
        ("1234.5", "VND", "vi", "1.234,5 ₫"),
    ],
)
def test_rate_is_said_with_every_decimal(rate_minor: str, currency: str, language: str, said: str) -> None:
    with translation.override(language):
        assert rate(Decimal(rate_minor), currency).replace("\N{NO-BREAK SPACE}", " ") == said


def test_first_page_says_what_to_do_when_nothing_waits() -> None:
    make_company()

    page = staff_client("finance").get(reverse("office:dividends"))

    assert "A dividend begins with a recommendation of the directors" in text(page)


def test_accounts_are_kept_with_their_document_and_their_sum_shown() -> None:
    make_company()
    client = staff_client("finance")
    upload = SimpleUploadedFile("accounts.pdf", PDF, content_type="application/pdf")

    answer = client.post(reverse("office:dividend_accounts_new"), TYPED | {"file": upload}, follow=True)

    row = RelevantAccounts.objects.get()
    assert (row.realised_profits_minor, row.undistributable_minor) == (90_000_000, 20_000_000)
    assert read_bytes(row.document_sha256) == PDF
    # s.830: 900,000 - 100,000; s.831: 2,000,000 - 1,500,000 - 200,000, the smaller of the two.
    assert answer.context["available_minor"] == 30_000_000
    assert [(line.total_minor, line.binds) for line in answer.context["sums"]] == [
        (80_000_000, False),
        (30_000_000, True),
    ]
    document = client.get(reverse("office:dividend_accounts_file", args=[row.public_id]))
    assert document.content == PDF


def test_sum_is_shown_while_the_figures_are_typed_and_nothing_is_kept() -> None:
    make_company()
    client = staff_client("finance")

    half = client.get(reverse("office:dividend_accounts_sum"), {"net_assets_minor": "5"})
    whole = client.get(reverse("office:dividend_accounts_sum"), TYPED)

    assert half.context["available_minor"] is None
    assert "£300,000.00 may be distributed" in text(whole)
    assert not RelevantAccounts.objects.exists()


def test_accounts_of_a_day_to_come_keep_what_was_typed() -> None:
    make_company()
    ahead = (clock.today() + timedelta(days=1)).isoformat()
    upload = SimpleUploadedFile("accounts.pdf", b"MZ", content_type="application/pdf")

    answer = staff_client("finance").post(
        reverse("office:dividend_accounts_new"), TYPED | {"made_up_to": ahead, "file": upload}
    )

    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        "made_up_to": ["This day has not come yet."],
        "file": ["This file is not a PDF."],
    }
    assert 'value="900,000.00"' in text(answer)
    assert not RelevantAccounts.objects.exists()


def recommendable(rate_minor: Decimal) -> World:
    make_company()
    make_share_class()
    text = resolution_text("GBP", rate_minor=rate_minor)
    return make_world(step="draft", kinds=(ItemKind.RESOLUTION,), holdings=(4,), text=text)


def test_director_recommends_at_most_a_rate_before_the_vote() -> None:
    world = recommendable(Decimal("17.55"))
    director = staff_client("director")
    share_class = make_share_class()

    empty = director.post(reverse("office:dividend_recommend"), {"form_of": "rate"})
    director.post(
        reverse("office:dividend_recommend"),
        {"contest": world.contest(ItemKind.RESOLUTION).pk, "share_class": share_class.pk, "form_of": "rate",
         "rate_minor": "17.55", "pot_minor": "5", "minute_reference": "Board 15, item 2"},
    )  # fmt: skip

    assert empty.status_code == 422
    assert "rate_minor" in empty.context["form"].errors
    row = Recommendation.objects.get()
    assert (row.rate_minor, row.pot_minor, row.recommended_by) == (Decimal("17.55"), None, director.user)
    assert "at most 17.55p a share" in text(director.get(reverse("office:dividends"))).replace(
        '<span class="number">', ""
    ).replace("</span>", "")


def test_resolution_with_a_recommendation_is_not_offered_again() -> None:
    make_dividend(step="recommended", holdings=(4,))

    page = staff_client("director").get(reverse("office:dividend_recommend"))

    assert "No resolution waits for a recommendation" in text(page)


def test_terms_begin_with_the_recommendation_and_the_year_of_the_accounts() -> None:
    made = make_dividend(step="carried", holdings=(4,), rate_minor=Decimal("17.55"))

    form = sign_in_staff(made.finance).get(proposed(made)).context["form"]

    year = clock.today().year - 1
    assert form["rate_minor"].value() == "17.55"
    assert (form["period_from"].value(), form["period_to"].value()) == (date(year, 1, 1), date(year, 12, 31))
    assert form["title"].value() == f"Final dividend {year}"
    assert form["accounts"].value() == made.accounts.pk


def test_without_accounts_that_count_the_page_says_to_enter_them() -> None:
    world = recommendable(Decimal("2.5"))
    told = recommend(world, make_share_class(), by=world.director, rate_minor=Decimal("2.5"))

    page = staff_client("finance").get(reverse("office:dividend_new", args=[told.public_id]))

    assert "Enter the last accounts first" in text(page)
    assert "Try it out" not in text(page)


def test_accounts_entered_again_replace_the_earlier_ones() -> None:
    made = make_dividend(step="carried", holdings=(4,))
    other = make_accounts(by=made.finance, made_up_to=made.accounts.made_up_to, figures=CORRECTED)
    client = sign_in_staff(made.finance)

    chosen = client.get(proposed(made)).context["form"].fields["accounts"].queryset
    listed = client.get(reverse("office:dividend_accounts")).context

    assert list(chosen) == [other]
    assert [(row, row.is_old) for row, _who in listed["rows"]] == [(other, False), (made.accounts, True)]
    assert listed["shown"] == other


def test_dry_run_writes_nothing_and_names_the_act_on_its_button() -> None:
    made = make_dividend(step="carried", holdings=(4, 100, 2001), rate_minor=Decimal("17.55"))
    client = sign_in_staff(made.finance)

    page = client.get(tried(made), terms(made))

    assert "Propose 17.55p a share, £369.42 for 3 members" in text(page)
    run = page.context["run"]
    assert (run.preview.exact_total, run.outcome.gross_total) == (Decimal("36942.75"), 36942)
    assert [(line.tally.count, line.tally.sum_minor) for line in page.context["told"].becomes] == [
        (0, 0), (1, 70), (2, 36872), (0, 0),
    ]  # fmt: skip
    assert not Declaration.objects.exists()


def test_dry_run_is_read_by_the_board_and_proposed_by_finance_only() -> None:
    made = make_dividend(step="carried", holdings=(4,))

    page = sign_in_staff(made.director).get(tried(made), terms(made))

    assert "Finance proposes it." in text(page)
    assert "csrfmiddlewaretoken" not in text(page).partition("<main")[2]
    assert sign_in_staff(made.director).post(proposed(made), terms(made)).status_code == 403


def test_what_was_tried_out_is_proposed_unchanged() -> None:
    made = make_dividend(step="carried", holdings=(4, 100), rate_minor=Decimal("0.0034"))
    client = sign_in_staff(made.finance)
    read = client.get(tried(made), terms(made, rate_minor="0.0034", rounding="carry"))

    answer = client.post(proposed(made), dict(read.context["form"].typed()))

    row = Declaration.objects.get()
    assert answer.headers["Location"] == of("dividend", row)
    assert (row.rate_minor, row.rounding, row.minimum_minor) == (Decimal("0.0034"), "carry", 100)
    assert (row.proposed_by, row.title_vi) == (made.finance, "Cổ tức cuối năm 2025")


def test_who_goes_back_from_the_dry_run_finds_what_was_typed() -> None:
    made = make_dividend(step="carried", holdings=(4,))
    client = sign_in_staff(made.finance)
    read = client.get(tried(made), terms(made, title="Final thanks"))

    form = client.get(read.context["back_url"]).context["form"]

    assert form["title"].value() == "Final thanks"


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        (
            {"rate_minor": "2.6"},
            "rate_minor",
            "The directors recommended 2.5p a share. A dividend can never be more than that.",
        ),
        ({"rate_minor": "1.25"}, "rate_minor", str(NotAsResolved.sentence)),
        ({"pay_on": "2026-01-01"}, "pay_on", str(PaymentBeforeRecord.sentence)),
        ({"period_to": "2024-12-31"}, "period_to", "The period must end after it begins."),
        ({"minimum_minor": "-1"}, "minimum_minor", "This amount is too small."),
    ],
)
def test_terms_that_cannot_be_are_refused_by_their_field(changes: dict[str, str], field: str, sentence: str) -> None:
    made = make_dividend(step="carried", holdings=(4,))

    answer = sign_in_staff(made.finance).get(tried(made), terms(made, **changes))

    assert answer.status_code == 422
    assert answer.context["form"].errors == {field: [sentence]}
    assert text(answer).count(sentence) == 2  # in the summary and at the field
    assert 'value="Final dividend 2025"' in text(answer)


def test_second_proposal_on_a_resolution_is_refused_with_what_was_typed() -> None:
    made = make_dividend(step="proposed", holdings=(4,))

    answer = sign_in_staff(made.finance).post(proposed(made), terms(made))

    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors() == [str(AlreadyDeclared())]
    assert Declaration.objects.count() == 1


def test_dividend_beyond_the_reserves_has_no_button() -> None:
    poor = Figures(1_000, 0, 10_000_000, 1, 0)
    made = make_dividend(step="carried", holdings=(4, 1000), figures=poor)

    page = sign_in_staff(made.finance).get(tried(made), terms(made))

    assert page.context["told"].refusals == [
        str(ReservesTooSmall(needed_minor=2510, available_minor=1000, currency="GBP"))
    ]
    assert "Propose " not in text(page).partition("<main")[2]


def test_holders_without_a_rule_of_withholding_are_named_by_country() -> None:
    made = make_dividend(step="carried", holdings=(4, 100), countries=("GB", "DE"))
    WithholdingRule.objects.filter(holder_country="").update(valid_to=date(2020, 1, 1))
    make_rule(holder_country="GB")

    page = sign_in_staff(made.finance).get(tried(made), terms(made))

    (refusal,) = page.context["told"].refusals
    assert "Germany" in refusal
    assert [(line.country, line.rate) for line in page.context["told"].taxes] == [
        ("Germany", ""),
        ("United Kingdom", "0 %"),
    ]


def test_register_of_a_moment_to_come_is_called_a_forecast() -> None:
    made = make_dividend(step="carried", holdings=(4,))
    ahead = f"{clock.now() + timedelta(days=2):%Y-%m-%d %H:%M}"

    page = sign_in_staff(made.finance).get(tried(made), terms(made, record_at=ahead))

    assert "The record moment lies ahead" in text(page)


def test_entitlements_are_fixed_exactly_as_previewed() -> None:
    made = make_dividend(step="proposed", holdings=(4, 100, 2001), rate_minor=Decimal("17.55"))
    client = sign_in_staff(made.finance)

    preview = client.get(of("dividend_compute", made.declaration))
    answer = client.post(of("dividend_compute", made.declaration))

    run = preview.context["run"]
    assert "Fix £369.42 for 3 members" in text(preview)
    assert answer.headers["Location"] == of("dividend", made.declaration)
    row = Declaration.objects.get()
    assert (row.gross_total_minor, row.net_total_minor, row.holders_count) == (36942, run.net_minor, 3)
    assert Entitlement.objects.count() == run.preview.holders
    shown = client.get(of("dividend", row))
    assert [(line.words, line.amount_minor) for line in shown.context["book"]] == [
        ("charged to retained earnings", 36942),
        ("owed to the holders, each an account of their own", -36942),
    ]


def test_book_shows_what_the_entry_moved_with_tax_rounding_and_fractions() -> None:
    made = make_dividend(holdings=(3, 1, 1), countries=("DE",), rate_minor=Decimal("2.5"), rounding="carry")

    lines = {line.account: line.amount_minor for line in book_of(Declaration.objects.get())}

    assert made.declaration is not None
    entry = Entry.objects.get(key=f"dividend:{made.declaration.public_id}")
    moved = sum(entry.movements.values_list("amount_minor", flat=True))
    assert lines["retained_earnings:GBP"] == moved
    assert sum(lines.values()) == 0
    assert lines["dividend_fractions:GBP"] == -1


def test_fixing_before_the_record_moment_waits_and_asks_for_a_fresh_factor() -> None:
    made = make_dividend(step="proposed", holdings=(4,), record_at=clock.now() + timedelta(days=1))
    finance = sign_in_staff(made.finance)

    page = finance.get(of("dividend_compute", made.declaration))
    stale = staff_client("finance", fresh=False).get(of("dividend_compute", made.declaration))

    assert "Until then shares can change hands" in text(page)
    assert "<button" not in text(page).partition("<main")[2]
    assert stale.headers["Location"].startswith(reverse("account_confirm"))
    assert not finance.get(of("dividend", made.declaration)).context["acts"].compute


def test_dropped_proposal_says_why_and_its_resolution_waits_again() -> None:
    made = make_dividend(step="proposed", holdings=(4,))
    client = sign_in_staff(made.director)

    silent = client.post(of("dividend_drop", made.declaration), {"reason": " "})
    answer = client.post(of("dividend_drop", made.declaration), {"reason": "Wrong period."}, follow=True)

    assert silent.context["form"].errors == {"reason": ["Say why it is dropped."]}
    assert "Wrong period." in text(answer)
    assert [line.recommendation for line in client.get(reverse("office:dividends")).context["can_be_declared"]] == [
        made.recommendation
    ]
    assert "no longer a proposal" in text(client.get(of("dividend_drop", made.declaration)))


def waits(client: Client) -> list[str]:
    return [item.title for item in client.get(reverse("office:home")).context["waiting"]]


def test_first_page_follows_a_dividend_from_the_vote_to_the_payments() -> None:
    made = make_dividend(step="carried", holdings=(2000,))
    make_mandate(made.members[0].party)
    client = sign_in_staff(made.finance)

    carried = waits(client)
    client.post(proposed(made), terms(made))
    put = waits(client)
    client.post(of("dividend_compute", Declaration.objects.get()))
    fixed = waits(client)
    due = [item for item in client.get(reverse("office:home")).context["due"] if "Final dividend" in item.title]

    assert [title for title in carried if "dividend" in title] == ["Propose the dividend: To receive the accounts"]
    assert "Fix the entitlements: Final dividend 2025" in put
    assert "Prepare the payments: Final dividend 2025" in fixed
    assert [(item.title, item.days, item.is_done) for item in due] == [
        ("Pay: Final dividend 2025", 14, False),
        ("Statements: Final dividend 2025", 14, False),
    ]


def test_pages_of_another_kind_of_member_stay_closed() -> None:
    make_company()
    chair = sign_in_staff(make_staff("chair"))

    assert chair.get(reverse("office:dividends")).status_code == 403


def test_statements_are_issued_from_the_page_where_nobody_can_be_paid() -> None:
    made = make_dividend(holdings=(4, 100))
    client = sign_in_staff(made.finance)

    link = of("dividend_issue", made.declaration) in text(client.get(of("dividend", made.declaration)))
    titles = waits(client)
    answer = client.post(of("dividend_issue", made.declaration))

    made.declaration.refresh_from_db()
    assert (link, answer.status_code) == (True, 302)
    assert made.declaration.statements_issued_by == made.finance
    assert [title for title in titles if "Final dividend" in title] == ["Issue the statements: Final dividend 2025"]
    assert [title for title in waits(client) if "Final dividend" in title] == []


def test_cancelled_run_decides_nothing_about_statements() -> None:
    made = make_dividend(holdings=(4,))
    make_mandate(made.members[0].party)
    client, director = sign_in_staff(made.finance), make_staff("director")
    with atomic():
        run = prepare_dividend_run(declaration=made.declaration, route="sandbox", by=made.finance, at=clock.now())
        run = approve_run(run=run, sha256=run.rows_sha256, by=director, at=clock.now())
        cancel_run(run=run, reason="wrong day", by=director, at=clock.now())

    page = text(client.get(of("dividend_issue", made.declaration)))
    titles = waits(client)

    assert "A payment run must be prepared and approved first" in page
    assert [title for title in titles if "Final dividend" in title] == ["Prepare the payments: Final dividend 2025"]


def test_first_page_asks_as_many_questions_for_ten_dividends_as_for_one() -> None:
    made = make_dividend(holdings=(2000, 4))
    client = sign_in_staff(made.finance)

    def asked() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as captured:
            page = client.get(reverse("office:home"))
        return len(captured), sum("Final dividend" in item.title for item in page.context["waiting"])

    found = [asked()]
    for more in (2, 7):
        for _turn in range(more):
            next_dividend(made)
        found.append(asked())

    (questions, _one), *_rest = found
    assert found == [(questions, 1), (questions, 3), (questions, 10)]
