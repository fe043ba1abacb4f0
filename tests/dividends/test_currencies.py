"""The same dividend in currencies of nought, two and three decimals, and what of it Stripe could send."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import decimal_from_minor, minor_units
from dividends.rules.allocation import Holding, Rounding, allocate
from dividends.rules.withholding import withheld_minor
from payments.rules.stripe_amounts import AmountNotChargeable, from_stripe, to_stripe

D = Decimal
CURRENCIES = {"GBP": 2, "EUR": 2, "VND": 0, "JPY": 0, "KWD": 3, "UGX": 0, "ISK": 0, "MGA": 2}
HOLDINGS = [Holding("a", 1), Holding("b", 7), Holding("c", 1_000), Holding("d", 123_457)]


def rate_minor(rate: str, currency: str) -> Decimal:
    """Return a rate stated in the currency itself in its minor units."""
    return D(rate).scaleb(minor_units(currency))


@pytest.mark.parametrize(("currency", "decimals"), CURRENCIES.items())
def test_currency_has_its_official_decimals(currency: str, decimals: int) -> None:
    assert minor_units(currency) == decimals


@pytest.mark.parametrize(
    ("currency", "gross", "residue_minor", "residue_fraction"),
    [  # 0.012345 a share, in the currency itself; all 124,465 shares: 1,536.520425
        ("GBP", ["0.01", "0.08", "12.34", "1524.07"], 2, "0.0425"),
        ("EUR", ["0.01", "0.08", "12.34", "1524.07"], 2, "0.0425"),
        ("MGA", ["0.01", "0.08", "12.34", "1524.07"], 2, "0.0425"),
        ("VND", ["0", "0", "12", "1524"], 0, "0.520425"),
        ("JPY", ["0", "0", "12", "1524"], 0, "0.520425"),
        ("UGX", ["0", "0", "12", "1524"], 0, "0.520425"),
        ("ISK", ["0", "0", "12", "1524"], 0, "0.520425"),
        ("KWD", ["0.012", "0.086", "12.345", "1524.076"], 1, "0.425"),
    ],
)
def test_dividend_is_rounded_down_to_what_the_currency_has(
    currency: str, gross: list[str], residue_minor: int, residue_fraction: str
) -> None:
    allocation = allocate(HOLDINGS, rounding=Rounding.FLOOR, rate_minor=rate_minor("0.012345", currency))

    assert [str(decimal_from_minor(row.gross_minor, currency)) for row in allocation.rows] == gross
    assert (allocation.residue_minor, allocation.residue_fraction) == (residue_minor, D(residue_fraction))


@pytest.mark.parametrize("currency", CURRENCIES)
def test_pot_is_given_out_to_the_last_minor_unit_of_the_currency(currency: str) -> None:
    pot = 10_000 * 10 ** minor_units(currency)

    allocation = allocate(HOLDINGS, rounding=Rounding.LARGEST_REMAINDER, pot_minor=pot)

    assert decimal_from_minor(allocation.gross_total, currency) == 10_000
    assert allocation.residue_minor == 0


@pytest.mark.parametrize(
    ("currency", "gross", "withheld"),
    [("GBP", "1524.07", "76.20"), ("VND", "1530", "77"), ("JPY", "1529", "76"), ("KWD", "1524.076", "76.204")],
)
def test_tax_of_five_per_cent_is_rounded_to_what_the_currency_has(currency: str, gross: str, withheld: str) -> None:
    gross_minor = int(D(gross).scaleb(minor_units(currency)))

    assert str(decimal_from_minor(withheld_minor(gross_minor, 50_000), currency)) == withheld


@pytest.mark.parametrize(
    ("currency", "sent"),
    [  # what Stripe takes of each holder's dividend above, in its own units; None: it cannot send exactly this
        ("GBP", [1, 8, 1_234, 152_407]),
        ("EUR", [1, 8, 1_234, 152_407]),
        ("VND", [0, 0, 12, 1_524]),
        ("JPY", [0, 0, 12, 1_524]),
        ("UGX", [0, 0, 1_200, 152_400]),
        ("ISK", [0, 0, 1_200, 152_400]),
        ("KWD", [None, None, None, None]),
        ("MGA", [None, None, None, None]),
    ],
)
def test_dividend_is_sent_by_stripe_exactly_or_not_at_all(currency: str, sent: list[int | None]) -> None:
    allocation = allocate(HOLDINGS, rounding=Rounding.FLOOR, rate_minor=rate_minor("0.012345", currency))

    assert [stripes(row.gross_minor, currency) for row in allocation.rows] == sent


@given(st.sampled_from(sorted(CURRENCIES)), st.integers(1, 10**12), st.integers(1, 10**9))
def test_what_stripe_would_send_is_what_is_owed(currency: str, rate_trillionths: int, shares: int) -> None:
    rate = D(rate_trillionths).scaleb(-6)
    (row,) = allocate([Holding("a", shares)], rounding=Rounding.FLOOR, rate_minor=rate).rows
    sent = stripes(row.gross_minor, currency)

    step = {"KWD": 10, "MGA": 100}.get(currency, 1)
    assert (sent is None) == (row.gross_minor % step != 0)
    assert sent is None or from_stripe(sent, currency, minor_units(currency)) == row.gross_minor


def stripes(amount_minor: int, currency: str) -> int | None:
    """Return the amount in Stripe's units, or None where it would have to be rounded."""
    try:
        return to_stripe(amount_minor, currency, minor_units(currency))
    except AmountNotChargeable:
        return None
