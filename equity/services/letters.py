"""Mails about shares: one text per kind, in the reader's language; the HTML part says the same."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import translation

from core.mail import Letter, queue_letter, write_letter
from core.models import OutgoingMail
from core.transactions import needs_transaction
from equity.models import Application, Certificate, Company
from equity.queries.company import get_company
from equity.queries.paying import paying_of


@needs_transaction
def send_letter(
    *,
    kind: str,
    application: Application,
    at: datetime,
    attachments: Sequence[tuple[str, str, str]] = (),
    **context: Any,
) -> OutgoingMail | None:
    """Queue the mail ``templates/equity/email/<kind>.txt``; its first line is the subject. None without an address."""
    address = application.applicant_user.email if application.applicant_user else ""
    if not address:
        return None
    context.setdefault("paying", paying_of(application))
    letter = write_application_letter(kind=kind, application=application, company=get_company(), at=at, **context)
    return queue_letter(letter, to=address, kind=kind, language=application.language, at=at, attachments=attachments)


def write_application_letter(
    *, kind: str, application: Application, company: Company, at: datetime, **context: Any
) -> Letter:
    """Return the mail in the application's language."""
    context |= _facts(application, context.get("certificate")) | {"company": company, "at": at}
    with translation.override(application.language):
        return write_letter(f"equity/email/{kind}.txt", context, sender=company.name)


def _facts(application: Application, certificate: Certificate | None) -> dict[str, Any]:
    offer = application.offer
    return {
        "application": application,
        "offer": offer,
        "offer_title": offer.title_vi if application.language == "vi" else offer.title,
        "reference": application.public_id,
        "given_name": " ".join(application.applicant.given_name.split()),
        "total_minor": (application.quantity or 0) * (application.price_minor or 0),
        "url": f"{settings.SITE_ORIGIN}/buy/{application.public_id}/",
        "offer_url": f"{settings.SITE_ORIGIN}/offers/{offer.slug}/",
        "portal_url": f"{settings.SITE_ORIGIN}/me/",
        "check_url": f"{settings.SITE_ORIGIN}/check/{certificate.check_code}/" if certificate else "",
    }
