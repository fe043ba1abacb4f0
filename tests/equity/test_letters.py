"""Mails about shares: each tells state, amount, when, what next and who we are, as plain text and as the same HTML."""

import ast
import html
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import resolve
from django.utils.html import strip_tags

from core.models import OutgoingMail
from core.processes.messages import ROOT
from core.transactions import atomic
from equity.services.endings import withdraw
from tests.equity.letter_stories import AT, STORIES, letter
from tests.factories.equity import COMPANY, make_open_offer, make_paid_application
from tests.pdf_reader import squeezed

LANGUAGES = ["en", "vi"]
every_letter = pytest.mark.parametrize(("kind", "language"), [(kind, way) for kind in STORIES for way in LANGUAGES])
in_vietnamese = pytest.mark.skipif(
    not any(Path(folder, "vi/LC_MESSAGES/django.mo").exists() for folder in settings.LOCALE_PATHS),
    reason="the Vietnamese catalogue is not compiled",
)
MOMENT = {"en": "12 June 2026, 10:00", "vi": "10:00 ngày 12/6/2026"}
OWN_DAY = {
    ("thinking_time_over", "en"): "11 June 2026, 10:00",
    ("thinking_time_over", "vi"): "10:00 ngày 11/6/2026",
    ("certificate", "en"): "12 June 2026",
    ("certificate", "vi"): "12 tháng 6 năm 2026",
}
AMOUNT = {"en": "£95.00", "vi": "£95,00"}


def links_of(text: str) -> set[str]:
    return {link.rstrip(".,)") for link in re.findall(r"https?://\S+", text)}


def kinds_sent() -> set[str]:
    """Return every kind that a service names when it calls `send_letter`."""
    found: set[str] = set()
    for path in (ROOT / "equity").glob("**/*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "send_letter":
                named = next(keyword.value for keyword in call.keywords if keyword.arg == "kind")
                choices = [named.body, named.orelse] if isinstance(named, ast.IfExp) else [named]
                found |= {choice.value for choice in choices}  # type: ignore[attr-defined]
    return found


def test_every_kind_that_is_sent_has_a_text_and_a_story() -> None:
    texts = {path.stem for path in Path(ROOT / "templates/equity/email").glob("[!_]*.txt")}

    assert kinds_sent() == texts == set(STORIES)


@every_letter
def test_letter_is_one_subject_line_and_clean_paragraphs(kind: str, language: str) -> None:
    written = letter(kind, language)

    assert 0 < len(written.subject) <= 100
    assert written.subject.splitlines() == [written.subject.strip()]
    assert [part for part in written.text.rstrip("\n").split("\n\n") if part != part.strip() or not part] == []
    assert re.findall(r"\{\{|\{%|%\}|%\(|None|&#?\w+;|\n{3,}", written.subject + written.text) == []


@every_letter
def test_letter_says_amount_when_and_whose_it_is(kind: str, language: str) -> None:
    written = letter(kind, language)

    whole = f"{written.subject}\n{written.text}"
    assert AMOUNT[language] in whole
    assert OWN_DAY.get((kind, language), MOMENT[language]) in whole
    closing = written.text.split("\n\n")[-1]
    assert [
        COMPANY[name] for name in ("name", "number", "registered_office") if str(COMPANY[name]) not in closing
    ] == []
    assert closing.endswith("Europe/London.\n")


@every_letter
def test_html_says_the_same_words_with_the_same_links(kind: str, language: str) -> None:
    written = letter(kind, language)

    body = written.html.partition("<body>")[2]
    links = {link for link in re.findall(r'href="([^"]+)"', body) if not link.startswith("mailto:")}
    assert squeezed(html.unescape(strip_tags(body))) == squeezed(COMPANY["name"] + written.subject + written.text)
    assert f'<html lang="{language}">' in written.html
    assert links == links_of(written.text)
    assert re.findall(r"style=|<style|<img|<script|<table", written.html) == []


@every_letter
def test_links_lead_to_our_own_pages(kind: str, language: str) -> None:
    links = links_of(letter(kind, language).text)

    assert links != set()
    assert [link for link in links if not link.startswith(f"{settings.SITE_ORIGIN}/")] == []
    for link in links:
        resolve(link.removeprefix(settings.SITE_ORIGIN))


@every_letter
def test_typed_name_stays_text_and_never_becomes_a_link(kind: str, language: str) -> None:
    name = 'Eve <img src=x> & "{{ 7|add:7 }}" https://evil.example/x\n\nBcc: all@evil.example'

    written = letter(kind, language, given_name=name)

    assert " ".join(name.split()) in written.text.split("\n\n")[0]
    assert "evil.example" not in written.text.split("\n\n", 1)[1]
    assert "evil" not in written.subject
    assert "<img" not in written.html
    assert re.findall(r'href="[^"]*evil', written.html) == []


def test_letter_without_a_given_name_greets_plainly() -> None:
    assert letter("paid", given_name="").text.startswith("Hello,\n\n")


def test_paid_letter_reads_as_it_should() -> None:
    written = letter("paid")

    assert written.subject == "Paid: £95.00 for 4 shares"
    assert written.text.split("\n\n")[:4] == [
        "Hello Tuyết,",
        "We have your £95.00 for 4 shares (Round 7). It arrived 12 June 2026, 10:00.",
        "Until shares are allotted your money lies in a separate account and you can take it back with one tap, "
        "afterwards you cannot. (Calder Bank, application account)",
        "What happens next: the board decides by 12 July 2026 at the latest, and we write to you. "
        "You are not a shareholder yet.",
    ]


def test_one_share_is_not_called_shares() -> None:
    assert letter("allotted", quantity=1).subject == "1 share is yours"


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("paid", "Your application was paid before, by another payment. That payment stays as it is."),
        ("withdrawn", "You had withdrawn the application before the money arrived."),
        ("expired", "The application had ended before the money arrived."),
        (
            "payable",
            "When the money arrived, the application could not be completed: the offer was closed, or the answers had "
            "changed since you went to pay.",
        ),
    ],
)
def test_money_sent_back_says_why(state: str, sentence: str) -> None:
    assert letter("sent_back", state=state).text.split("\n\n")[2] == sentence


