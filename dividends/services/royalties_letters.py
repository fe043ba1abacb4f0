"""Mails about a creator's share: the statement, and a payment that did not arrive."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from core.mail import queue_mail
from core.models import OutgoingMail
from core.transactions import needs_transaction
from dividends.models import RoyaltyStatement
from dividends.queries.receivers import Receiver, receiver_of
from dividends.queries.royalty_words import royalty_next, royalty_sentence
from dividends.queries.statements import check_url
from dividends.services.letters import Letter
from equity.models import Company
from equity.queries.company import get_company
from payments.enums import PayoutState
from payments.models import Payout
from payments.queries.payout_words import payout_reason_words

PDF = "application/pdf"


@needs_transaction
def send_royalty_letter(*, statement: RoyaltyStatement, at: datetime) -> OutgoingMail | None:
    """Queue the statement with its PDF, in its own language; None without an address. It must have its file."""
    receiver = receiver_of(statement.party)
    if receiver is None:
        return None
    letter = write_royalty_letter(statement, receiver=receiver, company=get_company())
    attachment = (f"{statement}.pdf", statement.file.sha256, PDF)
    return _queue("statement", letter, receiver, statement.language, at, attachments=[attachment])


def write_royalty_letter(statement: RoyaltyStatement, *, receiver: Receiver, company: Company) -> Letter:
    """Return the mail in the statement's language."""
    with translation.override(statement.language):
        facts = {
            "statement": statement,
            "currency": statement.currency,
            "reference": str(statement),
            "sentence": royalty_sentence(statement),
            "next": royalty_next(statement),
            "royalties_url": settings.SITE_ORIGIN + reverse("me_royalties"),
            "check_url": check_url(statement.check_code),
        }
        return _written("royalty_statement", facts, receiver, company)


@needs_transaction
def send_royalty_returned_letter(*, payout: Payout, at: datetime) -> OutgoingMail | None:
    """Tell the creator that a payment failed or came back: why, and what mends it. None without an address."""
    return _send_about_payout("returned", payout, at)


@needs_transaction
def send_royalty_held_letter(*, payout: Payout, at: datetime) -> OutgoingMail | None:
    """Tell the creator that a payment was held back because bank details changed. None without an address."""
    return _send_about_payout("held", payout, at)


def _send_about_payout(kind: str, payout: Payout, at: datetime) -> OutgoingMail | None:
    receiver = receiver_of(payout.party)
    if receiver is None:
        return None
    letter = write_royalty_payout_letter(kind, payout, receiver=receiver, company=get_company())
    return _queue(kind, letter, receiver, receiver.language, at)


def write_royalty_payout_letter(kind: str, payout: Payout, *, receiver: Receiver, company: Company) -> Letter:
    """Return the mail about a payout that ended (``returned`` or ``held``), in the reader's language."""
    with translation.override(receiver.language):
        facts = {
            "payout": payout,
            "currency": payout.currency,
            "reference": payout.reference,
            "words": payout_reason_words(payout.reason),
            "came_back": payout.state == PayoutState.RETURNED,
            "bank_url": settings.SITE_ORIGIN + reverse("me_bank"),
            "royalties_url": settings.SITE_ORIGIN + reverse("me_royalties"),
        }
        return _written(f"royalty_{kind}", facts, receiver, company)


def _written(kind: str, facts: dict[str, Any], receiver: Receiver, company: Company) -> Letter:
    """Write ``templates/dividends/email/<kind>.txt`` in the active language; its first paragraph is the subject."""
    written = render_to_string(f"dividends/email/{kind}.txt", {**facts, "receiver": receiver, "company": company})
    subject, *paragraphs = re.split(r"\s*\n\s*\n\s*", written.strip())
    html = render_to_string(
        "equity/email/letter.html", {"subject": subject, "paragraphs": paragraphs, "company": company}
    )
    return Letter(subject, "\n\n".join(paragraphs) + "\n", html)


def _queue(
    kind: str,
    letter: Letter,
    receiver: Receiver,
    language: str,
    at: datetime,
    *,
    attachments: Sequence[tuple[str, str, str]] = (),
) -> OutgoingMail:
    return queue_mail(
        to=receiver.address,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        kind=f"royalty.{kind}",
        language=language,
        at=at,
        attachments=attachments,
    )
