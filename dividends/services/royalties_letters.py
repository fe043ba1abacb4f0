"""The mail that carries a creator's statement."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from core.mail import PDF, Letter, queue_letter, write_letter
from core.models import OutgoingMail
from core.transactions import needs_transaction
from dividends.models import RoyaltyStatement
from dividends.queries.receivers import Receiver, receiver_of
from dividends.queries.statement_news import MoneyNow, royalty_money_now, royalty_news_of
from dividends.queries.statements import check_url
from equity.models import Company
from equity.queries.company import get_company


@needs_transaction
def send_royalty_letter(*, statement: RoyaltyStatement, at: datetime) -> OutgoingMail | None:
    """Queue the statement with its PDF, in its own language; None without an address. It must have its file."""
    receiver = receiver_of(statement.party)
    if receiver is None:
        return None
    now = royalty_money_now(statement, at=at)
    letter = write_royalty_letter(statement, now=now, receiver=receiver, company=get_company())
    attachment = (f"{statement}.pdf", statement.file.sha256, PDF)
    return queue_letter(
        letter,
        to=receiver.address,
        kind="royalty.statement",
        language=statement.language,
        at=at,
        attachments=[attachment],
    )


def write_royalty_letter(statement: RoyaltyStatement, *, now: MoneyNow, receiver: Receiver, company: Company) -> Letter:
    """Return the mail in the statement's language: what became of the money ``now``, and the figures as issued."""
    with translation.override(statement.language):
        facts = {
            "receiver": receiver,
            "company": company,
            "statement": statement,
            "currency": statement.currency,
            "reference": str(statement),
            "news": royalty_news_of(statement, now),
            "bank_url": settings.SITE_ORIGIN + reverse("me_bank"),
            "royalties_url": settings.SITE_ORIGIN + reverse("me_royalties"),
            "check_url": check_url(statement.check_code),
        }
        return write_letter("dividends/email/royalty_statement.txt", facts, sender=company.name)
