"""An application's answers as people read them."""

from typing import Any

from babel import Locale
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.money import format_minor
from core.templatetags.faces import grouped
from equity.enums import HolderKind, InvestorCategory
from equity.models import Application


def _name(application: Application) -> str:
    """Return the name as typed; the family name first where the person writes it first (Phạm Ngọc Lan)."""
    forename, surname = (application.details.get(part, "") for part in ("forename", "surname"))
    shown = application.applicant.display_name
    is_family_first = bool(surname) and shown.startswith(f"{surname} ")
    return " ".join([surname, forename] if is_family_first else [forename, surname]).strip() or shown


def address_line(application: Application) -> str:
    """Return the service address in one line."""
    details = application.details
    country = Locale.parse(get_language() or "en").territories.get(details.get("country", ""), "")
    parts = [details.get("address", ""), details.get("city", ""), details.get("postcode", ""), country]
    return ", ".join(part for part in parts if part)


def holder_names(application: Application) -> list[str]:
    """Return the names as they will stand in the register, the first-named first."""
    others = application.details.get("holder", {})
    own = application.applicant.display_name
    if application.holder_kind == HolderKind.JOINT:
        return [own, *others.get("joint_names", [])]
    if application.holder_kind == HolderKind.ORGANISATION:
        return [others.get("organisation_name", "")]
    return [own]


def register_preview(application: Application) -> dict[str, Any] | None:
    """Return name and address as they will stand in the register, once they are known."""
    if "address" not in application.details:
        return None
    return {"names": holder_names(application), "name": " & ".join(holder_names(application)),
            "address": address_line(application)}  # fmt: skip


def answer_rows(application: Application) -> list[dict[str, Any]]:
    """Return the rows of *check your answers*, each with the page that changes it."""
    statement = InvestorCategory(application.category).label if application.category else ""

    def row(label: str, value: str, step: str, *, is_number: bool = False) -> dict[str, Any]:
        url = reverse(f"equity:{step}", args=[application.public_id]) if step else ""
        return {"label": label, "value": value, "change_url": url, "is_number": is_number}

    shares = application.quantity or 0
    return [
        row(_("Your name"), _name(application), "details"),
        row(_("Service address"), address_line(application), "details"),
        row(_("In the register"), "\n".join(holder_names(application)), "holder"),
        row(_("Your statement"), str(statement), ""),
        row(_("Shares"), grouped(shares), "quantity", is_number=True),
        row(
            _("Price of a share"),
            format_minor(application.price_minor or 0, application.currency, get_language() or "en"),
            "",
            is_number=True,
        ),
    ]
