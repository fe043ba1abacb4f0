"""The printed notice: every word that went in is on the page, tagged, in our fonts, in both languages."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from pypdf.generic import ContentStream

from agm.documents import POSTER_LETTERS_MAX, notice_context, notice_pdf, print_notice
from agm.models import Meeting, Notice
from agm.queries.notice_deliveries import deliveries_of
from agm.queries.notices import NoticeContent, content_sha256, digest_of, notice_content
from agm.services.notices import approve_notice
from core.jobs import engine
from core.mail.delivery import claim, deliver
from core.models import OutgoingMail
from core.pdf import render_pdf
from core.storage import read_bytes
from core.transactions import atomic
from tests.agm.notice_facts import AT, HEARD, KEEPER, NAMES, ORDINARY, RECIPES, SPECIAL, content
from tests.agm.notice_stories import SENT_AT, make_draft, make_member
from tests.factories.people import make_staff
from tests.pdf_reader import fonts_of, open_pdf, squeezed, tags_of, text_of, unmarked_paintings

PAYLOADS = [
    '"><img src=file:///etc/passwd>',
    "<link rel=attachment href=file:///etc/passwd>",
    "{{ 7|add:7 }}{% debug %}",
]
TEXT_FIELDS = ("company_name", "company_number", "registered_in", "registered_office", "email", "title", "welcome",
               "place", "address", "proxies_to")  # fmt: skip


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Read English, whatever language a request before this test was answered in."""
    with translation.override("en"):
        yield


def printed(known: NoticeContent, language: str = "en") -> bytes:
    context = {"notice": notice_context(known, at=AT)}
    return render_pdf(template="agm/pdf/notice.html", context=context, language=language)


def pieces_of_all_pages(data: bytes) -> Counter[int]:
    """Return how often each number (MCID) of a piece of tagged content is used; they begin anew on every page."""
    reader = open_pdf(data)
    operations = [pair for page in reader.pages for pair in ContentStream(page.get_contents(), reader).operations]
    return Counter(int(operands[1]["/MCID"]) for operands, operator in operations if operator == b"BDC")


def grouped(sha256: str) -> str:
    return " ".join(re.findall(".{8}", sha256))


