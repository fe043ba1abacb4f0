"""Every page of the journey, of signing in, of the office and of the demo, in Vietnamese: no English is left."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Party
from equity.models import Application
from equity.queries.offers import latest_documents
from portal.permissions import PERMISSIONS as OFFICE
from tests.consistency.test_permissions import RIGHTS
from tests.consistency.visible_text import english_in, visible_text
from tests.consistency.world import NAMES, World, address
from tests.factories.equity import details_of, make_company, make_open_offer
from tests.factories.people import make_holder, make_staff, sign_in, sign_in_staff

# What is data: names, references to resolutions, the provider's words, and the English the office sees beside the
# Vietnamese because people approve both.
DATA = re.compile(
    "Offer document|Candid Capital|Calder Bank|AGM 2026|Words of |no such payment|Eight times the sales|"
    "Bank and suppliers|A and B shares|The Old Maltings|The Secretary, 1 Lock Lane|THAT the annual accounts|"
    "Name the amber one|the company( trả thù lao|$)|Which beer shall we brew|The winner will be brewed|"
    "invented for tests|What the company was paid|Agreement of 2 January 2025|One invoice was missing"
)
# Any cache may keep them, so their language stands in the address and not in a cookie.
FRAGMENTS = {"agm:live", "agm:hall_stage"}
FORM_PAGES = """
    account_login account_signup account_staff_login account_reset_password account_name
    account_change_password mfa_activate_totp
"""
SENTENCES = (
    r"Bạn có thể mất toàn bộ số tiền bỏ ra; chỉ nên mua bằng khoản tiền mà nếu mất, cuộc sống của bạn vẫn ổn\.",
    r"Nếu công ty bị bán hoặc phá sản, những người sau được trả tiền trước bạn: .+ \(.+ tính đến ngày [\d/]+\),? "
    r"rồi đến .+ \(.+ ngày [\d/]+, mỗi năm tăng 18 %\); bán được dưới .+ thì bạn không nhận được đồng nào\.",
    r"Có thể bạn sẽ không bao giờ bán lại được cổ phần, và không ai hứa sẽ có cổ tức: .+, cổ tức gần nhất là .+\.",
    r"Giá bán do hội đồng quản trị tự định: £23,75 một cổ phần, tức cả công ty được tính là .+; "
    r"năm ngoái công ty lỗ .+ và chưa có bên độc lập nào thẩm định giá này\.",
    r"Tiền của bạn vào công ty, không vào túi cổ đông cũ bán ra\.",
    r"Cho đến khi phân phối cổ phần, tiền nằm trong tài khoản riêng và bạn rút lại được chỉ với một lần chạm, "
    r"sau đó thì không\.",
)


def in_vietnamese(client: Client) -> Client:
    client.cookies["django_language"] = "vi"
    return client


def leftovers(answer: Any) -> list[str]:
    """Return the English of an answered page; one that leads elsewhere or is a file has none."""
    if answer.status_code in (301, 302, 303) or "html" not in answer.headers.get("Content-Type", ""):
        return []
    page = answer.content.decode()
    assert '<html lang="vi"' in page or "<html" not in page
    return [piece for piece in english_in(page) if not DATA.search(piece)]


@pytest.fixture
def readers(world: World) -> dict[str, Client]:
    Party.objects.update(language="vi")  # the page that stops a change of bank details speaks its mail's language
    return {who: in_vietnamese(client) for who, client in world.clients.items()}


def test_no_page_is_left_in_english(world: World, readers: dict[str, Client]) -> None:
    left, seen = {}, 0

    for name in [*RIGHTS, *OFFICE]:
        url = address(name, NAMES[name], world)
        for who, client in readers.items():
            answer = client.get(url, {"lang": "vi"} if name in FRAGMENTS else None)
            seen += answer.status_code == 200
            if english := leftovers(answer):
                left[f"{name} for {who}"] = english

    assert left == {}
    assert seen > 200


@pytest.mark.parametrize("name", FORM_PAGES.split())
def test_no_refused_form_is_left_in_english(name: str, world: World, readers: dict[str, Client]) -> None:
    url = address(name, NAMES[name], world)
    for who in ("anonymous", "owner", "secretary"):
        for data in ({}, {"login": "x", "email": "x", "full_name": "1", "password": "x", "code": "0"}):
            assert leftovers(readers[who].post(url, data)) == []


def test_no_word_about_a_weak_password_is_english(readers: dict[str, Client]) -> None:
    data = {"oldpassword": "wrong", "password1": "password", "password2": "different"}

    answer = readers["secretary"].post(reverse("account_change_password"), data)

    text = " ".join(visible_text(answer.content.decode()))
    assert leftovers(answer) == []
    assert "Hai lần nhập mật khẩu phải giống nhau." in text or "Mật khẩu này quá ngắn." in text


@pytest.fixture
def buyer(db: None) -> Client:
    user = make_holder(name="Phạm Thị Ngọc Lan", language="vi")
    client = in_vietnamese(sign_in(user))
    client.user = user  # type: ignore[attr-defined]
    return client


def steps_of(buyer: Client) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Yield each step of an application with answers that are refused and answers that are taken."""
    offer = make_open_offer()
    buyer.post(reverse("equity:warning", args=[offer.slug]))
    document = f"document_{latest_documents(offer)[0].public_id}"
    yield "details", {"date_of_birth": "31/02/1984"}, details_of(buyer.user)  # type: ignore[attr-defined]
    yield "holder", {"holder_kind": "joint"}, {"holder_kind": "self"}
    yield "category", {"category": "restricted"}, {"category": "restricted", "confirm": "on"}
    yield "questions", {"lose": "no"}, {"lose": "yes"}
    yield "quantity", {"shares": "3"}, {"shares": "4"}
    yield "wait", {}, {}
    yield "check", {}, {document: "on"}


