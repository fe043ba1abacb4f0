"""Dividend money in the money book: the accounts and entries of docs/money.md."""

from datetime import datetime

from core.transactions import needs_transaction
from equity.services.bookings import day_of
from ledger.enums import AccountKind
from ledger.models import Entry
from ledger.services.posting import Leg, open_account, post, reverse
from payments.models import Payout


def payable_account(prefix: str, currency: str, owner: str) -> str:
    """Return the code of what one party is owed: ``dividend_payable:GBP:<public id>``."""
    return f"{prefix}:{currency}:{owner}"


@needs_transaction
def book_sent(*, payout: Payout, at: datetime) -> Entry:
    """The bank took a payout: what the party is owed, for the run's purpose, goes into clearing."""
    currency = payout.currency
    clearing = open_account(
        code=f"payout_clearing:{currency}", kind=AccountKind.ASSET, currency=currency, is_clearing=True
    )
    payable = payable_account(f"{payout.run.purpose}_payable", currency, payout.party.public_id)
    return _post(payout, "sent", Leg(payable, clearing.code, payout.amount_minor), at)


@needs_transaction
def book_settled(*, payout: Payout, at: datetime) -> Entry:
    """The bank paid it: clearing comes back to zero, the bank account is charged."""
    currency = payout.currency
    bank = open_account(code=f"bank:{currency}", kind=AccountKind.ASSET, currency=currency)
    return _post(payout, "settled", Leg(f"payout_clearing:{currency}", bank.code, payout.amount_minor), at)


def _post(payout: Payout, what: str, leg: Leg, at: datetime) -> Entry:
    return post(
        key=f"payout:{payout.public_id}:{what}",
        kind=f"payout_{what}",
        legs=[leg],
        effective_on=day_of(at),
        reason=f"{payout.run.purpose} {what}",
        source=payout.public_id,
        by=None,
        at=at,
    )


@needs_transaction
def take_back(*, payout: Payout, at: datetime) -> None:
    """Reverse what was booked of a payout that did not arrive: the last entry first, so that clearing passes zero."""
    for what in ("settled", "sent"):
        entry = Entry.objects.filter(key=f"payout:{payout.public_id}:{what}", reversed_by__isnull=True).first()
        if entry is not None:
            reverse(entry=entry, reason=f"payout {payout.reason}"[:300], by=None, at=at, effective_on=day_of(at))
