"""The office's pages of creators' shares: agree, enter, upload, approve, state, pay."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from dividends.models import RoyaltyAgreement, RoyaltyRound, RoyaltyStatement, SalesReport, SoldBeer
from dividends.royalty_errors import DuesChanged
from payments.models import PayoutRun
from tests.factories.banking import make_mandate
from tests.factories.beers import answer, make_call, make_name, make_person
from tests.factories.equity import make_company
from tests.factories.people import make_holder, staff_client
from tests.factories.royalties import (
    make_adopted,
    make_agreement,
    make_beer,
    make_files,
    make_round,
    make_rules,
    make_sales,
)

pytestmark = pytest.mark.django_db
HEAD = "beer,kind,first_day,last_day,units,units_returned,gross,returns,discounts,tax,note"


@pytest.fixture(autouse=True)
def company() -> None:
    make_company()


@pytest.fixture
def finance() -> Client:
    return staff_client("finance")


@pytest.fixture
def director() -> Client:
    return staff_client("director")


def terms(**changed: str) -> dict[str, str]:
    return {
        "name": "Mossy Gate",
        "sku": "MOS-330",
        "rate_ppm": "1",
        "base": "Net sales.",
        "base_vi": "Doanh thu thuần.",
        "valid_from": "2025-01-01",
        "minimum_minor": "5.00",
        "reference": "Contract of 2 January 2025",
        "part_0": "1",
        **changed,
    }


def typed(sold: SoldBeer, /, **changed: str) -> dict[str, str]:
    return {
        "beer": sold.public_id,
        "kind": "sales",
        "first_day": "2025-01-01",
        "last_day": "2025-03-31",
        "units": "4,100",
        "gross": "1,845.00",
        "returns": "",
        "discounts": "",
        "tax": "",
        **changed,
    }


def errors_of(page: Any) -> dict[str, list[str]]:
    return {name: list(found) for name, found in page.context["form"].errors.items()}


def new_page(adoption: Any) -> str:
    return reverse("office:royalty_agreement_new", args=[adoption.proposal.public_id])


def upload(client: Client, *rows: str, head: str = HEAD) -> Any:
    data = "\n".join([head, *rows]).encode()
    return client.post(reverse("office:royalty_upload"), {"file": SimpleUploadedFile("sales.csv", data)})


def test_agreement_begins_with_one_percent_for_the_author(finance) -> None:
    adoption = make_adopted(text="Towpath Amber")

    page = finance.get(new_page(adoption))

    form = page.context["form"]
    assert (form["rate_ppm"].value(), form["part_0"].value(), form["name"].value()) == ("1", "1", "Towpath Amber")


def test_author_of_a_merged_idea_is_offered_half(finance) -> None:
    call, other = make_call("name"), make_person("Tom Brewster")
    adoption = make_adopted("name")
    merged = make_name(adoption.proposal.call, "The same", author=other)
    answer(merged, "merged", into=adoption.proposal)

    form = finance.get(new_page(adoption)).context["form"]

    assert call.pk != adoption.proposal.call_id
    assert [(form[f"part_{n}"].label, form[f"part_{n}"].value()) for n in range(2)] == [
        ("The part of Agnes Whitlock", "1/2"),
        ("The part of Tom Brewster", "1/2"),
    ]


def test_agreement_is_kept_for_a_director_with_its_new_beer(finance) -> None:
    adoption = make_adopted()

    answered = finance.post(new_page(adoption), terms(rate_ppm="1.5", last_day="2025-12-31"))

    agreement = RoyaltyAgreement.objects.get()
    assert answered.url == reverse("office:royalty_agreement", args=[agreement.public_id])
    assert (agreement.state, agreement.rate_ppm, agreement.minimum_minor) == ("proposed", 15_000, 500)
    assert (str(agreement.valid_to), agreement.beer.sku, agreement.beer.recipe) == (
        "2026-01-01",
        "MOS-330",
        adoption.proposal.recipe,
    )


def test_somebody_else_shares_by_their_address(finance) -> None:
    adoption, friend = make_adopted(), make_holder(name="Mai Trần")

    finance.post(new_page(adoption), terms(part_0="2/3", who_0=friend.email.upper(), other_0="1/3"))

    shares = [(one.party, one.numerator, one.denominator) for one in RoyaltyAgreement.objects.get().shares.all()]
    assert shares == [(adoption.proposal.author, 2, 3), (friend.party, 1, 3)]


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"rate_ppm": "0"}, ["rate_ppm"]),
        ({"rate_ppm": "1.00001"}, ["rate_ppm"]),
        ({"rate_ppm": "one"}, ["rate_ppm"]),
        ({"rate_ppm": "NaN"}, ["rate_ppm"]),
        ({"part_0": "1/2"}, ["part_0"]),
        ({"part_0": "1/0"}, ["part_0"]),
        ({"part_0": "", "who_0": "nobody@example.org", "other_0": "1"}, ["who_0"]),
        ({"part_0": "1/2", "who_0": "", "other_0": "1/2"}, ["who_0"]),
        ({"name": "", "sku": ""}, ["name", "sku"]),
        ({"last_day": "2024-12-31"}, ["last_day"]),
        ({"valid_from": "yesterday"}, ["valid_from"]),
        ({"minimum_minor": "-1"}, ["minimum_minor"]),
        ({"minimum_minor": "1.005"}, ["minimum_minor"]),
        ({"reference": " "}, ["reference"]),
    ],
)
def test_refused_agreement_keeps_what_was_typed(finance, changed: dict[str, str], wrong: list[str]) -> None:
    page = finance.post(new_page(make_adopted()), terms(**changed))

    assert (page.status_code, sorted(errors_of(page)), RoyaltyAgreement.objects.exists()) == (422, wrong, False)
    assert page.context["form"]["base"].value() == "Net sales."
    assert b"Error:" in page.content


def test_beer_of_that_name_is_refused_in_words(finance) -> None:
    make_beer("Mossy Gate")

    page = finance.post(new_page(make_adopted()), terms())

    assert errors_of(page) == {"__all__": ["Another beer has this name or this number already."]}


def test_director_approves_what_is_shown(director) -> None:
    agreement = make_agreement(approved=False)
    page = reverse("office:royalty_agreement_decide", args=[agreement.public_id])
    shown = director.get(page)

    director.post(page, {"act": "approve", "sha256": agreement.terms_sha256})

    agreement.refresh_from_db()
    assert (shown.status_code, agreement.state, agreement.approved_by) == (200, "approved", director.user)


def test_maker_sees_no_button_to_approve() -> None:
    both = staff_client("finance", "director")
    agreement = make_agreement(approved=False, by=both.user)

    page = both.get(reverse("office:royalty_agreement_decide", args=[agreement.public_id])).content.decode()

    assert ("You made this yourself." in page, "Approve the agreement" in page) == (True, False)


def test_agreement_is_laid_aside_with_a_reason(director) -> None:
    agreement = make_agreement(approved=False)
    page = reverse("office:royalty_agreement_decide", args=[agreement.public_id])

    silent = director.post(page, {"act": "drop", "reason": ""})
    director.post(page, {"act": "drop", "reason": "Wrong beer."})

    agreement.refresh_from_db()
    assert (silent.status_code, agreement.state, agreement.drop_reason) == (422, "dropped", "Wrong beer.")


def test_deciding_asks_for_a_fresh_factor() -> None:
    stale = staff_client("director", fresh=False)
    agreement = make_agreement(approved=False)

    answered = stale.get(reverse("office:royalty_agreement_decide", args=[agreement.public_id]))

    assert (answered.status_code, "confirm" in answered.url) == (302, True)


def test_sales_are_shown_with_their_split_before_they_are_kept(finance) -> None:
    agreement = make_agreement()

    page = finance.post(reverse("office:royalty_sales_new"), typed(agreement.beer))

    earned = page.context["earnings"][0]
    assert (page.templates[0].name, SalesReport.objects.exists()) == ("portal/office/royalty_sales_check.html", False)
    assert (earned.earned_minor, [part.amount_minor for part in earned.parts]) == (1845, [1845])


def test_checked_sales_are_entered_for_somebody_else(finance) -> None:
    agreement = make_agreement()
    page = finance.post(reverse("office:royalty_sales_new"), typed(agreement.beer))

    hidden = dict(page.context["typed"])
    answered = finance.post(reverse("office:royalty_sales_new"), {**hidden, "act": "save"})

    report = SalesReport.objects.get()
    assert answered.url == reverse("office:royalty_report", args=[report.public_id])
    assert (report.state, report.units, report.gross_minor, report.entered_by) == (
        "entered",
        4100,
        184_500,
        finance.user,
    )
    assert (str(report.period_from), str(report.period_to)) == ("2025-01-01", "2025-04-01")


def test_change_goes_back_to_the_form_with_what_was_typed(finance) -> None:
    agreement = make_agreement()

    page = finance.post(reverse("office:royalty_sales_new"), {**typed(agreement.beer), "act": "change"})

    assert (page.status_code, page.context["form"]["gross"].value()) == (200, "1,845.00")


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"beer": "x"}, ["beer"]),
        ({"units": "many"}, ["units"]),
        ({"units": "-1"}, ["units"]),
        ({"gross": ""}, ["gross"]),
        ({"gross": "12.345"}, ["gross"]),
        ({"gross": "-1"}, ["gross"]),
        ({"gross": "9" * 30}, ["gross"]),
        ({"gross": "99,999,999,999,999.99"}, ["gross"]),
        ({"last_day": "2024-12-31"}, ["last_day"]),
        ({"last_day": "2199-01-01"}, ["last_day"]),
        ({"kind": "returns"}, ["gross", "returns", "units"]),
        ({"kind": "correction"}, ["note"]),
        ({"kind": "gift"}, ["kind"]),
        ({"kind": "correction", "note": "Too high"}, ["__all__"]),
        ({"first_day": "2024-12-01"}, ["__all__"]),
        ({"returns": "1845.01"}, ["__all__"]),
    ],
)
def test_refused_sales_keep_what_was_typed(finance, changed: dict[str, str], wrong: list[str]) -> None:
    agreement = make_agreement()

    page = finance.post(reverse("office:royalty_sales_new"), typed(agreement.beer, **changed))

    assert (page.status_code, sorted(errors_of(page)), SalesReport.objects.exists()) == (422, wrong, False)
    assert page.context["form"]["first_day"].value() == changed.get("first_day", "2025-01-01")


def test_another_person_approves_the_sums_that_are_shown(finance) -> None:
    report = make_sales(make_agreement().beer, approved=False)
    page = reverse("office:royalty_report_decide", args=[report.public_id])
    shown = finance.get(page).context["sha256"]

    finance.post(page, {"act": "approve", "sha256": shown})

    report.refresh_from_db()
    assert (report.state, report.approved_by) == ("approved", finance.user)


def test_whoever_entered_sees_why_they_cannot_approve() -> None:
    both = staff_client("finance", "director")
    report = make_sales(make_agreement().beer, approved=False, by=both.user)
    page = reverse("office:royalty_report_decide", args=[report.public_id])
    shown = both.get(page)

    refused = both.post(page, {"act": "approve", "sha256": shown.context["sha256"]})

    report.refresh_from_db()
    assert ("You entered this figure yourself." in shown.content.decode(), report.state) == (True, "entered")
    assert errors_of(refused) == {"__all__": ["You entered this figure yourself. Somebody else must approve it."]}


def test_sums_that_changed_are_shown_anew(finance) -> None:
    beer = make_agreement().beer
    report = make_sales(beer, approved=False, net_minor=55)
    page = reverse("office:royalty_report_decide", args=[report.public_id])
    shown = finance.get(page).context["sha256"]
    make_sales(beer, net_minor=55, period=(clock.today() - timedelta(days=9), clock.today()))

    refused = finance.post(page, {"act": "approve", "sha256": shown})

    report.refresh_from_db()
    assert (refused.status_code, report.state, refused.context["sha256"] != shown) == (422, "entered", True)


def test_list_is_filtered_sorted_and_taken_away(finance) -> None:
    beer, other = make_agreement().beer, make_beer("Aa")
    make_sales(beer, net_minor=500, units=5)
    make_sales(other, net_minor=900, approved=False)
    page = reverse("office:royalty_sales")

    def found(**asked: str) -> list[str]:
        return [report.beer.name for report, _days in finance.get(page, asked).context["lines"]]

    assert found(sort="beer") == ["Aa", beer.name]
    assert found(sort="-net") == ["Aa", beer.name]
    assert (found(state="approved"), found(beer=other.public_id), found(kind="returns")) == ([beer.name], ["Aa"], [])
    assert len(found(sort="x; DROP", state="none", beer="\x00")) == 2
    text = b"".join(finance.get(reverse("office:royalty_sales_csv"), {"state": "approved"}).streaming_content)
    rows = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))
    assert [(row["beer"], row["units"], row["net_minor"], row["last_day"]) for row in rows] == [
        (beer.name, "5", "500", "2025-03-31")
    ]


def test_file_is_shown_before_it_is_entered(finance) -> None:
    beer = make_agreement().beer
    rows = [
        f"{beer.sku.lower()},,2025-01-01,31/03/2025,410,10,1500.00,50,200,250.00,",
        f"{beer.name},sales,2025-04-01,2025-06-30,1,,2.00,,,,",
    ]

    checked = upload(finance, *rows)
    lines = [(tried.row, tried.report.net_minor, tried.earned_minor) for tried, _days in checked.context["lines"]]
    before = SalesReport.objects.count()
    answered = finance.post(reverse("office:royalty_enter_file"), {"sha256": checked.context["form"]["sha256"].value()})

    assert (lines, before) == ([(2, 100_000, 1000), (3, 200, 2)], 0)
    assert answered.url == f"{reverse('office:royalty_sales')}?state=entered"
    entered = SalesReport.objects.order_by("source_row").values_list("source_row", "net_minor", "state", "entered_by")
    assert list(entered) == [(2, 100_000, "entered", finance.user.pk), (3, 200, "entered", finance.user.pk)]


def test_file_names_row_and_column_of_every_mistake_and_enters_nothing(finance) -> None:
    beer = make_agreement().beer
    good = f"{beer.sku},sales,2025-01-01,2025-03-31,1,,5.00,,,,"

    page = upload(
        finance,
        good,
        "Nobody's,sales,2025-01-01,2025-03-31,1,,5.00,,,,",
        f"{beer.sku},sales,2025-04-31,2025-06-30,1.5,,5.001,,,,",
        f"{beer.sku},sales,2025-04-01,2025-06-30,1,,5.00,,",
        f"{beer.sku},sales,2025-03-01,2025-04-30,1,,5.00,,,,",
        "",
        f"{beer.sku},correction,2025-01-01,2025-03-31,0,,-5.00,,,,Twice",
    )

    assert (page.status_code, SalesReport.objects.count()) == (422, 0)
    assert [(row, column) for row, column, _sentence in page.context["errors"]] == [
        (3, "beer"),
        (4, "first_day"),
        (4, "gross"),
        (4, "units"),
        (5, ""),
        (6, ""),
        (8, ""),
    ]
    assert page.context["errors"][5][2].startswith("Sales of this beer in these days were entered already.")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "This file is empty."),
        (b"\xff\xfe\x00", "Save it as"),
        (b"beer,units\nx,1\n", "missing in the first row: first_day, last_day, gross, returns, discounts, tax."),
        (f"{HEAD},colour\n".encode(), "Nobody knows these columns: colour."),
        (f"{HEAD},beer\n".encode(), "twice: beer."),
        (f"{HEAD}\n,,,\n".encode(), "no rows below its first"),
        (f"{HEAD}\n".encode() + b"x,,,,,,,,,,\n" * 1001, "more than 1000 rows"),
        (b"x" * 1_000_001, "larger than 1 MB"),
    ],
)
def test_file_that_is_none_is_refused_in_words(finance, data: bytes, words: str) -> None:
    page = finance.post(reverse("office:royalty_upload"), {"file": SimpleUploadedFile("sales.csv", data)})

    assert page.status_code == 422
    assert [words in sentence for sentence in errors_of(page)["file"]] == [True]


def test_template_is_a_file_that_can_be_read(finance) -> None:
    text = b"".join(finance.get(reverse("office:royalty_template")).streaming_content).decode("utf-8-sig")

    page = upload(finance, *text.splitlines()[1:], head=text.splitlines()[0])

    assert [(row, column) for row, column, _sentence in page.context["errors"]] == [(2, "beer")]


def test_forged_file_is_refused_in_words(finance) -> None:
    page = finance.post(reverse("office:royalty_enter_file"), {"sha256": "0" * 64})

    assert (page.status_code, errors_of(page)) == (
        422,
        {"__all__": ["This file cannot be read any more. Please upload it again."]},
    )


def test_round_is_shown_then_issued_then_paid(finance) -> None:
    agreement = make_agreement()
    make_mandate(agreement.adoption.proposal.author)
    make_sales(agreement.beer)
    make_rules()
    page = reverse("office:royalty_round_new")
    shown = finance.get(page)
    day = clock.today()

    asked = {"act": "issue", "currency": "GBP", "last_day": day, "pay_on": day}
    answered = finance.post(page, {**asked, "sha256": shown.context["sha256"]})
    issue = RoyaltyRound.objects.get()
    make_files()
    round_page = finance.get(answered.url)
    paid = finance.post(reverse("office:royalty_pay", args=[issue.public_id]), {"route": "sandbox"})

    assert (shown.context["paid_minor"], shown.context["count"], round_page.context["payable_minor"]) == (1000, 1, 1000)
    run = PayoutRun.objects.get()
    assert (paid.url, run.total_minor) == (reverse("office:payout", args=[run.public_id]), 1000)
    pdf = finance.get(reverse("office:royalty_statement", args=[RoyaltyStatement.objects.get().public_id]))
    assert (pdf["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"last_day": "2199-01-01"}, ["last_day"]),
        ({"pay_on": "2020-01-01"}, ["pay_on"]),
        ({"currency": "USD"}, ["currency"]),
        ({"last_day": "2025-01-31"}, ["__all__"]),
    ],
)
def test_refused_round_keeps_what_was_typed(finance, changed: dict[str, str], wrong: list[str]) -> None:
    make_sales(make_agreement().beer)
    make_rules()
    asked = {"act": "issue", "currency": "GBP", "last_day": str(clock.today()), "pay_on": str(clock.today())}
    asked["sha256"] = finance.get(reverse("office:royalty_round_new")).context["sha256"]

    page = finance.post(reverse("office:royalty_round_new"), {**asked, **changed})

    assert (page.status_code, sorted(errors_of(page)), RoyaltyRound.objects.exists()) == (422, wrong, False)
    assert page.context["form"]["last_day"].value() == changed.get("last_day", asked["last_day"])


def test_round_is_bound_to_the_sums_that_were_read(finance) -> None:
    agreement = make_agreement()
    make_sales(agreement.beer)
    make_rules()
    page, day = reverse("office:royalty_round_new"), str(clock.today())
    read = finance.get(page).context["sha256"]
    make_sales(agreement.beer, net_minor=9_000_000, kind="correction")

    stale = finance.post(page, {"act": "issue", "currency": "GBP", "last_day": day, "pay_on": day, "sha256": read})

    assert (stale.status_code, errors_of(stale)) == (422, {"__all__": [str(DuesChanged())]})
    assert (RoyaltyRound.objects.exists(), stale.context["sha256"] == read) == (False, False)


def test_nothing_to_pay_is_said(finance) -> None:
    make_sales(make_agreement().beer)
    issue = make_round()

    page = finance.post(reverse("office:royalty_pay", args=[issue.public_id]), {"route": "csv"})

    assert (page.status_code, [row.what for row in page.context["open"]]) == (422, ["waiting"])


def test_first_page_says_what_waits(finance) -> None:
    make_adopted(text="Lonely")
    waiting = make_agreement(approved=False)
    make_sales(make_agreement().beer, approved=False)

    page = finance.get(reverse("office:royalties"))

    assert [one.proposal.text for one in page.context["adoptions"]] == ["Lonely"]
    assert (page.context["agreements"], len(page.context["reports"])) == ([waiting], 1)


PAGES = ("royalties", "royalty_sales", "royalty_statements")


@pytest.mark.parametrize("page", PAGES)
def test_pages_ask_as_often_however_many_rows(finance, page: str) -> None:
    asked = []
    for rows in (1, 3):
        for _row in range(rows):
            agreement = make_agreement()
            make_sales(agreement.beer)
            make_sales(agreement.beer, kind="returns", net_minor=-1, approved=False)
            make_round(period_to=clock.today() + timedelta(days=1))
        with CaptureQueriesContext(connection) as counted:
            finance.get(reverse(f"office:{page}"))
        asked.append(len(counted))

    assert asked[0] == asked[1]


def test_office_is_told_what_waits_for_whom(finance) -> None:
    make_adopted(text="Lonely")
    make_agreement(adoption=make_adopted(text="Asked"), approved=False)
    beer = make_agreement(beer=make_beer("Mossy Gate")).beer
    make_sales(beer, approved=False)
    paid = make_agreement(adoption=make_adopted(author=make_person()))
    make_mandate(paid.adoption.proposal.author)
    make_sales(paid.beer)
    make_round(pay_on=clock.today())

    page = finance.get(reverse("office:home")).content.decode()

    assert [
        title
        for title in (
            "Make the creator&#x27;s agreement: Lonely",
            "Decide the creator&#x27;s agreement: Asked",
            "Approve the sales: Mossy Gate",
            "Pay creators their £10.00",
        )
        if title not in page
    ] == []
