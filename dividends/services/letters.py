"""Mails about dividends: one text per kind, in the reader's language; the HTML part says the same.

There is no mail "your money was sent": the statement says when it goes. What is written is what a holder must know or
do: the statement, a payment that came back or was held, and that we do not know where to pay.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from core import audit
from core.languages import localised
from core.mail import queue_mail
from core.models import AuditRecord, OutgoingMail
from core.transactions import needs_transaction
from dividends.models import Entitlement, Statement
from dividends.queries.receivers import Receiver, receiver_of
from dividends.queries.statement_words import next_of, sentence_of
from dividends.queries.statements import check_url
from equity.models import Company
from equity.queries.company import get_company
from equity.queries.record_date import record_day
from payments.enums import PayoutState
from payments.models import BankMandate, Payout
from payments.queries.mandates import mandate_of
from payments.queries.payout_words import payout_reason_words

PDF = "application/pdf"
WANTED = "dividend_details_wanted"


class Letter(NamedTuple):
    """A mail as it is sent: plain text, and the same paragraphs as HTML."""

    subject: str
    text: str
    html: str


@needs_transaction
def send_statement_letter(*, statement: Statement, at: datetime) -> OutgoingMail | None:
    """Queue the statement with its PDF, in its own language; None without an address.

    The statement should come from `dividends.queries.statements.whole_statements` and must have its file.
    """
    receiver = receiver_of(statement.entitlement.party)
    if receiver is None:
        return None
    letter = write_statement_letter(statement, receiver=receiver, company=get_company())
    attachment = (f"{statement}.pdf", statement.file.sha256, PDF)
    return _queue("statement", letter, receiver, statement.language, at, attachments=[attachment])


def write_statement_letter(statement: Statement, *, receiver: Receiver, company: Company) -> Letter:
    """Return the mail in the statement's language."""
    owed = statement.entitlement
    with translation.override(statement.language):
        facts = {
            "statement": statement,
            "owed": owed,
            "currency": owed.declaration.currency,
            "title": localised(owed.declaration, "title"),
            "reference": str(statement),
            "sentence": sentence_of(statement),
            "next": next_of(statement),
            "dividend_url": _page(owed),
            "check_url": check_url(statement.check_code),
        }
        return _written("statement", facts, receiver, company)


@needs_transaction
def send_returned_letter(*, payout: Payout, at: datetime) -> OutgoingMail | None:
    """Tell the holder that a payment failed or came back: why, and what mends it. None without an address."""
    return _send_about_payout("returned", payout, at)


@needs_transaction
def send_held_letter(*, payout: Payout, at: datetime) -> OutgoingMail | None:
    """Tell the holder that a payment was held back because bank details changed. None without an address."""
    return _send_about_payout("held", payout, at)


def _send_about_payout(kind: str, payout: Payout, at: datetime) -> OutgoingMail | None:
    receiver = receiver_of(payout.party)
    if receiver is None:
        return None
    mandate = mandate_of(payout.party_id)
    letter = write_payout_letter(kind, payout, mandate=mandate, receiver=receiver, company=get_company())
    return _queue(kind, letter, receiver, receiver.language, at)


def write_payout_letter(
    kind: str, payout: Payout, *, mandate: BankMandate | None, receiver: Receiver, company: Company
) -> Letter:
    """Return the mail about a payout that ended, in the reader's language; ``mandate`` are the details in force."""
    with translation.override(receiver.language):
        facts = {
            "payout": payout,
            "currency": payout.currency,
            "title": localised(payout.run, "title"),
            "reference": payout.reference,
            "words": payout_reason_words(payout.reason),
            "came_back": payout.state == PayoutState.RETURNED,
            "mandate": mandate,
            "waits": mandate is not None and payout.ended_at is not None and mandate.usable_from > payout.ended_at,
            "bank_url": _address("me_bank"),
            "dividends_url": _address("me_dividends"),
        }
        return _written(kind, facts, receiver, company)


@needs_transaction
def send_details_wanted_letter(*, entitlement: Entitlement, at: datetime) -> OutgoingMail | None:
    """Ask the holder where to pay, once for each dividend.

    None when that was done before, when bank details were given meanwhile, and without an address.
    """
    subject = {"subject_kind": Entitlement._meta.label_lower, "subject_id": str(entitlement.pk)}
    if AuditRecord.objects.filter(verb=WANTED, **subject).exists() or mandate_of(entitlement.party_id):
        return None
    receiver = receiver_of(entitlement.party)
    audit.record(by=None, at=at, verb=WANTED, subject=entitlement, mailed=receiver is not None)
    if receiver is None:
        return None
    letter = write_wanted_letter(entitlement, receiver=receiver, company=get_company())
    return _queue("details_wanted", letter, receiver, receiver.language, at)


def write_wanted_letter(entitlement: Entitlement, *, receiver: Receiver, company: Company) -> Letter:
    """Return the mail in the reader's language."""
    with translation.override(receiver.language):
        facts = {
            "owed": entitlement,
            "currency": entitlement.declaration.currency,
            "title": localised(entitlement.declaration, "title"),
            "reference": entitlement.public_id,
            "record_on": record_day(entitlement.declaration.record_at),
            "bank_url": _address("me_bank"),
            "dividend_url": _page(entitlement),
        }
        return _written("details_wanted", facts, receiver, company)


def _page(entitlement: Entitlement) -> str:
    return _address("me_dividend", entitlement.public_id)


def _address(name: str, *arguments: str) -> str:
    return settings.SITE_ORIGIN + reverse(name, args=arguments)


def _written(kind: str, facts: dict[str, Any], receiver: Receiver, company: Company) -> Letter:
    """Write ``templates/dividends/email/<kind>.txt`` in the active language; its first paragraph is the subject."""
    context = {**facts, "receiver": receiver, "company": company}
    written = render_to_string(f"dividends/email/{kind}.txt", context)
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
        kind=f"dividend.{kind}",
        language=language,
        at=at,
        attachments=attachments,
    )