def test_withdrawn_before_paying_speaks_of_no_money() -> None:
    written = letter("withdrawn", was_paid=False, quantity=None, price_minor=None)

    assert written.subject == "You withdrew: nothing was paid"
    assert written.text.split("\n\n")[1:3] == [
        "You withdrew your application (Round 7) 12 June 2026, 10:00.",
        "Nothing was paid, so there is nothing to send back. You need not do anything.",
    ]
    assert "£" not in written.text


def test_ended_application_whose_money_came_too_late_does_not_say_that_nothing_was_paid() -> None:
    assert "othing was paid" in letter("expired").text
    assert "othing was paid" not in letter("expired", paid_at=AT).text + letter("expired", paid_at=AT).subject


def test_thinking_time_over_offers_leaving_first_and_warns() -> None:
    paragraphs = letter("thinking_time_over").text.split("\n\n")

    assert paragraphs[2] == "You could lose all the money you put in."
    assert [part.splitlines()[0] for part in paragraphs if "http" in part] == ["Do not buy:", "Go on:"]


@in_vietnamese
@pytest.mark.parametrize("kind", STORIES)
def test_vietnamese_letter_greets_by_given_name_and_leaves_nothing_in_english(kind: str) -> None:
    written, english = letter(kind, "vi"), letter(kind, "en")

    assert written.text.startswith("Chào Tuyết,\n\n")
    same = {part for part in written.text.split("\n\n") if part in english.text.split("\n\n")}
    assert same == set()
    assert written.subject != english.subject


@pytest.mark.django_db
def test_paid_and_withdrawn_applications_write_to_their_owner() -> None:
    application = make_paid_application(make_open_offer(), quantity=4)

    with atomic():
        withdraw(application=application, by=application.applicant_user, at=AT)

    mails = OutgoingMail.objects.filter(to=application.applicant_user.email).order_by("pk")
    assert [(mail.kind, mail.subject) for mail in mails] == [
        ("paid", "Paid: £95.00 for 4 shares"),
        ("withdrawn", "You withdrew: your £95.00 goes back to you"),
    ]
    assert f"{settings.SITE_ORIGIN}/buy/{application.public_id}/receipt.pdf" in mails[0].text
    assert "The board decides" not in mails[0].text
    assert "the board decides by" in mails[0].text