POSTER = [
    "Copper & Kiln Brewing Company plc", "Notice of annual general meeting",
    "26", "Annual General Meeting 2026", "Friday, 26 June 2026, 11:00", "The Old Maltings",
    "2 Wharf Street, Leith EH6 7AB",
    "What we do that day", "No.", "Business", "Decided by",
    "1", "The year in beer", "nothing: to hear and to ask",
    "2", "To receive the accounts", "ordinary resolution, by shares",
    "3", "To change the articles", "special resolution, by shares",
    "4", "The beer for next year", "secret ballot, one member one vote",
    "5", "Its name", "secret ballot, one member one vote",
    "Who votes", "24 June 2026, 11:00", "Whoever stands in the register of members then.",
    "You cannot come?", "24 June 2026, 11:30", "Until then, appoint somebody who speaks and votes for you.",
    "On your phone", "http://localhost:8000/meeting/annual-general-meeting-2026/",
]  # fmt: skip
LAST_OF_POSTER = POSTER[-1]
ORDINARY_SAYS = (
    "Proposed as an ordinary resolution: it passes when more votes are cast for it than against it (Companies Act "
    "2006, section 282)."
)
SPECIAL_SAYS = (
    "Proposed as a special resolution: it is the intention to pass it as one, and it passes only with at least 75 % of "
    "the votes cast (Companies Act 2006, section 283)."
)
SECRET = (
    "Secret: your name is taken off before the scrutineer opens the paper. For 24 hours after the result any member "
    "can challenge it."
)
BUSINESS = [
    "Come early, the mild is on.",
    "The notice",
    "Notice is given that the annual general meeting of Copper & Kiln Brewing Company plc will be held at The Old "
    "Maltings, 2 Wharf Street, Leith EH6 7AB, on 26 June 2026 at 11:00, for the following business.",
    "1 The year in beer", "What we brewed.", "Nothing is put to the vote here.",
    "2 To receive the accounts", ORDINARY_SAYS, "THAT the annual accounts for 2025 be received.",
    "3 To change the articles", SPECIAL_SAYS, "THAT the articles be changed so that every member may ask for a mild.",
    "4 The beer for next year", "Which beer shall we brew next year?",
    "Lockside Mild Nguyễn Thị Ánh Tuyết", "Weir Stout", "Towpath Pale Siobhán O’Brien",
    "Put them in your order. Who comes last drops out, round by round, and those votes go on to the next choice, until "
    "one has more than half.", SECRET,
    "We promise: The winner will be brewed. By 1 September 2027.",
    "5 Its name", "What shall it be called?", "Mossy Gate", "Low Water",
    "Mark as many as you like; the one that most members marked wins.", SECRET,
    "Advice to the board: The board listens.",
]  # fmt: skip
LAW = [
    "Who may vote",
    "The register of members as it stands on 24 June 2026, 11:00 decides who may attend and vote, and with how many "
    "votes. What is entered later does not count for this meeting. On a resolution you have the votes of your shares, "
    "and you may split them. In a ballot every member has one vote, whatever they hold. Of joint holders, the vote of "
    "the one named first in the register counts (Companies Act 2006, section 286).",
    "Your right to a proxy",
    "As a member who may attend and vote you may appoint another person as your proxy, to use all or any of your "
    "rights to attend, to speak and to vote at the meeting. Your proxy need not be a member. You may appoint more than "
    "one proxy, each for different shares (Companies Act 2006, section 324).",
    "Send the appointment so that it arrives by 24 June 2026, 11:30, to: The Secretary, 12 Quay Street, Leith EH6 7AB",
    "You may still come yourself. Where you vote yourself, your own vote counts and your proxy’s does not.".replace(
        "’", "'"
    ),
    "How to vote",
    "Come to the meeting. The chair opens and closes every vote; while it is open you vote at "
    "http://localhost:8000/vote/, and if you have no phone with you, ask at the door. Until the chair closes, you can "
    "change your vote: the last one counts. Every vote is sealed as it comes in, for the scrutineer alone, and you get "
    "a receipt to check it by.",
    "Every resolution is decided by a poll, by shares. To withhold a vote is no vote in law: it counts neither for nor "
    "against.",
    "Quillon & Marsh LLP holds the key, paid by the company. Independent of the company. Every vote is sealed to this "
    "public key, and after this notice nobody can exchange it:", "01234567 89abcdef " * 4,
    "The dates, and how they follow", "What", "When", "Why",
    "This notice is sent", "1 June 2026", "approved by a director who did not prepare it",
    "It counts as given", "3 June 2026",
    "48 hours after sending, leaving out days that are not working days (Companies Act 2006, section 1147)",
    "It had to be given by", "4 June 2026", "21 clear days before the meeting (sections 307 and 360)",
    "The register decides", "24 June 2026, 11:00", "the record date of this meeting",
    "Proxies arrive by", "24 June 2026, 11:30",
    "at most 48 hours before the meeting, leaving out days that are not working days (section 327)",
    "By order of the board, 1 June 2026",
    "Copper & Kiln Brewing Company plc, registered in Scotland, number SC998877. Registered office: The Old Maltings, "
    "12 Quay Street, Leith EH6 7AB. shares@example.org",
    "Times are those of the time zone Europe/London. Fingerprint of what was approved:",
]  # fmt: skip


def test_notice_says_every_fact_and_nothing_else() -> None:
    data = printed(content())

    said = [*POSTER, *BUSINESS, *LAW, grouped(digest_of(content()))]
    pages = [f"{page} / 3" for page in (1, 2, 3)]
    assert sorted(text_of(data)) == sorted(squeezed("".join([*said, *pages])))
    assert [sentence for sentence in said if squeezed(sentence) not in text_of(data)] == []


def test_first_page_is_the_poster_and_the_law_begins_on_the_second() -> None:
    first = squeezed(open_pdf(printed(content())).pages[0].extract_text())

    assert [words for words in POSTER if squeezed(words) not in first] == []
    assert squeezed("Notice is given that") not in first


def test_general_meeting_is_not_called_annual() -> None:
    text = text_of(printed(content(kind="general", title="General Meeting")))

    assert squeezed("Notice of general meeting") in text
    assert squeezed("Notice is given that a general meeting of Copper & Kiln") in text
    assert "annual general" not in text


def test_special_resolution_is_announced_as_one_with_its_whole_text() -> None:
    text = text_of(printed(content(items=(SPECIAL,))))

    assert squeezed(SPECIAL_SAYS + SPECIAL.text) in text
    assert squeezed(ORDINARY_SAYS) not in text


