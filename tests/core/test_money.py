"""Money: ISO 4217's decimals, what does not fit is refused, people read it in their own way."""

from decimal import Decimal

import pytest
from djmoney.money import Money
from hypothesis import given
from hypothesis import strategies as st

from core.money import (
    AmountDoesNotFit,
    decimal_from_minor,
    format_exact,
    format_minor,
    from_minor,
    minor_from_decimal,
    minor_units,
    parse_amount,
    to_minor,
)

CURRENCIES = ["GBP", "EUR", "VND", "JPY", "KWD", "UGX", "ISK", "MGA"]


@pytest.mark.parametrize(
    ("currency", "decimals"),
    [("GBP", 2), ("VND", 0), ("JPY", 0), ("UGX", 0), ("ISK", 0), ("KWD", 3), ("BHD", 3), ("MGA", 2)],
)
def test_minor_units_are_those_of_iso_4217(currency: str, decimals: int) -> None:
    assert minor_units(currency) == decimals


@given(minor=st.integers(-(10**15), 10**15), currency=st.sampled_from(CURRENCIES))
def test_minor_units_come_back_unchanged(minor: int, currency: str) -> None:
    assert minor_from_decimal(decimal_from_minor(minor, currency), currency) == minor
    assert to_minor(from_minor(minor, currency)) == minor


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("1.5", "JPY"), ("0.5", "VND"), ("1.234", "GBP"), ("1.2345", "KWD"), ("NaN", "GBP"), ("Infinity", "GBP"),
     ("1e20", "GBP")],
)  # fmt: skip
def test_amount_that_does_not_fit_is_refused(amount: str, currency: str) -> None:
    with pytest.raises(AmountDoesNotFit):
        minor_from_decimal(Decimal(amount), currency)


def test_money_with_decimals_its_currency_lacks_is_refused() -> None:
    with pytest.raises(AmountDoesNotFit):
        to_minor(Money("1.5", "JPY"))


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("1,234.50", "GBP", 123450), (" £23.75 ", "GBP", 2375), ("-2140000", "GBP", -214000000), ("1.234", "KWD", 1234),
     ("12,345,678", "JPY", 12345678), ("-1,000", "GBP", -100000)],
)  # fmt: skip
def test_typed_amount_is_read(text: str, currency: str, minor: int) -> None:
    assert parse_amount(text, currency) == minor


@pytest.mark.parametrize(
    "text", ["", "ten", "1.2.3", "1e3", "--1", "9" * 30, "1.005", "12,50", "1,23,456", "1234,567", ",123", "1,000,00"]
)
def test_typed_amount_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(AmountDoesNotFit):
        parse_amount(text, "GBP")


@pytest.mark.parametrize(
    ("minor", "currency", "language", "shown"),
    [
        (123450, "GBP", "en", "£1,234.50"),
        (123450, "GBP", "vi", "£1.234,50"),
        (-950, "GBP", "en", "−£9.50"),
        (1234567, "VND", "vi", "1.234.567\u00a0₫"),
        (1234, "KWD", "en", "KWD\u00a01.234"),
    ],
)
def test_amount_is_shown_as_readers_write_it(minor: int, currency: str, language: str, shown: str) -> None:
    assert format_minor(minor, currency, language) == shown


@pytest.mark.parametrize(
    ("minor", "currency", "language", "shown"),
    [
        ("0.0034", "GBP", "en", "£0.000034"),
        ("0.0034", "GBP", "vi", "£0,000034"),
        ("250", "GBP", "en", "£2.50"),
        ("123456.780000000000", "GBP", "en", "£1,234.5678"),
        ("-0.5", "GBP", "en", "−£0.005"),
        ("12.5", "VND", "vi", "12,5\u00a0₫"),
        ("1.5", "JPY", "en", "¥1.5"),
        ("1.5", "KWD", "en", "KWD\u00a00.0015"),
        ("99999999999999999999999999.123456789012", "JPY", "en", "¥99,999,999,999,999,999,999,999,999.123456789012"),
    ],
)
def test_exact_amount_keeps_every_decimal(minor: str, currency: str, language: str, shown: str) -> None:
    assert "".join(format_exact(Decimal(minor), currency, language)) == shown


def test_exact_amount_keeps_what_is_smaller_than_a_coin_apart() -> None:
    assert format_exact(Decimal("70.34"), "GBP") == ("£0.70", "34")
    assert format_exact(Decimal("70.00"), "GBP") == ("£0.70", "")
    assert format_exact(Decimal("1234.5"), "VND", "vi") == ("1.234", ",5\u00a0₫")
