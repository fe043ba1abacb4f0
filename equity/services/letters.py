"""Mails about shares: one text per kind, in the reader's language; the HTML part says the same."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from core.mail import queue_mail
from core.models import OutgoingMail
from core.transactions import needs_transaction
from equity.models import Application
from equity.queries.company import get_company


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
    company = get_company()
    context |= {
        "application": application,
        "offer": application.offer,
        "company": company,
        "given_name": application.applicant.given_name,
        "url": f"{settings.SITE_ORIGIN}/buy/{application.public_id}/",
        "portal_url": f"{settings.SITE_ORIGIN}/me/",
    }
    with translation.override(application.language):
        text = render_to_string(f"equity/email/{kind}.txt", context)
        subject, _newline, body = text.lstrip().partition("\n")
        html = render_to_string(
            "equity/email/letter.html",
            {"subject": subject, "paragraphs": body.strip().split("\n\n"), "company": company},
        )
    return queue_mail(
        to=address,
        subject=subject,
        text=body.strip() + "\n",
        html=html,
        kind=kind,
        language=application.language,
        at=at,
        attachments=attachments,
    )
