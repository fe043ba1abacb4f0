"""One story for every mail and for the receipt: an application at the moment each is written. Nothing is saved."""

from datetime import UTC, date, datetime
from typing import Any

from accounts.models import Party
from core.mail import Letter
from equity.models import Application, Certificate, Company, Offer, OfferDisclosure
from equity.services.letters import write_application_letter
from tests.factories.equity import COMPANY

AT = datetime(2026, 6, 12, 9, 0, tzinfo=UTC)
REFERENCE = "kW3xQ0n8Tz6vR1bYp5uLdA"
CHECK_CODE = "pW3xQ0n8Tz6vR1bYp5uLdB"
CERTIFICATE = {"serial": "B-000042", "check_code": CHECK_CODE, "issued_on": date(2026, 6, 12)}

# The state in which each mail finds the application, and what its service adds.
STORIES: dict[str, tuple[str, dict[str, Any]]] = {
    "paid": ("paid", {"board_by_on": date(2026, 7, 12)}),
    "sent_back": ("withdrawn", {"amount_minor": 9500}),
    "payment_failed": ("payable", {}),
    "refunded": ("refunded", {"amount_minor": 9500}),
    "withdrawn": ("withdrawn", {"was_paid": True}),
    "offer_failed": ("expired", {}),
    "expired": ("expired", {}),
    "thinking_time_over": ("quantity_chosen", {}),
    "allotted": ("allotted", {}),
    "certificate": ("allotted", {"certificate": Certificate(**CERTIFICATE)}),
}


def letter(kind: str, language: str = "en", *, given_name: str = "Tuyết", **changed: Any) -> Letter:
    """Write the mail of that kind; ``changed`` are fields of the application or what the service adds."""
    state, context = STORIES[kind]
    fields = {name: changed.pop(name) for name in list(changed) if hasattr(Application, name)}
    application = application_of(given_name=given_name, **{"state": state, "language": language, **fields})
    return write_application_letter(
        kind=kind, application=application, company=Company(**COMPANY), at=AT, **{**context, **changed}
    )


def application_of(*, given_name: str = "Tuyết", **fields: Any) -> Application:
    """Return four shares at 23.75, asked for in June 2026."""
    offer = Offer(slug="round-7", title="Round 7", title_vi="Đợt 7", currency="GBP")
    OfferDisclosure(offer=offer, money_held="separate", money_held_where="Calder Bank, application account")
    known = {
        "public_id": REFERENCE,
        "offer": offer,
        "applicant": Party(display_name=f"Nguyễn Thị {given_name}", given_name=given_name),
        "quantity": 4,
        "price_minor": 2375,
        "currency": "GBP",
        "not_before_at": datetime(2026, 6, 11, 9, 0, tzinfo=UTC),
        "kept_until_at": datetime(2026, 6, 14, 9, 0, tzinfo=UTC),
    }
    return Application(**{**known, **fields})
