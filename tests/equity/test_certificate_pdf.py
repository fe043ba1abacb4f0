import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from core.pdf import TooLong, render_pdf
from equity.rules.certificate_border import border_svg
from equity.rules.certificate_type import text_width_mm
from equity.rules.notches import facts_sha256
from equity.rules.number_words import in_words
from tests.pdf_reader import fonts_of, marked_pieces, open_pdf, squeezed, tags_of, text_of, unmarked_paintings

CHECK_URL = "http://localhost:8000/check/kW3xQ0n8Tz6vR1bYp5uLdA/"
TEXT_FIELDS = (
    "company_name", "company_number", "registered_office", "serial", "quantity_words", "share_class_name",
    "nominal_text", "paid_text", "minute_reference", "restriction", "check_code",
)  # fmt: skip
Facts = dict[str, Any]


def facts(**changed: Any) -> Facts:
    known: Facts = {
        "company_name": "Copper & Kiln Brewing Company plc",
        "company_number": "SC998877",
        "registered_office": "The Old Maltings, 12 Quay Street, Leith EH6 7AB",
        "serial": "B-1042",
        "holder_names": ["Margaret O’Donnell"],
        "quantity": 205,
        "quantity_words": in_words(205, "en"),
        "share_class_name": "B ordinary",
        "nominal_text": "£0.001",
        "paid_text": "fully paid",
        "issued_on": date(2026, 5, 14),
        "minute_reference": "BM 2026/07, item 4",
        "signatories": [("Fiona Galbraith", "Director"), ("Đặng Quốc Bảo", "Company secretary")],
        "restriction": "",
        "check_url": CHECK_URL,
        "check_code": "kW3xQ0n8Tz6vR1bYp5uLdA",
        "facts_sha256": facts_sha256(
            company_number="SC998877", serial="B-1042", class_code="B", quantity=205, issued_on=date(2026, 5, 14)
        ),
        "language": "en",
        "binding_language": "en",
    }
    return {**known, **changed}


def certificate(known: Facts) -> bytes:
    return render_pdf(
        template="equity/pdf/certificate.html",
        context={"certificate": known},
        language=known["language"],
        drawings={"border.svg": border_svg(known["facts_sha256"], 297, 210)},
        pages_max=1,
    )


def letters(unit: str) -> str:
    """Return ``unit`` repeated to exactly 300 letters."""
    return (unit * 300)[:300].strip().ljust(300, "x")


def lines_printed_over_another(data: bytes) -> list[tuple[str, str]]:
    """Return the pairs of lines that begin at the same place from the left and lie closer than their height."""
    lines: list[tuple[float, float, float, str]] = []

    def note(text: str, matrix: list[float], text_matrix: list[float], _: Any, size: float) -> None:
        x = matrix[0] * text_matrix[4] + matrix[4]
        y = matrix[3] * text_matrix[5] + matrix[5]
        if text.strip():
            lines.append((x, y, abs(size * text_matrix[3] * matrix[3]), text.strip()))

    open_pdf(data).pages[0].extract_text(visitor_text=note)
    return [
        (one[3], other[3])
        for place, one in enumerate(lines)
        for other in lines[place + 1 :]
        if abs(one[0] - other[0]) < 3 and abs(one[1] - other[1]) < 0.9 * min(one[2], other[2])
    ]


