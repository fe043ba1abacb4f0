"""An offer in the office: drafted, gated, signed by two, approved by its version, opened, closed."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core.models import AuditRecord
from equity.enums import OfferState
from equity.errors import GATE_SENTENCES, MakerCannotApprove, NotDraft, VersionChanged
from equity.models import AllotmentAuthority, Offer, OfferApproval, OfferDocument, RankingLine, UseOfMoney
from equity.queries.offers import ranking_sha256, version_sha256
from equity.rules.publish_gate import Missing
from portal.queries.office_offers import PAGE_OF, SECTION_OF, SECTION_TITLES
from portal.views.office.sections import SECTIONS
from tests.factories.equity import (
    PDF,
    make_bare_offer,
    make_company,
    make_draft_offer,
    make_open_offer,
    make_profile,
    make_share_class,
    sign_and_approve,
)
from tests.factories.people import make_staff, sign_in_staff, staff_client

pytestmark = pytest.mark.django_db


def url(page: str, offer: Offer, *more: str) -> str:
    return reverse(f"office:{page}", args=[offer.slug, *more])


def terms() -> dict[str, str]:
    make_company()
    return {
        "slug": "round-nine",
        "title": "Round nine",
        "title_vi": "Đợt chín",
        "share_class": str(make_share_class().pk),
        "profile": str(make_profile().pk),
        "price_minor": "23.75",
        "block_size": "2",
        "person_min_shares": "2",
        "person_max_shares": "40",
        "minimum_shares": "100",
        "cap_shares": "1,000",
        "opens_at": "2026-06-01 09:00",
        "closes_at": "30/06/2027 17:00",
        "countries": "gb, VN",
    }


def ranking_rows() -> dict[str, str]:
    rows = [("Bank", "Ngân hàng", "creditor", "3,100,000.00", ""), ("C shares", "Cổ phần C", "preferred", "50", "18")]
    data = {"count": "3"}
    for number, (label, label_vi, kind, amount, growth) in enumerate(rows):
        data |= {f"order_{number}": str(2 - number), f"label_{number}": label, f"label_vi_{number}": label_vi,
                 f"kind_{number}": kind, f"amount_minor_{number}": amount, f"as_of_on_{number}": "2026-05-31",
                 f"growth_bps_{number}": growth}  # fmt: skip
    return data | {"order_2": "3", "label_2": "", "label_vi_2": "", "kind_2": "creditor", "amount_minor_2": ""}


def test_new_offer_is_a_draft_with_its_terms_in_minor_units() -> None:
    client = staff_client("secretary")

    answer = client.post(reverse("office:offer_new"), terms())

    offer = Offer.objects.get()
    assert answer.headers["Location"] == url("offer", offer)
    assert (offer.state, offer.price_minor, offer.currency, offer.cap_shares) == ("draft", 2375, "GBP", 1000)
    assert (offer.countries, offer.created_by) == (["GB", "VN"], client.user)
    assert offer.opens_at.isoformat() == "2026-06-01T08:00:00+00:00"


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("price_minor", "23.755", "This is not an amount in GBP. Write it like 1,234.50."),
        ("price_minor", "0", "This amount is too small."),
        ("cap_shares", "10000000000000", "Ensure this value is less than or equal to 2000000000."),
        ("person_min_shares", "3", "This is not a whole number of blocks."),
        ("person_min_shares", "1", "Nobody can buy less than one block."),
        ("cap_shares", "20", "One person could buy more than the whole offer."),
        ("closes_at", "2026-05-01 09:00", "The offer must close after it opens."),
        ("closes_at", "0206-05-01 09:00", "Enter a day between 1900 and 2199."),
        ("countries", "GB, XX", "“XX” is no country. Write two letters, for example GB."),
        ("title", "", "Fill in: Title in English"),
    ],
)
def test_terms_that_cannot_be_come_back_with_a_sentence_and_what_was_typed(
    field: str, typed: str, sentence: str
) -> None:
    client = staff_client("secretary")

    answer = client.post(reverse("office:offer_new"), terms() | {field: typed})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert page.count("There is a problem") == 1
    assert 'value="Đợt chín"' in page
    assert not Offer.objects.exists()


def test_price_is_read_in_the_currency_of_the_typed_class() -> None:
    client = staff_client("secretary")
    dong = make_share_class(code="V", currency="VND", nominal_minor=10_000)

    client.post(reverse("office:offer_new"), terms() | {"share_class": str(dong.pk), "price_minor": "250,000"})

    assert Offer.objects.values_list("price_minor", "currency").get() == (250_000, "VND")


def test_gate_names_every_missing_thing_with_the_page_where_it_is_mended() -> None:
    client = staff_client("secretary")
    offer = make_bare_offer(by=client.user)

    page = client.get(url("offer", offer)).content.decode()

    assert str(GATE_SENTENCES[Missing.RANKING]) in page
    assert f'<a href="{url("offer_section", offer, "money")}">{GATE_SENTENCES[Missing.MONEY_HELD]}</a>' in page


def test_everything_the_office_can_mend_has_a_page() -> None:
    beyond = {Missing.COMPANY_MAY_OFFER, Missing.COMPANY_STATE, Missing.VIETNAMESE}

    assert set(Missing) - SECTION_OF.keys() - PAGE_OF.keys() == beyond
    assert set(SECTION_OF.values()) <= set(SECTION_TITLES)
    assert list(SECTIONS) == list(SECTION_TITLES)


def test_whole_draft_is_written_through_the_sections() -> None:
    client = staff_client("secretary")
    offer = make_bare_offer(by=client.user, closes_at="2027-06-30T17:00:00Z")
    posts = {
        "promotion": {"promotion_basis": "approved", "promotion_firm": "Candid", "promotion_firm_number": "1",
                      "promotion_approved_on": "2026-01-02", "promotion_expires_on": "2099-01-02"},
        "preemption": {"preemption": "disapplied", "preemption_reference": "Resolution 8"},
        "ranking": ranking_rows(),
        "accounts": {"accounts_year_end_on": "2025-12-31", "accounts_profit_minor": "−412,000.50",
                     "accounts_cash_minor": "120,000", "accounts_net_debt_minor": "2,100,000"},
        "price": {"price_basis": "Sales", "price_basis_vi": "Doanh thu", "never_traded": "on",
                  "last_dividend": "none", "last_dividend_vi": "chưa có"},
        "uses": {"count": "1", "order_0": "1", "label_0": "Tanks", "label_vi_0": "Bồn", "amount_minor_0": "23,750"},
        "money": {"money_held": "separate", "money_held_where": "Calder Bank"},
        "documents": {"kind": "offer-document", "title": "Offer document", "title_vi": "Tài liệu",
                      "file": SimpleUploadedFile("offer.pdf", PDF)},
    }  # fmt: skip

    refused = {
        code: answer.context["form"].errors
        for code, data in posts.items()
        if (answer := client.post(url("offer_section", offer, code), data)).status_code != 302
    }
    authority = {
        "resolution_reference": "AGM 7",
        "resolved_on": "2026-01-01",
        "expires_on": "2031-01-01",
        "max_shares": "5000",
    }
    client.post(url("authority_new", offer), authority)

    offer.refresh_from_db()
    assert refused == {}
    assert offer.authority == AllotmentAuthority.objects.get()
    assert offer.disclosure.accounts_profit_minor == -41_200_050
    assert list(RankingLine.objects.order_by("position").values_list("label", "amount_minor", "growth_bps")) == [
        ("C shares", 5000, 1800),
        ("Bank", 310_000_000, 0),
    ]
    assert UseOfMoney.objects.get().amount_minor == 2_375_000
    page = client.get(url("offer", offer))
    missing = {str(line.sentence) for line in page.context["gate"]}
    assert missing == {str(GATE_SENTENCES[name]) for name in
                       (Missing.RANKING_SIGNATURES, Missing.APPROVAL, Missing.RANKING_OLD)}  # fmt: skip


def test_row_that_lacks_a_part_says_which_and_keeps_the_rest() -> None:
    client = staff_client("secretary")
    offer = make_draft_offer(by=client.user)
    before = list(RankingLine.objects.values_list("label", flat=True))

    answer = client.post(url("offer_section", offer, "ranking"), ranking_rows() | {"label_vi_1": ""})

    assert answer.status_code == 422
    assert answer.context["form"].errors == {"label_vi_1": ["This part of the row is missing."]}
    assert 'value="3,100,000.00"' in answer.content.decode()
    assert list(RankingLine.objects.values_list("label", flat=True)) == before


@pytest.mark.parametrize(
    ("data", "sentence"),
    [(b"GIF89a", "This file is not a PDF."), (PDF + b" " * 10 * 1024 * 1024, "This file is larger than 10 MB.")],
)
def test_only_a_pdf_of_ten_megabytes_becomes_a_document(data: bytes, sentence: str) -> None:
    client = staff_client("secretary")
    offer = make_bare_offer(by=client.user)

    fields = {
        "kind": "offer-document",
        "title": "Offer",
        "title_vi": "Chào bán",
        "file": SimpleUploadedFile("a.pdf", data),
    }
    answer = client.post(url("offer_section", offer, "documents"), fields)

    assert answer.status_code == 422
    assert answer.context["form"].errors["file"] == [sentence]
    assert not OfferDocument.objects.exists()


def test_authority_of_another_class_is_dropped_with_the_class() -> None:
    client = staff_client("secretary")
    offer = make_draft_offer(by=client.user)

    other = make_share_class(code="D")
    answer = client.post(url("offer_section", offer, "terms"), terms() | {"share_class": str(other.pk)})

    offer.refresh_from_db()
    assert answer.status_code == 302
    assert (offer.share_class, offer.authority) == (other, None)


def test_two_people_sign_what_they_read_then_director_approves_then_secretary_opens() -> None:
    secretary, finance, director = (staff_client(role) for role in ("secretary", "finance", "director"))
    offer = make_draft_offer(by=secretary.user)

    for signer in (secretary, finance):
        page = signer.get(url("offer_sign", offer))
        signer.post(url("offer_sign", offer), {"sha256": page.context["sha256"]})
    page = director.get(url("offer_approve", offer))
    director.post(url("offer_approve", offer), {"sha256": page.context["sha256"]})
    opened = secretary.post(url("offer_open", offer), follow=True)

    offer.refresh_from_db()
    assert offer.state == OfferState.OPEN
    assert "The offer is open." in opened.content.decode()
    verbs = AuditRecord.objects.filter(
        subject_kind="equity.offer", verb__in=["ranking_signed", "offer_approved", "offer_opened"]
    )
    assert list(verbs.order_by("id").values_list("verb", flat=True)) == [
        "ranking_signed",
        "ranking_signed",
        "offer_approved",
        "offer_opened",
    ]


def test_ranking_signed_once_is_still_missing_a_signature() -> None:
    secretary = staff_client("secretary")
    offer = make_draft_offer(by=secretary.user)

    for _time in range(2):
        secretary.post(url("offer_sign", offer), {"sha256": ranking_sha256(offer)})

    page = secretary.get(url("offer", offer))
    assert str(GATE_SENTENCES[Missing.RANKING_SIGNATURES]) in page.content.decode()


def test_version_that_changed_since_it_was_read_is_not_approved() -> None:
    secretary, director = staff_client("secretary"), staff_client("director")
    offer = make_draft_offer(by=secretary.user)
    read = director.get(url("offer_approve", offer)).context["sha256"]
    secretary.post(url("offer_section", offer, "money"), {"money_held": "company", "money_held_where": "Till"})

    answer = director.post(url("offer_approve", offer), {"sha256": read})

    assert answer.status_code == 422
    assert str(VersionChanged.sentence) in answer.content.decode()
    assert answer.context["sha256"] == version_sha256(offer) != read
    assert not OfferApproval.objects.exists()


def test_change_after_approval_voids_it_and_is_shown_to_the_director() -> None:
    secretary, director = staff_client("secretary"), staff_client("director")
    offer = sign_and_approve(make_draft_offer(by=secretary.user))
    assert secretary.get(url("offer_open", offer)).context["gate"] == []

    secretary.post(url("offer_section", offer, "money"), {"money_held": "company", "money_held_where": "Till"})

    answer = secretary.post(url("offer_open", offer))
    assert answer.status_code == 422
    assert str(GATE_SENTENCES[Missing.APPROVAL]) in answer.content.decode()
    changes = director.get(url("offer_approve", offer)).context["changes"]
    assert [change.by for change in changes] == [secretary.user.email]
    assert "Bank or trustee, and the name of the account" in changes[0].sentence


def test_whoever_prepared_the_draft_cannot_approve_it() -> None:
    both = make_staff("secretary", "director")
    client = sign_in_staff(both)
    offer = make_draft_offer(by=both)

    answer = client.post(url("offer_approve", offer), {"sha256": version_sha256(offer)})

    assert answer.status_code == 422
    assert str(MakerCannotApprove.sentence) in answer.content.decode()
    assert not OfferApproval.objects.exists()


@pytest.mark.parametrize("page", ["offer_sign", "offer_approve", "offer_open", "offer_close"])
def test_acts_ask_for_a_fresh_factor_and_do_nothing_without(page: str) -> None:
    offer = sign_and_approve(make_draft_offer())
    client = sign_in_staff(make_staff("secretary", "director"), fresh=False)

    answer = client.post(url(page, offer), {"sha256": version_sha256(offer)})

    offer.refresh_from_db()
    assert answer.headers["Location"].startswith(reverse("account_confirm"))
    assert offer.state == OfferState.DRAFT
    assert OfferApproval.objects.count() == 1


def test_open_offer_has_no_sections_to_change_and_says_so() -> None:
    client = staff_client("secretary")
    offer = make_open_offer(by=client.user)

    moved = client.post(url("offer_section", offer, "money"), {"money_held": "company", "money_held_where": "Till"})
    opened = client.post(url("offer_open", offer))

    offer.refresh_from_db()
    assert moved.headers["Location"] == url("offer", offer)
    assert offer.disclosure.money_held == "separate"
    assert str(NotDraft.sentence) in opened.content.decode()


def test_closing_is_previewed_then_done_once() -> None:
    client = staff_client("secretary")
    offer = make_open_offer(by=client.user, minimum_shares=100)

    preview = client.get(url("offer_close", offer)).content.decode()
    client.post(url("offer_close", offer))
    again = client.post(url("offer_close", offer))

    offer.refresh_from_db()
    assert "The minimum of 100 shares is not reached" in preview
    assert offer.state == OfferState.CLOSED
    assert again.status_code == 422


def test_unknown_section_and_offer_are_not_found() -> None:
    client: Client = staff_client("secretary")
    offer = make_bare_offer(by=client.user)

    assert client.get(url("offer_section", offer, "secrets")).status_code == 404
    assert client.get(reverse("office:offer", args=["nothing"])).status_code == 404
