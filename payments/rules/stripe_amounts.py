"""How Stripe counts money, held apart from how ISO 4217 does.

Stripe's "smallest unit" is not the currency's minor unit everywhere: UGX and ISK have no decimals yet are sent times
100 and in whole units; MGA has decimals in ISO 4217 and none at Stripe; the three-decimal currencies must end in 0.
Source: Stripe's documentation "Supported currencies", state of 2026. Pure: no Django, no database.
"""

ZERO_DECIMALS = frozenset("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split())
THREE_DECIMALS = frozenset("BHD JOD KWD OMR TND".split())
WHOLE_UNITS_TIMES_100 = frozenset({"ISK", "UGX"})
NOT_TAKEN = frozenset({"IQD", "LYD", "UYI"})
# In Stripe's own units. What is not listed is left to Stripe to refuse.
MINIMUM = {"GBP": 30, "EUR": 50, "USD": 50, "JPY": 50, "HUF": 17_500}


class AmountNotChargeable(ValueError):
    """Stripe cannot charge exactly this amount; ``code`` is ``not_taken``, ``not_in_steps`` or ``too_small``."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def stripe_decimals(currency: str) -> int:
    """Return the decimals in which Stripe counts the currency (ISO 4217 code in capitals)."""
    if currency in ZERO_DECIMALS:
        return 0
    return 3 if currency in THREE_DECIMALS else 2


def stripe_step(currency: str) -> int:
    """Return the number of Stripe's units of which every amount must be a multiple."""
    if currency in WHOLE_UNITS_TIMES_100:
        return 100
    return 10 if currency in THREE_DECIMALS else 1


def to_stripe(amount_minor: int, currency: str, iso_decimals: int) -> int:
    """Return ISO minor units as Stripe's units; refuse (`AmountNotChargeable`) what would have to be rounded."""
    if currency in NOT_TAKEN:
        raise AmountNotChargeable("not_taken")
    shift = stripe_decimals(currency) - iso_decimals
    amount, remainder = _shifted(amount_minor, shift)
    if remainder or amount % stripe_step(currency):
        raise AmountNotChargeable("not_in_steps")
    return amount


def to_charge(amount_minor: int, currency: str, iso_decimals: int) -> int:
    """Return Stripe's units for a charge: as `to_stripe`, and refuse amounts below Stripe's minimum."""
    amount = to_stripe(amount_minor, currency, iso_decimals)
    if amount < max(1, MINIMUM.get(currency, 1)):
        raise AmountNotChargeable("too_small")
    return amount


def from_stripe(amount: int, currency: str, iso_decimals: int) -> int:
    """Return Stripe's units as ISO minor units; refuse (`AmountNotChargeable`) what does not fit exactly."""
    shift = iso_decimals - stripe_decimals(currency)
    minor, remainder = _shifted(amount, shift)
    if remainder:
        raise AmountNotChargeable("not_in_steps")
    return minor


def _shifted(amount: int, places: int) -> tuple[int, int]:
    """Return the amount times ten to that many places, and what does not fit when they are negative."""
    power = int(10 ** abs(places))
    return (amount * power, 0) if places >= 0 else divmod(amount, power)
