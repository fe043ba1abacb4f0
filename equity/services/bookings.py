"""Share money in the money book: the recipes of docs/money.md."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings

from core.transactions import needs_transaction
from equity.models import Application
from ledger.enums import AccountKind
from ledger.models import Entry
from ledger.services.posting import Draft, Leg, open_account, post, post_many
from payments.models import Payment, Refund

if TYPE_CHECKING:
    from accounts.models import User

ACCOUNTS = {
    "provider_clearing": (AccountKind.ASSET, True),
    "application_money": (AccountKind.LIABILITY, True),
    "bank": (AccountKind.ASSET, False),
    "share_capital": (AccountKind.EQUITY, False),
    "share_premium": (AccountKind.EQUITY, False),
}


def day_of(at: datetime) -> date:
    """Return the calendar day of the moment in the company's time zone."""
    return at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


@needs_transaction
def open_share_accounts(currency: str) -> None:
    """Open the accounts that share money moves through."""
    for name, (kind, is_clearing) in ACCOUNTS.items():
        open_account(code=f"{name}:{currency}", kind=kind, currency=currency, is_clearing=is_clearing)


@needs_transaction
def book_receipt(*, application: Application, payment: Payment, at: datetime) -> Entry:
    """Application money came in: debit the provider's clearing account, credit application money."""
    open_share_accounts(payment.currency)
    return post(
        key=f"receipt:{payment.public_id}",
        kind="application_receipt",
        legs=[
            Leg(f"provider_clearing:{payment.currency}", f"application_money:{payment.currency}", payment.amount_minor)
        ],
        effective_on=day_of(at),
        reason="application money received",
        source=application.public_id,
        by=None,
        at=at,
    )


@needs_transaction
def book_refund(*, application: Application, payment: Payment, refund: Refund, at: datetime) -> Entry:
    """Application money went back: the reverse of its receipt, for the refunded amount."""
    return post(
        key=f"refund:{refund.public_id}",
        kind="application_refund",
        legs=[
            Leg(f"application_money:{payment.currency}", f"provider_clearing:{payment.currency}", refund.amount_minor)
        ],
        effective_on=day_of(at),
        reason="application money returned",
        source=application.public_id,
        by=None,
        at=at,
    )


@needs_transaction
def book_refund_otherwise(*, application: Application, payment: Payment, refund: Refund, at: datetime) -> Entry:
    """Application money went back from the company's bank; what the provider holds of it stays in clearing."""
    open_share_accounts(payment.currency)
    return post(
        key=f"settled:{refund.public_id}",
        kind="application_refund_otherwise",
        legs=[Leg(f"application_money:{payment.currency}", f"bank:{payment.currency}", refund.amount_minor)],
        effective_on=day_of(at),
        reason="application money returned another way",
        source=application.public_id,
        by=refund.settled_by,
        at=at,
    )


@needs_transaction
def book_allotments(
    *, allotted: Sequence[tuple[Application, int, int]], currency: str, by: "User", at: datetime
) -> None:
    """Application money became capital and premium.

    ``allotted`` holds (application, amount in minor units, nominal part of it) for each allotment.
    """
    open_share_accounts(currency)
    money, capital, premium = (f"{name}:{currency}" for name in ("application_money", "share_capital", "share_premium"))
    post_many(
        drafts=[
            Draft(
                key=f"allotment:{application.public_id}",
                source=application.public_id,
                legs=(Leg(money, capital, nominal), Leg(money, premium, amount - nominal)),
            )
            for application, amount, nominal in allotted
        ],
        kind="allotment",
        effective_on=day_of(at),
        reason="shares allotted",
        by=by,
        at=at,
    )
