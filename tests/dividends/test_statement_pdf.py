"""The printed statement: every fact on one tagged page, in either language, however long the names are."""

import re
from typing import Any

import pytest

from core.pdf import TooLong, UnprintableText
from dividends.queries.statement_sum import SumLine
from dividends.rules.jar_drawing import jar_svg
from tests.dividends.sheets import LINES, WHAT, Sheet, letters, pages_in_usual_setting, printed, sheet
from tests.pdf_reader import fonts_of, marked_pieces, open_pdf, squeezed, tags_of, text_of, unmarked_paintings

TEXT_FIELDS = (
    "company_name", "company_number", "registered_in", "registered_office", "email", "number", "sentence", "next",
    "jar_words", "address", "country", "check_code",
)  # fmt: skip
PAYLOADS = [
    '"><img src=file:///etc/passwd>',
    "<link rel=stylesheet href=file:///etc/passwd>",
    "{{ 7|add:7 }}{% debug %}",
]
BAND_ENDS = (297 - 86 + 1.1) / 25.4 * 72  # its rule, in points from the bottom of the page
LEFT = 20 / 25.4 * 72  # where the text begins, in points
BIGGEST = "£92,233,720,368,547,758.07"
WIDEST = [
    SumLine("", "Shares, " + letters("phổ thông ưu đãi ", 80), "", "9,223,372,036,854,775,807"),
    SumLine("×", "Dividend on each share", "", "£999,999,999.99", "123456789012"),
    SumLine("=", "Gross dividend, exactly", "", BIGGEST, "123456789012", "result"),
    SumLine("+", "Fraction brought from before", "", "£0.00", "123456789012"),
    SumLine("−", "Fraction carried forward", letters("What is less goes to your next dividend. ", 80), "£0.00", "12"),
    SumLine("=", "Gross dividend", "", BIGGEST, "", "result"),
    SumLine("−", "Tax kept back", letters("Germany: 26.375 % by treaty, for residents of Vietnam ", 160), BIGGEST),
    SumLine("=", "Net dividend", "", BIGGEST, "", "result"),
    SumLine("+", "Open from earlier dividends", "", BIGGEST),
    SumLine("=", "In your jar", "Carried forward: not paid now, and not lost.", BIGGEST, "", "total"),
]
FOUR = (letters("Maximilian Wolfgang "), letters("W"), letters("ĐẶNG ỄẬỘỸ "), letters("Ánh Tuyết Mỹ "))


def longest() -> Sheet:
    """Return a sheet with every text as long as the database takes it."""
    declared = (
        f"20 May 2026, by the members: item 3, “{letters('To pay ', 160)}”, {letters('Meeting ', 120)}, 20 May 2026"
    )
    return sheet(
        company_name=letters("Công ty cổ phần bia Đồng & Lò ", 160),
        registered_office=letters("12 Quay Street, Leith, Edinburgh "),
        names=FOUR,
        address=letters("12 Quay Street, Leith, Edinburgh ", 400),
        sentence=f"{BIGGEST} waits for your new bank details, which may be used from 12 September 2026.",
        lines=WIDEST,
        what=[("Dividend", letters("Cổ tức cuối năm ", 120)), WHAT[1], ("Declared", declared)],
    )


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
        if abs(one[0] - other[0]) < 3 and abs(one[1] - other[1]) < 0.7 * min(one[2], other[2])
    ]


def rules_of(data: bytes) -> list[float]:
    """Return how high the horizontal rules of the first column lie, in points from the bottom of the page."""
    found: list[float] = []
    begun = [0.0, 0.0]

    def note(operator: bytes, operands: list[Any], matrix: list[float], _: Any) -> None:
        if operator in (b"m", b"l"):
            x, y = (float(number) for number in operands)
            if operator == b"l" and y == begun[1] and abs(matrix[0] * begun[0] + matrix[4] - LEFT) < 1:
                found.append(matrix[3] * y + matrix[5])
            begun[:] = x, y

    open_pdf(data).pages[0].extract_text(visitor_operand_before=note)
    return found


