"""A text names one amount and no other, or it does not: what members read must be the figure they vote on."""

import unicodedata
from decimal import Decimal

import pytest

from dividends.queries.resolutions import units_of
from dividends.rules.named_amount import Units, amounts_named, names_only

POUNDS = units_of("GBP")
RATE = Decimal("17.55")


def names(text: str, amount: Decimal | int, units: Units = POUNDS, *, points: str = ".") -> bool:
    return names_only(amounts_named(text, units, points=points), amount)


def read(text: str, units: Units = POUNDS, *, points: str = ".") -> list[str]:
    return [named.words for named in amounts_named(text, units, points=points)]


@pytest.mark.parametrize(
    "text",
    [
        "THAT a final dividend of 17.55p for each share be declared.",
        "a dividend of 17.55 pence a share",
        "a dividend of £0.1755 a share",
        "a dividend of GBP 0.175500 a share",
        "a dividend of 0.1755 pounds.",
        "17.55P",
        "17.55p (GBP 0.1755) a share",
        "17.55p on each ordinary share of £1",
        "17.55p on the ordinary shares of 0.1p each",
        "17.55p on each ordinary share of nominal value £1.00",
        "17.55p on each share with a nominal value of 1p",
        "17.55p a share, at the meeting of 4 May 2026 at 2 p.m., item 4 c",
        "17.55p on 5 million shares",
    ],
)
def test_text_with_the_amount_alone_names_it(text: str) -> None:
    assert names(text, RATE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "THAT the annual accounts for 2025 be received.",
        "a dividend of 17.55 a share",
        "a dividend of 17.5p a share",
        "a dividend of 117.55p a share",
        "a dividend of 17.551p a share",
        "a dividend of 17.55 parts",
        "a dividend of £17.55 a share",
        "a dividend of £17.55p a share",
        "a dividend of €0.1755 a share",
        "a dividend of 17,55p a share",
        "a dividend of £0.1755 million",
        "a dividend on each share of 17.55p",
        "version 1.17.55p",
        "1" * 5000 + "p",
    ],
)
def test_text_with_another_amount_or_none_does_not_name_it(text: str) -> None:
    assert not names(text, RATE)


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("not 17p as last year, but 17.55p", ["17p", "17.55p"]),
        ("17.55p a share, out of a reserve of £5 million", ["17.55p", "£5 million"]),
        ("17.55p a share, or €0.20", ["17.55p", "€0.20"]),
        ("17.55p a share, or 20 cents", ["17.55p", "20 cents"]),
        ("17.55p a share, or 1.2.3p", ["17.55p", "1.2.3p"]),
        ("17.55p on each share of £1 and 20p on each other", ["17.55p", "20p"]),
        ("1" * 45 + "p", ["1" * 40 + "…"]),
    ],
)
def test_second_amount_is_read_and_makes_it_unclear(text: str, amounts: list[str]) -> None:
    assert read(text) == amounts
    assert not names(text, RATE)


def test_nominal_value_of_the_share_is_not_what_is_named() -> None:
    text = "THAT a final dividend of 2.5p be declared on each ordinary share of £1."

    assert read(text) == ["2.5p"]
    assert (names(text, Decimal("2.5")), names(text, 100)) == (True, False)


@pytest.mark.parametrize(
    "text",
    [
        "cổ tức 17,55 xu Anh mỗi cổ phần",
        "cổ tức 17.55p",
        "cổ tức 0,1755 £",
        "cổ tức £0.1755",
        "cổ tức 0,1755 bảng Anh cho mỗi cổ phần £1",
        "cổ tức 17,55p cho mỗi cổ phần phổ thông mệnh giá 1 bảng",
        "Đại hội đồng 2026 công bố cổ tức 17,55p; năm 2026 đồng ý",
    ],
)
def test_vietnamese_text_names_it_with_comma_or_point(text: str) -> None:
    assert names(text, RATE, points=",.")


@pytest.mark.parametrize(
    ("text", "points", "named"),
    [
        ("a sum of £1,234,500.00", ".", True),
        ("a sum of £1234500", ".", True),
        ("a sum of £1.234.500,00", ".", False),
        ("a sum of £1,2345,00", ".", False),
        ("một khoản 1.234.500,00 £", ",.", True),
        ("một khoản 1.234.500 bảng Anh", ",.", True),
    ],
)
def test_sum_is_named_with_thousands_grouped(text: str, points: str, named: bool) -> None:
    assert names(text, 123_450_000, points=points) is named


@pytest.mark.parametrize(
    ("currency", "text", "amount"),
    [
        ("VND", "cổ tức 1.500 ₫ mỗi cổ phần", 1500),
        ("VND", "Công bố cổ tức 1.500 đồng mỗi cổ phần mệnh giá 10.000 đồng", 1500),
        ("VND", "cổ tức 1.500đ", 1500),
        ("VND", "1,500 dong a share", 1500),
        ("VND", "VND 1,500 a share", 1500),
        ("JPY", "50 yen a share", 50),
        ("JPY", "¥50 a share", 50),
        ("JPY", "50 yên mỗi cổ phần", 50),
        ("KWD", "0.050 dinar", 50),
        ("KWD", "KWD 0.050 (50 fils)", 50),
        ("EUR", "0,05 euro", 5),
        ("EUR", "5 cents", 5),
        ("USD", "US$0.05", 5),
        ("USD", "0,05 đô la", 5),
    ],
)
def test_amount_is_named_in_the_words_of_its_currency(currency: str, text: str, amount: int) -> None:
    assert names(text, amount, units_of(currency), points=",.")
    assert not names(text, amount + 1, units_of(currency), points=",.")


def test_vietnamese_typed_letter_by_letter_is_the_same_word() -> None:
    text = unicodedata.normalize("NFD", "cổ tức 1.500 đồng cho mỗi cổ phần mệnh giá 10.000 đồng")

    assert names(text, 1500, units_of("VND"), points=",.")


def test_currency_without_a_small_unit_is_not_named_in_another_one() -> None:
    assert not names("cổ tức 1.500 xu mỗi cổ phần", 1500, units_of("VND"), points=",.")
