"""Numbers and words of the office's pages."""

from decimal import Decimal

from django import template
from django.utils.translation import get_language

from core.templatetags.money import exact_money
from portal.queries.office_payout_words import why_not_words

register = template.Library()
register.filter("exact_money", exact_money)


@register.filter
def why_not(reason: str) -> str:
    """Return why a payment did not arrive or was not sent, as a sentence."""
    return why_not_words(reason)


@register.filter
def rate(rate_minor: Decimal, currency: str) -> str:
    """Return a rate a share with every decimal: 17.55p where people say pence, else £0.1755, 1.234,5 ₫."""
    if currency == "GBP" and (get_language() or "en").startswith("en"):
        return f"{rate_minor.normalize():,f}p"
    return exact_money(rate_minor, currency)


@register.filter
def negated(amount_minor: int | None) -> int | None:
    """Return what is subtracted with its sign."""
    return None if amount_minor is None else -amount_minor