def test_certificate_says_every_fact_and_nothing_else() -> None:
    known = facts(restriction="May not be sold before 1 June 2029.")

    data = certificate(known)

    said = [
        "Copper & Kiln Brewing Company plc",
        "Company number SC998877 · Registered office: The Old Maltings, 12 Quay Street, Leith EH6 7AB",
        "Share certificate",
        "This is to certify that",
        "Margaret O’Donnell",
        "is the registered holder of",
        "two hundred and five",
        "(205) B ordinary shares with a nominal value of £0.001 each, fully paid, "
        "in Copper & Kiln Brewing Company plc, subject to its articles of association.",
        "May not be sold before 1 June 2029.",
        "Date of issue",
        "14 May 2026",
        "By resolution of the board",
        "BM 2026/07, item 4",
        "Signed for the company by",
        "Fiona Galbraith",
        "Director",
        "Đặng Quốc Bảo",
        "Company secretary",
        "Executed electronically. The company's digital signature is part of this file; "
        "a reader of PDF files shows whether a single letter was changed.",
        "Is this certificate still valid?",
        "kW3xQ0n8Tz6vR1bYp5uLdA",
        CHECK_URL,
        "No transfer of these shares will be registered without surrender of this certificate.",
        "The English version is the one that binds.",
        "205",
        "Certificate number",
        "B-1042",
        "The border is a tally stick: its 64 notches are the fingerprint of this certificate's facts, "
        "one notch for each character, and the check page cuts the same.",
        known["facts_sha256"],
    ]
    assert sorted(text_of(data)) == sorted(squeezed("".join(said)))
    assert [sentence for sentence in said if squeezed(sentence) not in text_of(data)] == []


@pytest.mark.parametrize(
    "names",
    [
        ["Nguyễn Thị Ánh Tuyết"],
        ["ĐẠI HỘI ĐỒNG CỔ ĐÔNG · ỄẬỘỸ"],
        ["Seán “Jack” O'Neill", "José Đặng-Müller", 'Zoë "Z" <i>Łuk</i> & Søn', "Trần Đại Nghĩa"],
        [letters("Nguyễn Thị Ánh Tuyết Hoàng ")],
        [letters("Maximilian Wolfgang "), letters("W"), letters("ĐẶNG ỄẬỘỸ "), letters("Ánh Tuyết Mỹ ")],
    ],
)
@pytest.mark.parametrize("language", ["en", "vi"])
def test_every_holder_is_named_in_full_on_the_one_page(names: list[str], language: str) -> None:
    data = certificate(facts(holder_names=names, language=language))

    assert squeezed("".join(names)) in text_of(data)


def test_longest_facts_together_still_fit_on_one_page() -> None:
    longest = 999_999_999_999
    known = facts(
        holder_names=[letters("Maximilian Wolfgang "), letters("W"), letters("ĐẶNG ỄẬỘỸ "), letters("Ánh Tuyết ")],
        company_name=letters("Công ty cổ phần bia Đồng & Lò ")[:160],
        registered_office=letters("12 Quay Street, Leith, Edinburgh "),
        restriction=letters("Restricted until 2029. "),
        minute_reference=letters("BM 2026/07 item 4 ")[:160],
        serial="B-" + "9" * 22,
        quantity=longest,
        quantity_words=in_words(longest, "vi"),
        signatories=[(letters("Maria Wolf ")[:120], "Director"), (letters("Trần Đại ")[:120], "Company secretary")],
        language="vi",
    )

    data = certificate(known)

    text = text_of(data)
    assert lines_printed_over_another(data) == []
    for name in ("company_name", "registered_office", "restriction", "minute_reference", "serial", "quantity_words"):
        assert squeezed(known[name]) in text
    assert "999.999.999.999" in text


def test_text_that_can_never_fit_is_refused_rather_than_cut() -> None:
    with pytest.raises(TooLong):
        certificate(facts(restriction="Restricted until 2029. " * 400))


def test_her_name_is_the_largest_thing_on_the_page() -> None:
    sizes: dict[str, float] = {}

    def note(text: str, matrix: Any, text_matrix: list[float], _: Any, size: float) -> None:
        if text.strip():
            sizes[text.strip()] = max(sizes.get(text.strip(), 0), round(abs(size * text_matrix[0] * matrix[0])))

    open_pdf(certificate(facts())).pages[0].extract_text(visitor_text=note)

    largest = max(sizes, key=lambda text: sizes[text])
    assert "Margaret" in largest


