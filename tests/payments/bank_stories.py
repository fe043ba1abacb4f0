"""What holders do about their bank details, in the words of the tests."""

import re
from datetime import datetime

from accounts.models import Party, User
from core import clock
from core.models import OutgoingMail
from core.transactions import atomic
from payments.models import BankMandate
from payments.queries.mandates import history_of
from payments.rules.bank_details import BankDetails, uk_details
from payments.services.mandates import Stopped, give_mandate, stop_by_token

LINK = re.compile(r"/bank/stop/([\w-]{43})/")


def account(ending: str, *, name: str = "Agnes Whitlock") -> BankDetails:
    """Return an account in the United Kingdom whose number ends in the four digits."""
    return uk_details(sort_code="60-16-13", account_number=f"3192{ending}", holder_name=name)


def give(user: User, details: BankDetails, *, at: datetime | None = None, party: Party | None = None) -> BankMandate:
    """Give the details for the user's own party, or for another."""
    with atomic():
        return give_mandate(party=party or user.party, details=details, by=user, at=at or clock.now())


def stop(token: str, *, at: datetime | None = None) -> Stopped:
    """Press the button behind the link."""
    with atomic():
        return stop_by_token(token=token, at=at or clock.now())


def mails(kind: str) -> list[OutgoingMail]:
    """Return the mails of the kind, oldest first."""
    return list(OutgoingMail.objects.filter(kind=f"bank.{kind}").order_by("pk"))


def token_in(mail: OutgoingMail) -> str:
    """Return the secret of the link that stops the details."""
    found = LINK.search(mail.text)
    assert found, mail.text
    return found[1]


def latest_token() -> str:
    """Return the secret in the newest mail about new details."""
    return token_in(OutgoingMail.objects.filter(kind__in=["bank.bank_given", "bank.bank_changed"]).latest("pk"))


def endings_over_time(user: User) -> list[tuple[str, str]]:
    """Return the endings the user's party ever had and how each ended, oldest first."""
    return [(row.ending, row.ended_how) for row in reversed(history_of(user.party))]
