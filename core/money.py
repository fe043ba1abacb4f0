"""Money: integer minor units inside, `djmoney.money.Money` at the edges; what does not fit is refused, never rounded.

Note [Own exponents]: py-moneyed disagrees with ISO 4217 for several currencies (MGA, UGX, ISK), so its sub-unit
arithmetic is never used. The exponents below are ISO 4217's; Stripe's own factors live in payments.
"""

import re
from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from djmoney.money import Money

from core.errors import DomainError

ZERO_DECIMALS = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split())
THREE_DECIMALS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())
SYMBOLS = {"GBP": "£", "EUR": "€", "USD": "$", "JPY": "¥", "VND": "₫"}
SYMBOL_BEHIND = {"VND"}
AMOUNT_MINOR_MAX = 9_223_372_036_854_775_807
NO_BREAK_SPACE = "\u00a0"
TYPED = re.compile(r"-?(?:[0-9]{1,18}|[0-9]{1,3}(?:,[0-9]{3}){1,5})(?:\.[0-9]{1,6})?")


class AmountDoesNotFit(DomainError):
    """The amount has more decimals than the currency, is no number, or is larger than can be kept."""

    sentence = _("This is not an amount of money in this currency.")
    code = "amount_does_not_fit"


def minor_units(currency: str) -> int:
    """Return the number of decimals of the currency: 2 for GBP, 0 for VND, 3 for KWD (ISO 4217)."""
    if currency in ZERO_DECIMALS:
        return 0
    return 3 if currency in THREE_DECIMALS else 2


def minor_from_decimal(amount: Decimal, currency: str) -> int:
    """Return the amount in minor units; raise `AmountDoesNotFit` rather than round or truncate."""
    if not amount.is_finite():
        raise AmountDoesNotFit()
    scaled = amount.scaleb(minor_units(currency))
    minor = int(scaled)
    if minor != scaled or abs(minor) > AMOUNT_MINOR_MAX:
        raise AmountDoesNotFit()
    return minor


def decimal_from_minor(amount_minor: int, currency: str) -> Decimal:
    """Return minor units as a decimal with exactly the currency's decimals."""
    return Decimal(amount_minor).scaleb(-minor_units(currency))


def to_minor(amount: Money) -> int:
    """Return django-money's amount in minor units; raise `AmountDoesNotFit` when it has too many decimals."""
    return minor_from_decimal(amount.amount, amount.currency.code)


def from_minor(amount_minor: int, currency: str) -> Money:
    """Return minor units as django-money's amount."""
    return Money(decimal_from_minor(amount_minor, currency), currency)


def parse_amount(text: str, currency: str) -> int:
    """Return minor units from what a person typed in English style (``1,234.50``); raise `AmountDoesNotFit`.

    Commas stand between groups of three digits or nowhere: ``12,50`` is refused rather than read as 1,250.
    """
    cleaned = text.strip().removeprefix(SYMBOLS.get(currency, currency)).strip()
    if not TYPED.fullmatch(cleaned):
        raise AmountDoesNotFit()
    return minor_from_decimal(Decimal(cleaned.replace(",", "")), currency)


def format_minor(amount_minor: int, currency: str, language: str = "en") -> str:
    """Return the amount as people of the language write it: ``£1,234.50``, ``1.234.567 ₫``."""
    decimals = minor_units(currency)
    figures = f"{abs(decimal_from_minor(amount_minor, currency)):,.{decimals}f}"
    if language.startswith("vi"):
        figures = figures.translate(str.maketrans(",.", ".,"))
    sign = "−" if amount_minor < 0 else ""
    symbol = SYMBOLS.get(currency)
    if symbol is None:
        return f"{sign}{currency}{NO_BREAK_SPACE}{figures}"
    if currency in SYMBOL_BEHIND:
        return f"{sign}{figures}{NO_BREAK_SPACE}{symbol}"
    return f"{sign}{symbol}{figures}"


def format_exact(amount_minor: Decimal, currency: str, language: str = "en") -> tuple[str, str]:
    """Return an amount that may hold parts of a minor unit, in two parts that stand one behind the other.

    The first is its whole minor units as `format_minor` writes them, the second the digits that are smaller than any
    coin, trailing noughts cut: ``("£0.70", "34")``, ``("¥12", ".5")``, ``("1.234", ",5 ₫")``, ``("£0.70", "")``.
    Nothing is rounded.
    """
    size = amount_minor.copy_abs()  # abs() rounds to the 28 digits of the context
    whole = format_minor(int(size), currency, language)
    sign = "−" if amount_minor < 0 else ""
    digits = f"{size:f}".partition(".")[2].rstrip("0")
    if not digits:
        return f"{sign}{whole}", ""
    point = "" if minor_units(currency) else ("," if language.startswith("vi") else ".")
    behind = f"{NO_BREAK_SPACE}{SYMBOLS[currency]}" if currency in SYMBOL_BEHIND else ""
    return f"{sign}{whole.removesuffix(behind)}", f"{point}{digits}{behind}"


def format_rate(rate_minor: Decimal, currency: str, language: str = "en") -> tuple[str, str]:
    """Return a rate a share in two parts, as `format_exact`; in pence where people say pence: ``("17.55p", "")``."""
    if currency == "GBP" and not language.startswith("vi"):
        return f"{rate_minor.normalize():,f}p", ""
    return format_exact(rate_minor, currency, language)
