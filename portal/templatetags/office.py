"""Numbers and words of the office's pages."""

from django import template

from core.templatetags.money import exact_money, rate
from portal.queries.office_payout_words import why_not_words

register = template.Library()
register.filter("exact_money", exact_money)
register.filter("rate", rate)


@register.filter
def why_not(reason: str) -> str:
    """Return why a payment did not arrive or was not sent, as a sentence."""
    return why_not_words(reason)


@register.filter
def negated(amount_minor: int | None) -> int | None:
    """Return what is subtracted with its sign."""
    return None if amount_minor is None else -amount_minor
