"""Money in templates."""

from decimal import Decimal

from django import template
from django.utils.translation import get_language

from core.money import format_exact, format_minor, format_rate

register = template.Library()


@register.filter(name="money")
def money(amount_minor: int | str | None, currency: str) -> str:
    """Format minor units in the reader's language; an absent amount stays empty."""
    if amount_minor is None or amount_minor == "":
        return ""
    return format_minor(int(amount_minor), currency, get_language() or "en")


@register.filter
def exact_money(amount_minor: Decimal, currency: str) -> str:
    """Format an amount that may hold fractions of a minor unit, every decimal kept: £0.000034."""
    return "".join(format_exact(amount_minor, currency, get_language() or "en"))


@register.filter
def rate(rate_minor: Decimal, currency: str) -> str:
    """Format a rate a share as people say it, every decimal kept: 17.55p, £0,1755, 1.234,5 ₫."""
    return "".join(format_rate(rate_minor, currency, get_language() or "en"))
