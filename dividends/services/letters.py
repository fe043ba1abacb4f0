"""Mails about dividends: one text per kind, in the reader's language; the HTML part says the same.

There is no mail "your money was sent": the statement says when it goes. What is written is what a holder must know or
do: the statement, and that we do not know where to pay; `payout_letters` tells of payments that did not arrive.
"""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from core import audit
from core.languages import localised
from core.mail import PDF, Letter, queue_letter, write_letter
from core.models import AuditRecord, OutgoingMail
from core.transactions import needs_transaction
from dividends.models import Entitlement, Statement
from dividends.queries.receivers import Receiver, receiver_of
from dividends.queries.statement_news import MoneyNow, money_now, news_of
from dividends.queries.statements import check_url
from equity.models import Company
from equity.queries.company import get_company
from equity.queries.record_date import record_day
from payments.queries.mandates import mandate_of

WANTED = "dividend_details_wanted"


@needs_transaction
def send_statement_letter(*, statement: Statement, at: datetime) -> OutgoingMail | None:
    """Queue the statement with its PDF, in its own language; None without an address.

    The statement should come from `dividends.queries.statements.whole_statements` and must have its file.
    """
    receiver = receiver_of(statement.entitlement.party)
    if receiver is None:
        return None
    now = money_now(statement, at=at)
    letter = write_statement_letter(statement, now=now, receiver=receiver, company=get_company())
    attachment = (f"{statement}.pdf", statement.file.sha256, PDF)
    return queue_letter(
        letter,
        to=receiver.address,
        kind="dividend.statement",
        language=statement.language,
        at=at,
        attachments=[attachment],
    )


def write_statement_letter(statement: Statement, *, now: MoneyNow, receiver: Receiver, company: Company) -> Letter:
    """Return the mail in the statement's language: what became of the money ``now``, and the figures as issued."""
    owed = statement.entitlement
    with translation.override(statement.language):
        facts = {
            "receiver": receiver,
            "company": company,
            "statement": statement,
            "owed": owed,
            "currency": owed.declaration.currency,
            "title": localised(owed.declaration, "title"),
            "reference": str(statement),
            "news": news_of(statement, now),
            "bank_url": _address("me_bank"),
            "dividend_url": _page(owed),
            "check_url": check_url(statement.check_code),
        }
        return write_letter("dividends/email/statement.txt", facts, sender=company.name)


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
    return queue_letter(letter, to=receiver.address, kind="dividend.details_wanted", language=receiver.language, at=at)


def write_wanted_letter(entitlement: Entitlement, *, receiver: Receiver, company: Company) -> Letter:
    """Return the mail in the reader's language."""
    with translation.override(receiver.language):
        facts = {
            "receiver": receiver,
            "company": company,
            "owed": entitlement,
            "currency": entitlement.declaration.currency,
            "title": localised(entitlement.declaration, "title"),
            "reference": entitlement.public_id,
            "record_on": record_day(entitlement.declaration.record_at),
            "bank_url": _address("me_bank"),
            "dividend_url": _page(entitlement),
        }
        return write_letter("dividends/email/details_wanted.txt", facts, sender=company.name)


def _page(entitlement: Entitlement) -> str:
    return _address("me_dividend", entitlement.public_id)


def _address(name: str, *arguments: str) -> str:
    return settings.SITE_ORIGIN + reverse(name, args=arguments)
