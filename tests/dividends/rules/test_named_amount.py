"""A text names an amount, or it does not: what members read must be the figure they vote on."""

from decimal import Decimal

import pytest

from dividends.rules.named_amount import Units, names_amount

POUNDS = Units(("£", "GBP", "pounds", "bảng Anh"), ("p", "penny", "pence", "xu"), 2)
DONG = Units(("₫", "VND", "đồng"), (), 0)
RATE = Decimal("17.55")


@pytest.mark.parametrize(
    "text",
    [
        "THAT a final dividend of 17.55p for each share be declared.",
        "a dividend of 17.55 pence a share",
        "a dividend of £0.1755 a share",
        "a dividend of GBP 0.175500 a share",
        "a dividend of 0.1755 pounds.",
        "not 17p as last year, but 17.55p",
        "17.55P",
    ],
)
def test_text_with_the_amount_names_it(text: str) -> None:
    assert names_amount(text, RATE, POUNDS)


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
        "version 1.17.55p",
        "1" * 5000 + "p",
    ],
)
def test_text_with_another_amount_or_none_does_not_name_it(text: str) -> None:
    assert not names_amount(text, RATE, POUNDS)


@pytest.mark.parametrize(
    "text", ["cổ tức 17,55 xu Anh mỗi cổ phần", "cổ tức 17.55p", "cổ tức 0,1755 £", "cổ tức £0.1755"]
)
def test_vietnamese_text_names_it_with_comma_or_point(text: str) -> None:
    assert names_amount(text, RATE, POUNDS, points=",.")


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
    assert names_amount(text, 123_450_000, POUNDS, points=points) is named


def test_currency_without_a_small_unit_is_named_in_its_large_one() -> None:
    assert names_amount("cổ tức 1.500 ₫ mỗi cổ phần", Decimal(1500), DONG, points=",.")
    assert not names_amount("cổ tức 1.500 xu mỗi cổ phần", Decimal(1500), DONG, points=",.")