def test_no_step_of_an_application_is_left_in_english(buyer: Client) -> None:
    left, seen = {}, []

    for step, refused, taken in steps_of(buyer):
        url = reverse(f"equity:{step}", args=[Application.objects.latest("pk").public_id])
        for kind, answer in (
            ("empty", buyer.get(url)),
            ("refused", buyer.post(url, refused, follow=True)),
            ("wait", buyer.get(url)),
            ("taken", buyer.post(url, taken, follow=True)),
        ):
            seen.append(answer.status_code)
            if english := leftovers(answer):
                left[f"{step}, {kind}"] = english

    assert left == {}
    assert set(seen) <= {200, 302}


def test_the_five_sentences_stand_on_the_offer_page(db: None) -> None:
    offer = make_open_offer()

    page = in_vietnamese(Client()).get(reverse("equity:offer", args=[offer.slug])).content.decode()

    text = " ".join(visible_text(page)).replace("\N{NO-BREAK SPACE}", " ")
    missing = [sentence for sentence in SENTENCES if not re.search(sentence, text)]
    assert missing == []


def test_the_two_buttons_are_those_of_the_glossary(buyer: Client) -> None:
    page = buyer.get(reverse("equity:warning", args=[make_open_offer().slug])).content.decode()

    assert {"Để tôi suy nghĩ thêm", "Tiếp tục"} <= set(visible_text(page))


def test_new_offer_refused_in_vietnamese(db: None) -> None:
    make_company()
    client = in_vietnamese(sign_in_staff(make_staff("secretary")))

    answer = client.post(reverse("office:offer_new"), {"slug": "không phải", "price_minor": "x"})

    assert answer.status_code == 422
    assert leftovers(answer) == []


def test_english_sentence_on_a_page_is_seen() -> None:
    page = """<html lang="vi"><title>Trang</title><p lang="en">You and me</p><p>Chào <b>and</b></p>
        <img alt="Nothing on offer"><p>This page could not be found: Take my money back</p><script>the</script>"""

    found = english_in(page)

    assert found == ["and", "Nothing on offer", "This page could not be found: Take my money back"]
