import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import money
from payments.rules import stripe_amounts
from payments.rules.stripe_amounts import AmountNotChargeable, from_stripe, to_charge, to_stripe

# Stripe's documentation, "Zero-decimal currencies" and "Special cases".
STRIPE_ZERO = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF UGX VND VUV XAF XOF XPF".split()
ORDINARY = "GBP EUR USD PLN HUF TWD CHF".split()
CURRENCIES = sorted(
    stripe_amounts.ZERO_DECIMALS | stripe_amounts.THREE_DECIMALS | stripe_amounts.WHOLE_UNITS_TIMES_100 | set(ORDINARY)
)


@pytest.mark.parametrize(
    ("minor", "currency", "expected"),
    [
        (1_050, "GBP", 1_050),
        (500, "JPY", 500),
        (50_000, "VND", 50_000),
        (7, "UGX", 700),
        (7, "ISK", 700),
        (1_230, "KWD", 1_230),
        (500, "MGA", 5),
        (17_500, "HUF", 17_500),
    ],
)
def test_amount_is_sent_in_stripes_units(minor: int, currency: str, expected: int) -> None:
    assert to_stripe(minor, currency, money.minor_units(currency)) == expected


@pytest.mark.parametrize(
    ("minor", "currency", "code"),
    [
        (1_234, "KWD", "not_in_steps"),
        (150, "MGA", "not_in_steps"),
        (100, "LYD", "not_taken"),
        (29, "GBP", "too_small"),
        (49, "EUR", "too_small"),
        (49, "JPY", "too_small"),
        (17_499, "HUF", "too_small"),
        (0, "CHF", "too_small"),
        (-5, "CHF", "too_small"),
    ],
)
def test_amount_that_cannot_be_charged_is_refused(minor: int, currency: str, code: str) -> None:
    with pytest.raises(AmountNotChargeable) as refusal:
        to_charge(minor, currency, money.minor_units(currency))

    assert refusal.value.code == code


@given(st.sampled_from(CURRENCIES), st.integers(min_value=1, max_value=10**12))
def test_amount_there_and_back_is_the_same_or_refused(currency: str, minor: int) -> None:
    decimals = money.minor_units(currency)
    try:
        sent = to_stripe(minor, currency, decimals)
    except AmountNotChargeable:
        assert currency in stripe_amounts.THREE_DECIMALS | {"MGA"}
        return

    assert from_stripe(sent, currency, decimals) == minor


@given(st.sampled_from(CURRENCIES), st.integers(min_value=1, max_value=10**9))
def test_amount_sent_is_worth_the_same(currency: str, minor: int) -> None:
    decimals = money.minor_units(currency)
    try:
        sent = to_stripe(minor, currency, decimals)
    except AmountNotChargeable:
        return

    in_units = sent * 10**decimals
    assert in_units == minor * 10 ** stripe_amounts.stripe_decimals(currency)


def test_tables_of_stripe_and_iso_differ_only_where_it_is_known() -> None:
    listed = {*STRIPE_ZERO, *money.ZERO_DECIMALS, *money.THREE_DECIMALS, *ORDINARY} - stripe_amounts.NOT_TAKEN

    differing = {code for code in listed if stripe_amounts.stripe_decimals(code) != money.minor_units(code)}

    assert differing == {"UGX", "ISK", "MGA"}


def test_zero_decimal_table_is_stripes_own() -> None:
    assert set(STRIPE_ZERO) == stripe_amounts.ZERO_DECIMALS | {"UGX"}
