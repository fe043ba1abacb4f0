"""Numbers of the office's forms."""

import re
from decimal import Decimal

from django import template
from django.utils.translation import get_language

from core.money import format_minor, minor_units

register = template.Library()


@register.filter
def exact_money(amount_minor: Decimal, currency: str) -> str:
    """Format an amount that may hold fractions of a minor unit, every decimal kept: £0.001, £1,234.5678."""
    language = get_language() or "en"
    text = format_minor(int(amount_minor), currency, language)
    fraction = f"{(amount_minor % 1).normalize():f}".partition(".")[2]
    if not fraction:
        return text
    point = "" if minor_units(currency) else ("," if language.startswith("vi") else ".")
    return re.sub(r"(\d)(?=\D*$)", rf"\g<1>{point}{fraction}", text)
