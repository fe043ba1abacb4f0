"""The example company's offer document: one PDF in both languages, from the same fields as the offer's page.

One file, so that everybody accepts the same version with the same hash, whatever language they read.
"""

from typing import Any

from core.money import format_minor
from core.pdf import render_pdf
from equity.models import Offer
from equity.queries.company import get_company
from equity.queries.offers import ahead_minor, implied_value, ranked_claims
from equity.queries.profiles import text_of
from equity.rules.number_words import in_words
from equity.services.bookings import day_of

DOCUMENT_KIND = "offer_document"
TEMPLATE = "equity/pdf/offer_document.html"
LANGUAGES = ("en", "vi")
PAGES_MAX = 6


def offer_document_pdf(offer: Offer) -> bytes:
    """Return the offer document as it stands now, claims that grow at the day on which the offer opens."""
    offer = Offer.objects.select_related("profile", "authority", "disclosure").get(pk=offer.pk)
    parts = [_part(offer, language) for language in LANGUAGES]
    return render_pdf(template=TEMPLATE, context={"parts": parts}, language=LANGUAGES[0], pages_max=PAGES_MAX)


def _part(offer: Offer, language: str) -> dict[str, Any]:
    """The facts of the offer with their words in one language."""
    suffix = "_vi" if language == "vi" else ""
    claims = ranked_claims(offer, on=day_of(offer.opens_at))
    warning = text_of(offer.profile, "risk_warning")
    disclosure = offer.disclosure
    return {
        "language": language,
        "offer": offer,
        "disclosure": disclosure,
        "company": get_company(),
        "title": "Bản chào bán" if language == "vi" else "Offer document",
        "heading": getattr(offer, f"title{suffix}"),
        "poster_fact": _poster_fact(offer, language),
        "risk_warning": getattr(warning, f"body{suffix}") if warning else "",
        "last_dividend": getattr(disclosure, f"last_dividend{suffix}"),
        "price_basis": getattr(disclosure, f"price_basis{suffix}"),
        "ranking": [
            {
                "label": getattr(claim, f"label{suffix}"),
                "growth_percent": claim.growth_bps // 100,
                "as_of_on": claim.as_of_on,
                "amount_minor": claim.amount_minor,
                "ahead": claim.ahead,
            }
            for claim in claims
        ],
        "ahead_minor": ahead_minor(claims),
        "implied_value_minor": implied_value(offer),
        "loss_minor": -(disclosure.accounts_profit_minor or 0),
        "uses": [
            {"label": getattr(use, f"label{suffix}"), "amount_minor": use.amount_minor}
            for use in offer.uses.order_by("position")
        ],
        "cap_minor": offer.cap_shares * offer.price_minor,
    }


def _poster_fact(offer: Offer, language: str) -> str:
    """The smallest purchase in words, as on the poster of the page: "Two shares. £47.50."."""
    words = in_words(offer.person_min_shares, language)
    cost = format_minor(offer.person_min_shares * offer.price_minor, offer.currency, language)
    noun = "cổ phần" if language == "vi" else "shares"
    return f"{words.capitalize()} {noun}. {cost}."
