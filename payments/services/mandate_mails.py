"""Mails about bank details: to whoever decides about the party's money, and to the address they had before."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.module_loading import import_string

from accounts.enums import PartyKind
from accounts.models import Party
from accounts.queries.changes import former_addresses
from accounts.queries.parties import users_deciding_for
from core.mail import queue_letter, write_letter
from core.transactions import needs_transaction
from payments.models import BankMandate
from payments.queries.mandates import STOP_WINDOW

# Who took over somebody's sign-in by changing the address would otherwise be the only one to hear of it.
FORMER_ADDRESS_KEPT = timedelta(days=30)


class Receiver(NamedTuple):
    """An address, and how its owner is greeted."""

    address: str
    given_name: str
    language: str


@needs_transaction
def tell_about_mandate(
    *,
    kind: str,
    party: Party,
    mandate: BankMandate,
    at: datetime,
    token: str = "",
    earlier: BankMandate | None = None,
    later: BankMandate | None = None,
) -> int:
    """Queue ``templates/payments/email/<kind>.txt`` to every receiver; return how many that were.

    ``token`` is the secret of the link that stops the details; ``earlier`` the ones in force before, or again;
    ``later`` the ones given after them that ended with them.
    """
    facts = {
        "mandate": mandate,
        "earlier": earlier,
        "later": later,
        "at": at,
        "member_name": "" if party.kind == PartyKind.PERSON else party.display_name,
        "stop_url": settings.SITE_ORIGIN + reverse("bank_stop", args=[token]) if token else "",
        "stop_until": mandate.usable_from + STOP_WINDOW,
        "waits": mandate.usable_from > at,
        "bank_url": settings.SITE_ORIGIN + reverse("me_bank"),
        "sign_in_url": settings.SITE_ORIGIN + reverse("mfa_index"),
        "company": import_string(settings.ISSUER)(),
    }
    receivers = receivers_of(party, at=at)
    for receiver in receivers:
        _queue(kind, receiver, {**facts, "given_name": receiver.given_name}, at)
    return len(receivers)


def receivers_of(party: Party, *, at: datetime) -> list[Receiver]:
    """Return who hears of the party's bank details: who decides, the party's own address, and addresses of late."""
    found: dict[str, Receiver] = {}
    for user in users_deciding_for(party):
        for address in [user.email, *former_addresses(user, at - FORMER_ADDRESS_KEPT)]:
            if user.party is not None:
                found.setdefault(address, Receiver(address, user.party.given_name, user.party.language))
    contact = getattr(party, "contact", None)
    if contact is not None and contact.email:
        found.setdefault(contact.email, Receiver(contact.email, party.given_name, party.language))
    return list(found.values())


def _queue(kind: str, receiver: Receiver, facts: dict[str, Any], at: datetime) -> None:
    company = facts["company"]
    with translation.override(receiver.language):
        letter = write_letter(f"payments/email/{kind}.txt", facts, sender=company.name if company else "")
    queue_letter(letter, to=receiver.address, kind=f"bank.{kind}", language=receiver.language, at=at)
