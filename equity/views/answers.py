"""An application's answers as people read them."""

from typing import Any

from babel import Locale
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.money import format_minor
from core.templatetags.faces import grouped
from equity.enums import InvestorCategory
from equity.models import Application
from equity.queries.holders import standing_of, typed_name
from equity.rules.register_rows import names_line


def address_line(application: Application) -> str:
    """Return the service address in one line."""
    details = application.details
    country = Locale.parse(get_language() or "en").territories.get(details.get("country", ""), "")
    parts = [details.get("address", ""), details.get("city", ""), details.get("postcode", ""), country]
    return ", ".join(part for part in parts if part)


def register_preview(application: Application) -> dict[str, Any] | None:
    """Return name and address as they will stand in the register, once they are known."""
    if "address" not in application.details:
        return None
    standing = standing_of(application)
    return {
        "names": standing.names,
        "name": " & ".join(standing.names),
        "address": address_line(application),
        "designation": standing.designation,
    }


def answer_rows(application: Application) -> list[dict[str, Any]]:
    """Return the rows of *check your answers*, each with the page that changes it."""
    statement = InvestorCategory(application.category).label if application.category else ""

    def row(label: str, value: str, step: str, *, is_number: bool = False) -> dict[str, Any]:
        url = reverse(f"equity:{step}", args=[application.public_id]) if step else ""
        return {"label": label, "value": value, "change_url": url, "is_number": is_number}

    standing = standing_of(application)
    in_register = names_line(standing.names, standing.designation)
    shares = application.quantity or 0
    return [
        row(_("Your name"), typed_name(application), "details"),
        row(_("Service address"), address_line(application), "details"),
        row(_("In the register"), "\n".join(in_register), "holder"),
        row(_("Your statement"), str(statement), ""),
        row(_("Shares"), grouped(shares), "quantity", is_number=True),
        row(
            _("Price of a share"),
            format_minor(application.price_minor or 0, application.currency, get_language() or "en"),
            "",
            is_number=True,
        ),
    ]
