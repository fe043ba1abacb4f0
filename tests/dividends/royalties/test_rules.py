"""Pure rules around royalties: typed fractions, files of sales, fingerprints, the drawn glass."""

import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dividends.rules.fractions import NoFraction, even_fractions, read_fraction
from dividends.rules.glass_drawing import glass_svg
from dividends.rules.royalty_facts import AgreementFacts, SalesFacts, earning_sha256, royalty_number
from dividends.rules.sales_file import COLUMNS, FileFault, UnreadableFile, read_sales_file

HEAD = ",".join(COLUMNS)
AGREED = AgreementFacts(
    idea="i",
    beer="b",
    currency="GBP",
    base="Net",
    base_vi="Thuần",
    rate_ppm=10_000,
    valid_from=date(2026, 1, 1),
    valid_to=None,
    minimum_minor=100,
    reference="R",
)
SOLD = SalesFacts(
    beer="b",
    kind="sales",
    corrects="",
    period_from=date(2026, 1, 1),
    period_to=date(2026, 4, 1),
    currency="GBP",
    units=1,
    units_returned=0,
    gross_minor=100,
    returns_minor=0,
    discounts_minor=0,
    tax_minor=0,
    note="",
)


@pytest.mark.parametrize(
    ("text", "fraction"),
    [
        ("1", Fraction(1)),
        (" 1/2 ", Fraction(1, 2)),
        ("2 / 6", Fraction(1, 3)),
        ("50 %", Fraction(1, 2)),
        ("33.5%", Fraction(67, 200)),
        ("33,3333 %", Fraction(333_333, 1_000_000)),
        ("1/1000000", Fraction(1, 1_000_000)),
    ],
)
def test_fraction_is_read_exactly(text: str, fraction: Fraction) -> None:
    assert read_fraction(text) == fraction


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "2",
        "1/0",
        "-1/2",
        "3/2",
        "0.5",
        "1e-1",
        "half",
        "1/2/3",
        "101 %",
        "0 %",
        "1/1000001",
        "１/２/",
        "1/9999991",
    ],
)
def test_what_is_no_fraction_is_refused(text: str) -> None:
    with pytest.raises(NoFraction):
        read_fraction(text)


@given(st.integers(1, 16))
def test_even_fractions_make_a_whole(count: int) -> None:
    assert sum(even_fractions(count)) == 1


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading_of_a_fraction(text: str) -> None:
    try:
        found = read_fraction(text)
    except NoFraction:
        return
    assert 0 < found <= 1


def test_rows_are_numbered_as_a_spreadsheet_does_and_empty_ones_left_out() -> None:
    data = f"\ufeff{HEAD}\r\nA,,1,2,3,4,5,6,7,8,\r\n,,,,,,,,,,\r\n\r\nB,returns\r\n".encode()

    rows = read_sales_file(data)

    assert [(row.number, row.cells["beer"], row.is_ragged) for row in rows] == [(2, "A", False), (5, "B", True)]
    assert rows[0].cells["tax"] == "8"


def test_semicolons_and_quotes_are_read() -> None:
    data = f'{HEAD.replace(",", ";")}\n"A; the amber";;1;2;3;4;5;6;7;8;"said ""so"""\n'.encode()

    (row,) = read_sales_file(data)

    assert (row.cells["beer"], row.cells["note"]) == ("A; the amber", 'said "so"')


def test_head_is_read_whatever_its_case_and_order() -> None:
    data = b"Tax,BEER,First day,last_day,Units,gross,returns,discounts\n1,A,2,3,4,5,6,7\n"

    (row,) = read_sales_file(data)

    assert (row.cells["tax"], row.cells["beer"], row.cells["first_day"]) == ("1", "A", "2")


def rows_or_fault(data: bytes) -> list[Any] | FileFault:
    try:
        return read_sales_file(data)
    except UnreadableFile as unreadable:
        return unreadable.fault


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reading_of_a_file(data: bytes) -> None:
    found = rows_or_fault(data)

    assert isinstance(found, FileFault) or found != []


@given(st.text(max_size=200))
def test_no_rows_break_the_reading_of_a_file(text: str) -> None:
    found = rows_or_fault(f"{HEAD}\n{text}".encode())

    assert found == FileFault.EMPTY or found == FileFault.NOT_TEXT or all(row.number > 1 for row in found)


@pytest.mark.parametrize(
    "changed",
    [{"rate_ppm": 10_001}, {"valid_to": date(2027, 1, 1)}, {"minimum_minor": 101}, {"base": "Nett"}, {"beer": "c"}],
)
def test_hash_of_terms_binds_each_of_them(changed: dict) -> None:
    shares = [("p", 1, 2), ("q", 1, 2)]

    assert replace(AGREED, **changed).sha256(shares) != AGREED.sha256(shares)


def test_hash_of_terms_binds_who_shares_in_which_order() -> None:
    shares = [("p", 1, 2), ("q", 1, 2)]

    assert AGREED.sha256(shares) != AGREED.sha256(shares[::-1])
    assert AGREED.sha256(shares) != AGREED.sha256([("p", 1, 3), ("q", 2, 3)])


@pytest.mark.parametrize(
    "changed", [{"gross_minor": 101}, {"units": 2}, {"note": "x"}, {"period_to": date(2026, 4, 2)}, {"corrects": "s"}]
)
def test_hash_of_sales_binds_each_figure(changed: dict) -> None:
    assert replace(SOLD, **changed).sha256() != SOLD.sha256()


def test_hash_of_an_approval_binds_the_sums() -> None:
    lines = [("a", 0, 100, [1, 0])]

    assert earning_sha256("f" * 64, lines) != earning_sha256("f" * 64, [("a", 0, 100, [0, 1])])
    assert earning_sha256("f" * 64, lines) != earning_sha256("f" * 64, [])


def test_number_is_printed_with_its_letter() -> None:
    assert royalty_number(123) == "R-000123"


@given(st.integers(-5, 1100))
def test_glass_is_a_drawing_at_any_level(level: int) -> None:
    root = ElementTree.fromstring(glass_svg(level, "#C9701A"))

    assert root.tag == "{http://www.w3.org/2000/svg}svg"


def test_fuller_glass_shows_more_beer() -> None:
    def surface(level: int) -> float:
        drawing = glass_svg(level, "#C9701A").decode()
        return float(drawing.partition('fill="#C9701A" d="M')[2].split()[1].partition("H")[0])

    assert surface(900) < surface(500) < surface(100)
    assert "#C9701A" not in glass_svg(0, "#C9701A").decode()