def test_certificate_in_vietnamese_is_tagged_and_dated_in_vietnamese() -> None:
    data = certificate(facts(language="vi", quantity_words=in_words(205, "vi"), binding_language="vi"))

    assert open_pdf(data).trailer["/Root"]["/Lang"] == "vi"
    assert squeezed("hai trăm linh năm") in text_of(data)
    assert squeezed("14 tháng 5 năm 2026") in text_of(data)


def test_screen_reader_hears_headings_in_order_and_one_described_picture() -> None:
    tags = tags_of(certificate(facts()))

    assert [tag.kind for tag in tags if re.fullmatch("H[1-6]", tag.kind)] == ["H1", "H2", "H2"]
    assert [tag.alternative for tag in tags if tag.kind == "Figure"] == [
        "QR code that leads to the page where this certificate can be checked"
    ]


def test_everything_is_tagged_or_decoration_and_all_art_is_decoration() -> None:
    data = certificate(facts())

    assert unmarked_paintings(data) == []
    assert sorted(piece for tag in tags_of(data) for piece in tag.pieces) == marked_pieces(data)


def test_certificate_uses_our_fonts_only_and_tells_only_its_title() -> None:
    data = certificate(facts())

    assert set(fonts_of(data)) == {
        "Kilderkin-Poster-Ultra-Bold", "Kilderkin-Text", "Kilderkin-Text-Semi-Bold", "Kilderkin-Text-Bold",
    }  # fmt: skip
    assert open_pdf(data).metadata == {
        "/Title": "Share certificate B-1042, Copper & Kiln Brewing Company plc",
        "/Producer": "Kilderkin",
    }


def _first_of_pair(known: Facts, payload: str) -> Facts:
    return {**known, "signatories": [(payload, payload), ("x", "y")]}


PUT: dict[str, Callable[[Facts, str], Facts]] = {
    **{name: lambda known, payload, name=name: {**known, name: payload} for name in TEXT_FIELDS},  # type: ignore[misc]
    "holder_names": lambda known, payload: {**known, "holder_names": [payload, payload]},
    "signatories": _first_of_pair,
    "check_url": lambda known, payload: {**known, "check_url": payload},
}


@pytest.mark.parametrize("field", PUT)
@pytest.mark.parametrize(
    "payload",
    ['"><img src=file:///etc/passwd>', "<link rel=attachment href=file:///etc/passwd>", "{{ 7|add:7 }}{% debug %}"],
)
def test_attack_in_any_field_is_printed_as_the_text_it_is(field: str, payload: str) -> None:
    data = certificate(PUT[field](facts(), payload))

    assert squeezed(payload) in text_of(data)
    assert open_pdf(data).attachments == {}
    assert "root:" not in text_of(data)


def test_border_drawn_into_the_page_is_the_one_of_the_facts() -> None:
    known = facts()
    one, again, other = (
        render_pdf(
            template="equity/pdf/certificate.html",
            context={"certificate": known},
            language="en",
            drawings={"border.svg": border_svg(facts_hash, 297, 210)},
        )
        for facts_hash in (known["facts_sha256"], known["facts_sha256"], "0" * 64)
    )

    assert one == again
    assert one != other
    assert text_of(one) == text_of(other)


@pytest.mark.parametrize("language", ["en", "vi"])
def test_words_about_the_signature_end_well_before_the_check_code(language: str) -> None:
    lines: list[tuple[float, float, str]] = []

    def note(text: str, matrix: list[float], text_matrix: list[float], _: Any, size: float) -> None:
        left = (matrix[0] * text_matrix[4] + matrix[4]) / 72 * 25.4
        lines.append((left, abs(size * text_matrix[3] * matrix[3]), text.strip()))

    open_pdf(certificate(facts(language=language))).pages[0].extract_text(visitor_text=note)

    code = next(left for left, _size, text in lines if text == "kW3x")
    column = next(left for left, _size, text in lines if text == "Fiona Galbraith")
    ends = [left + text_width_mm(text, 6.5) for left, size, text in lines if left == column and size < 7]
    assert len(ends) >= 2
    assert code - max(ends) > 3