def test_notice_without_anywhere_to_send_proxies_does_not_speak_of_them() -> None:
    assert squeezed("Your right to a proxy") not in text_of(printed(content(proxies_to="")))


def test_notice_says_of_a_scrutineer_that_they_are_not_independent() -> None:
    text = text_of(printed(content(scrutineer=replace(KEEPER, is_independent=False))))

    assert squeezed("Quillon & Marsh LLP holds the key, paid by the company. Not independent of the company.") in text
    assert squeezed("Independent of the company.") not in text


@pytest.mark.parametrize("language", ["en", "vi"])
def test_notice_carries_the_whole_key_in_groups_in_both_languages(language: str) -> None:
    text = text_of(printed(content(), language))

    assert squeezed("01234567 89abcdef " * 4) in text
    assert squeezed(KEEPER.name) in text


def test_notice_of_a_meeting_without_a_vote_speaks_of_no_key() -> None:
    text = text_of(printed(content(scrutineer=None, items=(HEARD,))))

    assert [words for words in ("holds the key", "public key") if squeezed(words) in text] == []


@pytest.mark.parametrize(
    ("method", "sentence"),
    [
        ("plurality", "Choose one; the one that most members chose wins."),
        ("schulze", "the one that stands up to all of them wins (Schulze's method)."),
        ("scottish-stv", "Votes that a winner does not need go on to the next choice"),
    ],
)
def test_ballot_says_how_it_is_counted(method: str, sentence: str) -> None:
    data = printed(content(items=(replace(NAMES, method=method),)))

    assert squeezed(sentence) in text_of(data)


def test_vietnamese_notice_is_tagged_dated_and_worded_in_vietnamese() -> None:
    data = printed(content(), language="vi")

    text = text_of(data)
    said = ["Đại hội đồng cổ đông thường niên 2026", "26 tháng 6 năm 2026, 11:00", "11:30 ngày 24/6/2026"]
    said += [item.title_vi for item in content().items] + [content().welcome_vi]
    said += [
        HEARD.text_vi,
        ORDINARY.text_vi,
        SPECIAL.text_vi,
        RECIPES.question_vi,
        RECIPES.promise_vi,
        NAMES.promise_vi,
    ]
    said += ["Bia đen Đập Nước", "Lockside Mild"]
    assert open_pdf(data).trailer["/Root"]["/Lang"] == "vi"
    assert [words for words in said if squeezed(words) not in text] == []
    assert [words for words in (SPECIAL.text, RECIPES.question, "Weir Stout") if squeezed(words) in text] == []


def test_vietnamese_notice_says_that_english_binds_and_the_english_one_does_not() -> None:
    binds = squeezed("Bản tiếng Anh là bản có hiệu lực pháp lý.")

    assert [binds in text_of(printed(content(), language)) for language in ("vi", "en")] == [True, False]


def test_text_missing_in_vietnamese_is_printed_in_english() -> None:
    items = (replace(ORDINARY, text_vi=""), replace(HEARD, text_vi=""))

    text = text_of(printed(content(items=items), language="vi"))

    assert [words for words in (ORDINARY.text, HEARD.text) if squeezed(words) not in text] == []


@pytest.mark.parametrize("language", ["en", "vi"])
def test_screen_reader_hears_headings_in_order_and_two_tables(language: str) -> None:
    data = printed(content(), language)
    tags = tags_of(data)

    headings = [tag.kind for tag in tags if re.fullmatch("H[1-6]", tag.kind)]
    assert headings == ["H1", *["H2"] * 5, *["H3"] * 5, *["H2"] * 4]
    assert [sum(tag.kind == kind for tag in tags) for kind in ("Table", "TR")] == [2, 12]
    assert unmarked_paintings(data) == []
    told = Counter(piece for tag in tags for piece in tag.pieces)
    assert told - pieces_of_all_pages(data) == Counter()
    # Only the number in the margin of each page is nothing to be read out.
    assert (pieces_of_all_pages(data) - told).total() == len(open_pdf(data).pages)


def test_notice_uses_our_fonts_only_and_tells_only_its_title() -> None:
    data = printed(content())

    assert [name for name, embedded in fonts_of(data).items() if not (name.startswith("Kilderkin-") and embedded)] == []
    assert open_pdf(data).metadata == {
        "/Title": "Notice: Annual General Meeting 2026, Copper & Kiln Brewing Company plc",
        "/Producer": "Kilderkin",
    }


