"""Mails about shares: one text per kind, in the reader's language; the HTML part says the same."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from core.mail import queue_mail
from core.models import OutgoingMail
from core.transactions import needs_transaction
from equity.models import Application, Certificate, Company
from equity.queries.company import get_company
from equity.queries.paying import paying_of


class Letter(NamedTuple):
    """A mail as it is sent: plain text, and the same paragraphs as HTML."""

    subject: str
    text: str
    html: str


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
    letter = write_letter(kind=kind, application=application, company=get_company(), at=at, **context)
    return queue_mail(
        to=address,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        kind=kind,
        language=application.language,
        at=at,
        attachments=attachments,
    )


def write_letter(*, kind: str, application: Application, company: Company, at: datetime, **context: Any) -> Letter:
    """Return the mail in the application's language; absent sentences leave no gap."""
    context |= _facts(application, context.get("certificate"))
    with translation.override(application.language):
        written = render_to_string(f"equity/email/{kind}.txt", {**context, "company": company, "at": at})
        subject, *paragraphs = re.split(r"\s*\n\s*\n\s*", written.strip())
        html = render_to_string(
            "equity/email/letter.html", {"subject": subject, "paragraphs": paragraphs, "company": company}
        )
    return Letter(subject, "\n\n".join(paragraphs) + "\n", html)


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