@pytest.mark.parametrize("language", ["en", "vi"])
def test_row_with_a_note_keeps_clear_of_the_rules_above_and_below(language: str) -> None:
    data = printed(sheet(), language)
    tops: list[float] = []
    bottoms: list[float] = []

    def note(text: str, matrix: list[float], text_matrix: list[float], _: Any, size: float) -> None:
        height = matrix[3] * text_matrix[5] + matrix[5]
        tops.extend([height + 0.75 * size] if text.strip() in {"Rounded", "Tax kept back"} else [])
        bottoms.extend([height - 0.25 * size] if text.strip() in {"with the company.", "was kept back."} else [])

    open_pdf(data).pages[0].extract_text(visitor_text=note)

    rules = rules_of(data)
    assert len(tops) == len(bottoms) == 2
    assert min(rule - top for top in tops for rule in rules if rule > top) > 3.5
    assert min(bottom - rule for bottom in bottoms for rule in rules if rule < bottom) > 2.5


@pytest.mark.parametrize("sentence", ["£0,70", "£1.234.567,70"])
def test_words_below_the_sentence_stay_within_the_band(sentence: str) -> None:
    long = f"{sentence} đã được đặt lệnh chuyển vào tài khoản có số cuối 4471 cho ngày 31 tháng 12 năm 2026."
    below = (
        "Trên sao kê ngân hàng của bạn, khoản này ghi DIVIDEND 17. Nếu không chuyển được, chúng tôi viết thư cho bạn."
    )
    heights: list[float] = []

    def note(text: str, matrix: list[float], text_matrix: list[float], _: Any, size: float) -> None:
        if abs(size * text_matrix[3] * matrix[3]) == pytest.approx(10, abs=0.1) and squeezed(text) in squeezed(below):
            heights.append(matrix[3] * text_matrix[5] + matrix[5])

    data = printed(sheet(sentence=long, next=below), "vi")
    open_pdf(data).pages[0].extract_text(visitor_text=note)

    assert len(heights) >= 2
    assert min(heights) > BAND_ENDS + 3


def test_statement_says_every_fact_and_nothing_else() -> None:
    known = sheet()

    data = printed(known)

    said = [
        "Copper & Kiln Brewing Company plc",
        "Dividend statement", "D-000123", "issued 5 June 2026",
        "£0.70 is ordered to the account ending 4471 for 12 June 2026.",
        "On your bank statement it reads DIVIDEND 17. If the bank cannot pay it, we write to you.",
        "Empty: all of it is ordered.",
        "Nguyễn Thị Ánh Tuyết",
        "Member 17 of the register · 12 Tannery Row, Leith, Edinburgh, EH6 5AA, United Kingdom",
        "The sum", "Ours", "Yours, with a pencil",
        *[text for line in known["lines"] for text in (line.label, line.note, line.sign, line.figures + line.tail)],
        *[text for pair in [*known["what"], *known["how"]] for text in pair],
        "Tax credit", "No tax credit attaches to this dividend.",
        "Is this paper genuine?",
        "http://localhost:8000/check/kW3xQ0n8Tz6vR1bYp5uLdA/",
        "kW3xQ0n8Tz6vR1bYp5uLdA",
        "Fingerprint of these facts (sha256):", "3f9a" * 16,
        "Copper & Kiln Brewing Company plc, registered in Scotland, number SC998877. "
        "Registered office: The Old Maltings, 12 Quay Street, Leith EH6 7AB. shares@example.org",
        "Times are those of the time zone Europe/London. As things stood on the day of issue. "
        "Keep this paper for your tax return.",
    ]  # fmt: skip
    assert sorted(text_of(data)) == sorted(squeezed("".join(said)))
    assert [sentence for sentence in said if squeezed(sentence) not in text_of(data)] == []


def test_joint_holders_are_all_named_and_the_first_is_marked_as_payee() -> None:
    names = ("Nguyễn Thị Ánh Tuyết", "Seán “Jack” O'Neill", "José Đặng-Müller", "Trần Đại Nghĩa")

    text = text_of(printed(sheet(names=names)))

    assert squeezed(f"{names[0]} first named: is paid for all {''.join(names[1:])}") in text


@pytest.mark.parametrize("language", ["en", "vi"])
def test_usual_statement_of_seven_lines_needs_no_closer_setting(language: str) -> None:
    data = pages_in_usual_setting(sheet(), language)

    assert len(open_pdf(data).pages) == 1