@pytest.mark.parametrize("payload", PAYLOADS)
def test_attack_in_any_field_is_printed_as_the_text_it_is(payload: str) -> None:
    typed = {field: f"{field} {payload}" for field in TEXT_FIELDS}
    keeper = replace(KEEPER, name=f"name {payload}", paid_by=f"paid_by {payload}")

    data = printed(content(**typed, scrutineer=keeper))

    text = text_of(data)
    assert [word for word in (*typed.values(), keeper.name, keeper.paid_by) if squeezed(word) not in text] == []
    assert open_pdf(data).attachments == {}
    assert "root:" not in text


@pytest.mark.parametrize("payload", PAYLOADS)
def test_attack_in_any_word_of_the_agenda_is_printed_as_the_text_it_is(payload: str) -> None:
    words = dict.fromkeys(("title", "text", "question", "promise"), payload)
    options = (replace(RECIPES.options[0], title=payload, credit=payload), RECIPES.options[1])
    items = (replace(RECIPES, **words, options=options), replace(SPECIAL, title=payload, text=payload))

    text = text_of(printed(content(items=items)))

    assert text.count(squeezed(payload)) == 2 * 2 + 3 + 2 + 1
    assert "root:" not in text


@pytest.mark.parametrize("language", ["en", "vi"])
def test_longest_words_are_printed_whole_and_the_poster_stays_one_page(language: str) -> None:
    capitals = ("ĐẠI HỘI ĐỒNG CỔ ĐÔNG ỄẬỘỸ " * 8)[:119] + "x"
    item = replace(SPECIAL, title=capitals, title_vi=capitals, text="word " * 1200, text_vi="từng chữ " * 660)
    known = content(
        company_name=("Copper Kiln & Brothers " * 8)[:160], title=capitals, title_vi=capitals,
        place=("The Old Maltings " * 10)[:160], address=("2 Wharf Street " * 20)[:300], items=(item, RECIPES),
    )  # fmt: skip

    data = printed(known, language)

    said = [known.company_name, known.place, known.address, capitals, item.text if language == "en" else item.text_vi]
    text = text_of(data)
    assert [words[:40] for words in said if squeezed(words) not in re.sub(r"\d+/\d+", "", text)] == []
    assert LAST_OF_POSTER in squeezed(open_pdf(data).pages[0].extract_text())


@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize("beyond", [0, 1])
def test_poster_at_the_edge_between_usual_and_smaller_type_is_one_page(beyond: int, language: str) -> None:
    room = POSTER_LETTERS_MAX - len(content().company_name + content().place + content().address) + beyond
    title = ("Đại hội đồng cổ đông " * 10)[: room - 1] + "x"
    known = content(title=title, title_vi=title)

    data = printed(known, language)

    assert notice_context(known, at=AT)["is_long"] is bool(beyond)
    assert LAST_OF_POSTER in squeezed(open_pdf(data).pages[0].extract_text())


@pytest.mark.django_db
def test_print_notice_keeps_both_versions_of_one_reading() -> None:
    make_member()
    meeting = make_draft()

    paper = print_notice(meeting, at=SENT_AT)

    assert (paper.content_sha256, paper.dated_on) == (content_sha256(meeting), date(2026, 6, 1))
    versions = [read_bytes(paper.pdf_sha256), read_bytes(paper.pdf_vi_sha256)]
    assert [open_pdf(data).trailer["/Root"]["/Lang"] for data in versions] == ["en", "vi"]
    assert versions == [notice_pdf(meeting, language, at=SENT_AT) for language in ("en", "vi")]


def given_notice() -> Notice:
    meeting = make_draft()
    paper = print_notice(meeting, at=SENT_AT)
    with atomic():
        return approve_notice(
            meeting=meeting,
            content_sha256=paper.content_sha256,
            pdfs=paper,
            by=make_staff("director"),
            at=SENT_AT,
        )


