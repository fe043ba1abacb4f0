"""The receipt for application money: says what came in, where it is and what comes next, on one tagged page."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core import clock
from core.pdf import render_pdf
from core.transactions import atomic
from equity.documents import receipt_context, receipt_pdf
from equity.models import Application
from equity.services.endings import withdraw
from equity.templatetags.certificates import RECEIPT_LETTERS_MAX, receipt_is_long
from tests.factories.equity import (
    make_approved_batch,
    make_open_offer,
    make_paid_application,
    make_payable_application,
)
from tests.factories.people import make_holder, sign_in
from tests.pdf_reader import fonts_of, marked_pieces, open_pdf, squeezed, tags_of, text_of, unmarked_paintings

Facts = dict[str, Any]
SENT_BACK = {"amount_minor": -9500, "is_sent": True, "at": datetime(2026, 6, 14, 9, 0, tzinfo=UTC)}
TEXT_FIELDS = (
    "company_name", "company_number", "registered_in", "registered_office", "email", "reference",
    "payer", "offer_title", "share_class_name", "money_held_where", "payment_reference",
)  # fmt: skip


def facts(**changed: Any) -> Facts:
    known: Facts = {
        "company_name": "Copper & Kiln Brewing Company plc",
        "company_number": "SC998877",
        "registered_in": "Scotland",
        "registered_office": "The Old Maltings, 12 Quay Street, Leith EH6 7AB",
        "email": "shares@example.org",
        "reference": "kW3xQ0n8Tz6vR1bYp5uLdA",
        "payer": "Nguyễn Thị Ánh Tuyết",
        "offer_title": "Round 7",
        "share_class_name": "B ordinary",
        "quantity": 4,
        "price_minor": 2375,
        "currency": "GBP",
        "allotted_at": None,
        "board_by_on": date(2026, 7, 12),
        "money_held": "separate",
        "money_held_where": "Calder Bank, application account",
        "printed_at": datetime(2026, 6, 12, 9, 30, tzinfo=UTC),
        "stands": "held",
        "received_minor": 9500,
        "received_at": datetime(2026, 6, 12, 9, 0, tzinfo=UTC),
        "payment_reference": "pW3xQ0n8Tz6vR1bYp5uLdB",
        "is_price_times_shares": True,
        "refunds": [],
        "rest_minor": 9500,
    }
    return {**known, **changed}


def receipt(known: Facts, language: str = "en") -> bytes:
    return render_pdf(template="equity/pdf/receipt.html", context={"receipt": known}, language=language, pages_max=1)


def letters(unit: str, length: int = 300) -> str:
    """Return ``unit`` repeated to exactly ``length`` letters."""
    return (unit * length)[:length].strip().ljust(length, "x")


def test_receipt_says_every_fact_and_nothing_else() -> None:
    data = receipt(facts())

    said = [
        "Copper & Kiln Brewing Company plc",
        "Receipt for application money",
        "4",
        "£95.00 is here, for 4 shares that the board has not allotted yet.",
        "This is a receipt for application money. It is not a certificate, and it gives no shares.",
        "The sum", "Ours", "Yours, with a pencil",
        "Shares, B ordinary", "4",
        "Price of a share", "× £23.75",
        "Received 12 June 2026, 10:00", "£95.00",
        "We hold for you", "£95.00",
        "Your reference", "kW3xQ0n8Tz6vR1bYp5uLdA",
        "Number of the payment", "pW3xQ0n8Tz6vR1bYp5uLdB",
        "Received from", "Nguyễn Thị Ánh Tuyết",
        "The offer", "Round 7",
        "Where the money lies",
        "Until shares are allotted your money lies in a separate account and you can take it back with one tap, "
        "afterwards you cannot. (Calder Bank, application account)",
        "What happens next",
        "The board decides by 12 July 2026 at the latest. Then the shares are allotted to you, or the money goes back.",
        "Copper & Kiln Brewing Company plc, registered in Scotland, number SC998877. "
        "Registered office: The Old Maltings, 12 Quay Street, Leith EH6 7AB. shares@example.org",
        "As things stood 12 June 2026, 10:30. Times are those of the time zone Europe/London.",
    ]  # fmt: skip
    assert sorted(text_of(data)) == sorted(squeezed("".join(said)))
    assert [sentence for sentence in said if squeezed(sentence) not in text_of(data)] == []


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (
            {"stands": "allotted", "allotted_at": datetime(2026, 6, 30, 9, 0, tzinfo=UTC)},
            "Your £95.00 became 4 shares on 30 June 2026.",
        ),
        ({"stands": "going_back"}, "£95.00 came in and is going back to you."),
        ({"stands": "gone_back", "refunds": [SENT_BACK]}, "£95.00 came in and was sent back to you."),
    ],
)
def test_sentence_on_top_says_where_the_money_is(changed: Facts, sentence: str) -> None:
    assert squeezed(sentence) in text_of(receipt(facts(**changed)))


def test_money_sent_back_is_taken_off_in_the_sum() -> None:
    text = text_of(receipt(facts(stands="gone_back", refunds=[SENT_BACK], rest_minor=0)))

    assert squeezed("Received 12 June 2026, 10:00 £95.00 Sent back 14 June 2026, 10:00 −£95.00") in text
    assert squeezed("We hold for you £0.00") in text


def test_sum_that_price_and_shares_do_not_make_is_not_shown_as_one() -> None:
    text = text_of(receipt(facts(stands="going_back", is_price_times_shares=False)))

    assert squeezed("Price of a share") not in text
    assert "×" not in text


def test_money_in_the_companys_own_account_prints_the_warning() -> None:
    text = text_of(receipt(facts(money_held="company")))

    assert squeezed("if the company fails before that, you may lose it") in text


def test_vietnamese_receipt_is_tagged_dated_and_counted_in_vietnamese() -> None:
    data = receipt(facts(quantity=12346), language="vi")

    assert open_pdf(data).trailer["/Root"]["/Lang"] == "vi"
    assert squeezed("10:00 ngày 12/6/2026") in text_of(data)
    assert squeezed("12 tháng 7 năm 2026") in text_of(data)
    assert "12.346" in text_of(data)
    assert "£95,00" in text_of(data)


def test_screen_reader_hears_headings_in_order_and_a_table_with_a_column_for_the_pencil() -> None:
    data = receipt(facts())
    tags = tags_of(data)

    assert [tag.kind for tag in tags if re.fullmatch("H[1-6]", tag.kind)] == ["H1", "H2", "H2"]
    assert [sum(tag.kind == kind for tag in tags) for kind in ("Table", "TR", "TH", "TD", "Figure")] == [1, 5, 7, 8, 0]
    assert unmarked_paintings(data) == []
    assert sorted(piece for tag in tags for piece in tag.pieces) == marked_pieces(data)


def test_receipt_uses_our_fonts_only_and_tells_only_its_title() -> None:
    data = receipt(facts())

    assert [name for name, embedded in fonts_of(data).items() if not (name.startswith("Kilderkin-") and embedded)] == []
    assert open_pdf(data).metadata == {
        "/Title": "Receipt kW3xQ0n8Tz6vR1bYp5uLdA, Copper & Kiln Brewing Company plc",
        "/Producer": "Kilderkin",
    }


@pytest.mark.parametrize("language", ["en", "vi"])
def test_longest_facts_together_still_fit_on_one_page(language: str) -> None:
    known = facts(
        company_name=letters("Công ty cổ phần bia Đồng & Lò ", 160),
        registered_office=letters("12 Quay Street, Leith, Edinburgh "),
        payer=letters("Nguyễn Thị Ánh Tuyết Hoàng "),
        offer_title=letters("ĐẠI HỘI ĐỒNG CỔ ĐÔNG ỄẬỘỸ ", 120),
        share_class_name=letters("phổ thông ưu đãi ", 80),
        money_held="company",
        money_held_where=letters("Calder Bank, application account ", 160),
        quantity=2_147_483_647,
        price_minor=999_999_999_999,
        received_minor=9_223_372_036_854_775_807,
        rest_minor=9_223_372_036_854_775_807,
        refunds=[SENT_BACK, SENT_BACK],
    )

    data = receipt(known, language)

    names = ("company_name", "registered_office", "payer", "offer_title", "share_class_name", "money_held_where")
    assert len(open_pdf(data).pages) == 1
    assert [name for name in names if squeezed(known[name]) not in text_of(data)] == []


@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize("beyond", [0, 1])
def test_receipt_at_the_edge_between_usual_and_closer_type_is_one_page(beyond: int, language: str) -> None:
    known = facts(money_held="company", refunds=[SENT_BACK], received_minor=99_999_999_999)
    others = sum(len(value) for name, value in known.items() if isinstance(value, str) and name != "payer")
    known["payer"] = letters("Nguyễn Thị Ánh Tuyết Hoàng ", RECEIPT_LETTERS_MAX - others + beyond)

    data = receipt(known, language)

    assert receipt_is_long(known) is bool(beyond)
    assert len(open_pdf(data).pages) == 1


@pytest.mark.parametrize("field", TEXT_FIELDS)
@pytest.mark.parametrize(
    "payload",
    ['"><img src=file:///etc/passwd>', "<link rel=attachment href=file:///etc/passwd>", "{{ 7|add:7 }}{% debug %}"],
)
def test_attack_in_any_field_is_printed_as_the_text_it_is(field: str, payload: str) -> None:
    data = receipt(facts(**{field: payload}))

    assert squeezed(payload) in text_of(data)
    assert open_pdf(data).attachments == {}
    assert "root:" not in text_of(data)


@pytest.mark.django_db
def test_receipt_of_a_paid_application_adds_up_to_what_came_in() -> None:
    application = make_paid_application(make_open_offer(), quantity=4)

    context = receipt_context(application)

    money = {name: context[name] for name in ("stands", "quantity", "price_minor", "received_minor", "rest_minor")}
    assert money == {"stands": "held", "quantity": 4, "price_minor": 2375, "received_minor": 9500, "rest_minor": 9500}
    assert context["received_at"] == application.paid_at
    assert context["payer"] == application.applicant.display_name
    assert squeezed("£95.00 is here, for 4 shares") in text_of(receipt_pdf(application))


@pytest.mark.django_db
def test_receipt_of_a_withdrawn_application_says_that_the_money_goes_back() -> None:
    application = make_paid_application(make_open_offer(), quantity=4)
    with atomic():
        application = withdraw(application=application, by=application.applicant_user, at=clock.now())

    context = receipt_context(application)

    assert (context["stands"], context["rest_minor"]) == ("going_back", 0)
    assert [(line["amount_minor"], line["is_sent"]) for line in context["refunds"]] == [(-9500, False)]


@pytest.mark.django_db
def test_receipt_of_allotted_shares_says_that_the_money_became_shares() -> None:
    offer = make_open_offer()
    application = make_paid_application(offer, quantity=4)
    make_approved_batch(offer)
    application = Application.objects.get(pk=application.pk)

    context = receipt_context(application)

    assert (context["stands"], context["allotted_at"]) == ("allotted", application.allotted_at)


def get(client: Client, application: Application) -> Any:
    return client.get(reverse("equity:receipt", args=[application.public_id]))


@pytest.mark.django_db
def test_owner_gets_the_receipt_and_no_cache_keeps_it() -> None:
    application = make_paid_application(make_open_offer())

    response = get(sign_in(application.applicant_user), application)

    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'inline; filename="receipt-{application.public_id}.pdf"'
    assert "no-store" in response["Cache-Control"]
    assert squeezed(application.public_id) in text_of(response.content)


@pytest.mark.django_db
def test_receipt_is_hidden_from_others_and_before_payment() -> None:
    offer = make_open_offer()
    paid, unpaid = make_paid_application(offer), make_payable_application(offer)

    assert get(sign_in(make_holder()), paid).status_code == 404
    assert get(sign_in(unpaid.applicant_user), unpaid).status_code == 404
    assert get(Client(), paid).status_code == 302
    assert sign_in(paid.applicant_user).post(reverse("equity:receipt", args=[paid.public_id])).status_code == 405


@pytest.mark.django_db
def test_name_that_cannot_be_printed_leads_to_the_tracker_which_says_so() -> None:
    application = make_paid_application(make_open_offer())
    application.applicant.display_name = "李 Siobhán"
    application.applicant.save(update_fields=["display_name"])
    client = sign_in(application.applicant_user)

    response = client.get(reverse("equity:receipt", args=[application.public_id]), follow=True)

    assert response.redirect_chain == [(reverse("equity:tracker", args=[application.public_id]), 302)]
    assert "The text holds characters that cannot be printed: U+674E." in response.content.decode()