@pytest.mark.parametrize("language", ["en", "vi"])
def test_longest_facts_together_still_fit_on_one_page(language: str) -> None:
    known = longest()

    data = printed(known, language)

    text = text_of(data)
    assert len(open_pdf(data).pages) == 1
    assert lines_printed_over_another(data) == []
    for name in ("company_name", "registered_office", "address", "sentence"):
        assert squeezed(known[name]) in text
    for words in [*FOUR[1:], *(line.label for line in WIDEST), *(line.figures for line in WIDEST), known["what"][2][1]]:
        assert squeezed(words) in text


def test_text_that_can_never_fit_is_refused_rather_than_cut() -> None:
    with pytest.raises(TooLong):
        printed(sheet(what=[("Dividend", letters("very long ", 20_000))]))


def test_name_that_no_font_of_ours_can_print_is_refused() -> None:
    with pytest.raises(UnprintableText):
        printed(sheet(names=("李 Siobhán",)))


@pytest.mark.parametrize("level", [0, 1, 70, 500, 1000])
def test_jar_on_the_page_shows_its_level_and_says_nothing_else(level: int) -> None:
    empty, filled = printed(sheet(), level=0), printed(sheet(), level=level)

    assert text_of(empty) == text_of(filled)
    assert (jar_svg(level) == jar_svg(0)) is (level == 0)


def test_statement_in_vietnamese_is_tagged_and_dated_in_vietnamese() -> None:
    data = printed(sheet(), "vi")

    assert open_pdf(data).trailer["/Root"]["/Lang"] == "vi"
    assert squeezed("5 tháng 6 năm 2026") in text_of(data)


def test_screen_reader_hears_headings_in_order_a_table_with_heads_and_one_described_picture() -> None:
    data = printed(sheet())
    tags = tags_of(data)

    assert [tag.kind for tag in tags if re.fullmatch("H[1-6]", tag.kind)] == ["H1", "H2"]
    counts = [sum(tag.kind == kind for tag in tags) for kind in ("Table", "TR", "TH", "TD")]
    assert counts == [1, 1 + len(LINES), 3 + len(LINES), 2 * len(LINES)]
    assert [tag.alternative for tag in tags if tag.kind == "Figure"] == [
        "QR code that leads to the page where this statement can be checked"
    ]


def test_everything_is_tagged_or_decoration() -> None:
    data = printed(sheet(), level=400)

    assert unmarked_paintings(data) == []
    assert sorted(piece for tag in tags_of(data) for piece in tag.pieces) == marked_pieces(data)


def test_statement_uses_our_fonts_only_and_tells_only_its_title() -> None:
    data = printed(sheet())

    assert [name for name, embedded in fonts_of(data).items() if not (name.startswith("Kilderkin-") and embedded)] == []
    assert open_pdf(data).metadata == {
        "/Title": "Dividend statement D-000123, Copper & Kiln Brewing Company plc",
        "/Producer": "Kilderkin",
    }


def test_amount_is_the_largest_thing_on_the_page() -> None:
    sizes: dict[str, float] = {}

    def note(text: str, matrix: Any, text_matrix: list[float], _: Any, size: float) -> None:
        if text.strip():
            sizes[text.strip()] = max(sizes.get(text.strip(), 0), abs(size * text_matrix[0] * matrix[0]))

    open_pdf(printed(sheet(lines=[*LINES[:2], LINES[4], *LINES[5:]]))).pages[0].extract_text(visitor_text=note)

    assert max(sizes, key=lambda text: sizes[text]) == "£0.70"


@pytest.mark.parametrize("field", TEXT_FIELDS)
@pytest.mark.parametrize("payload", PAYLOADS)
def test_attack_in_any_field_is_printed_as_the_text_it_is(field: str, payload: str) -> None:
    data = printed(sheet(**{field: payload}))

    assert squeezed(payload) in text_of(data)
    assert open_pdf(data).attachments == {}
    assert "root:" not in text_of(data)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_attack_in_names_lines_and_facts_is_printed_as_the_text_it_is(payload: str) -> None:
    line = SumLine("=", payload, payload, "£0.70", "", "total")

    text = text_of(printed(sheet(names=(payload, payload), lines=[line], what=[(payload, payload)])))

    assert text.count(squeezed(payload)) == 6


def test_same_sheet_makes_the_same_bytes() -> None:
    assert printed(sheet(), level=300) == printed(sheet(), level=300)