@pytest.mark.django_db
def test_mail_that_leaves_carries_the_notice_the_director_approved(mailoutbox: list[Any]) -> None:
    make_member(name="Trần Thị Ngọc", email="ngoc@example.org", language="vi")
    notice = given_notice()
    engine.run(notice.job_id)

    mail = claim()
    assert mail is not None
    deliver(mail)

    (message,) = mailoutbox
    (name, data, kind) = message.attachments[0]
    assert (message.to, name, kind) == (
        ["ngoc@example.org"],
        "notice-annual-general-meeting-2026.pdf",
        "application/pdf",
    )
    assert data == read_bytes(notice.pdf_vi_sha256)
    seen = deliveries_of(notice)
    assert (seen.email, seen.queued, seen.left) == (1, 1, 1)


@pytest.mark.django_db
def test_mail_says_what_when_where_and_by_which_law_it_counts() -> None:
    make_member(name="Siobhán O’Brien", email="a@example.org")
    notice = given_notice()
    engine.run(notice.job_id)

    mail = OutgoingMail.objects.get(kind="meeting_notice")

    said = notice_content(Meeting.objects.get(pk=notice.meeting_id))
    assert mail.subject == (f"Notice: Annual General Meeting 2026, 26 June 2026, {said.company_name}")
    paragraphs = mail.text.split("\n\n")
    assert paragraphs[:5] == [
        "Hello Siobhán,",
        f"this is the notice of the annual general meeting of {said.company_name}, for Siobhán O’Brien. The whole "
        "notice, with the text of every resolution, is attached.",
        "Annual General Meeting 2026\nFriday, 26 June 2026, 11:00\n"
        "The Old Maltings, 2 Wharf Street, Wakefield, WF1 1AB",
        "What we do that day:\n1. To receive the accounts (ordinary resolution, by shares)\n2. The beer for next year "
        "(secret ballot, one member one vote)\n3. Its name (secret ballot, one member one vote)",
        "The register of members as it stands on 24 June 2026, 11:00 decides who may attend and vote, and with how "
        "many votes. What is entered later does not count for this meeting.",
    ]
    assert (
        "By law this notice counts as given on 3 June 2026: 48 hours after sending, leaving out days that are not "
        "working days (Companies Act 2006, section 1147)."
    ) in paragraphs
    assert 'href="http://localhost:8000/meeting/annual-general-meeting-2026/calendar.ics"' in mail.html


@pytest.mark.django_db
def test_name_of_a_member_is_no_html_and_no_link_in_the_mail() -> None:
    member = make_member(email="a@example.org")
    assert member.party is not None
    type(member.party).objects.filter(pk=member.party_id).update(
        display_name="<b>evil.example.org</b>", given_name="www.evil.example.org"
    )
    notice = given_notice()
    engine.run(notice.job_id)

    html = OutgoingMail.objects.get(kind="meeting_notice").html

    assert "&lt;b&gt;evil.example.org&lt;/b&gt;" in html
    assert re.findall(r"<b>|href=[^ >]*evil", html) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("headers", "query", "language"),
    [
        ({}, "", "en"),
        ({"Accept-Language": "vi"}, "", "vi"),
        ({"Accept-Language": "vi"}, "?language=en", "en"),
    ],
)
def test_anybody_reads_the_notice_as_it_went_out(headers: dict[str, str], query: str, language: str) -> None:
    make_member()
    notice = given_notice()

    response = Client(headers=headers).get(f"/meeting/{notice.meeting.slug}/notice.pdf{query}")

    sha256 = {"en": notice.pdf_sha256, "vi": notice.pdf_vi_sha256}[language]
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert response.content == read_bytes(sha256)
    assert response["Content-Language"] == language
    assert {"Accept-Language", "Cookie"} <= set(response["Vary"].split(", "))


@pytest.mark.django_db
def test_notice_that_was_not_given_is_not_to_be_read() -> None:
    make_member()
    meeting = make_draft()
    client = Client()

    codes = [client.get(f"/meeting/{meeting.slug}/{name}").status_code for name in ("notice.pdf", "calendar.ics")]

    assert codes == [404, 404]
    notice = given_notice()
    assert client.get(f"/meeting/{notice.meeting.slug}/notice.pdf?language=fr").status_code == 404
    assert client.post(f"/meeting/{notice.meeting.slug}/notice.pdf").status_code == 405


def test_attack_list_names_every_text_of_the_notice() -> None:
    known = content()
    coded = {"slug", "kind", "profile", "part_of_uk", "title_vi", "welcome_vi"}

    texts = {field.name for field in fields(known) if isinstance(getattr(known, field.name), str)}

    assert texts - coded == set(TEXT_FIELDS)
