"""Mails about a payment that did not arrive: dividends and creators' shares, each in its own words."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from core import audit
from core.languages import localised
from core.mail import Letter, queue_letter, write_letter
from core.models import OutgoingMail
from core.transactions import needs_transaction
from dividends.queries.receivers import Receiver, receiver_of
from dividends.queries.tried import TOLD
from equity.models import Company
from equity.queries.company import get_company
from payments.enums import PayoutState
from payments.models import BankMandate, Payout
from payments.queries.mandates import mandate_of
from payments.queries.payout_words import payout_reason_words

if TYPE_CHECKING:
    from accounts.models import User

# By the run's purpose: how its texts' names begin, and the page on which the reader sees what is owed.
TEXTS = {"dividend": "", "royalty": "royalty_"}
PAGES = {"dividend": "me_dividends", "royalty": "me_royalties"}


@needs_transaction
def send_returned_letter(*, payout: Payout, at: datetime, by: "User | None" = None) -> OutgoingMail | None:
    """Tell who was to be paid that a payment failed or came back: why, and what mends it. None without an address.

    That it was told stands in the trail: ``by`` is who asked for it, nobody where it went by itself.
    """
    receiver = receiver_of(payout.party)
    if receiver is None:
        return None
    letter = write_returned_letter(payout, receiver=receiver, company=get_company())
    mail = _queue("returned", letter, payout, receiver, at)
    audit.record(by=by, at=at, verb=TOLD, subject=payout, mail=mail.public_id)
    return mail


@needs_transaction
def send_held_letter(*, payout: Payout, at: datetime) -> OutgoingMail | None:
    """Tell who was to be paid that a payment was held as bank details changed. None without an address."""
    receiver = receiver_of(payout.party)
    if receiver is None:
        return None
    mandate = mandate_of(payout.party_id)
    letter = write_held_letter(payout, mandate=mandate, receiver=receiver, company=get_company())
    return _queue("held", letter, payout, receiver, at)


def write_returned_letter(payout: Payout, *, receiver: Receiver, company: Company) -> Letter:
    """Return the mail about a payout that failed or came back, in the reader's language."""
    with translation.override(receiver.language):
        return _written("returned", payout, receiver, company, came_back=payout.state == PayoutState.RETURNED)


def write_held_letter(payout: Payout, *, mandate: BankMandate | None, receiver: Receiver, company: Company) -> Letter:
    """Return the mail about a payout held back, in the reader's language; ``mandate`` are the details in force."""
    waits = mandate is not None and payout.ended_at is not None and mandate.usable_from > payout.ended_at
    with translation.override(receiver.language):
        return _written("held", payout, receiver, company, mandate=mandate, waits=waits)


def _written(kind: str, payout: Payout, receiver: Receiver, company: Company, **facts: Any) -> Letter:
    purpose = payout.run.purpose
    facts |= {
        "receiver": receiver,
        "company": company,
        "payout": payout,
        "currency": payout.currency,
        "title": localised(payout.run, "title"),
        "reference": payout.reference,
        "words": payout_reason_words(payout.reason),
        "bank_url": settings.SITE_ORIGIN + reverse("me_bank"),
        "page_url": settings.SITE_ORIGIN + reverse(PAGES[purpose]),
    }
    return write_letter(f"dividends/email/{TEXTS[purpose]}{kind}.txt", facts, sender=company.name)


def _queue(kind: str, letter: Letter, payout: Payout, receiver: Receiver, at: datetime) -> OutgoingMail:
    return queue_letter(
        letter, to=receiver.address, kind=f"{payout.run.purpose}.{kind}", language=receiver.language, at=at
    )
