"""What becomes of a royalty's payout: the handlers that payments calls by purpose (Note [Payout callbacks])."""

from collections.abc import Sequence
from datetime import datetime

from core.transactions import needs_transaction
from dividends.models import RoyaltyPayoutLine
from dividends.services import bookings
from dividends.services.royalties_bookings import PAYABLE
from dividends.services.royalties_letters import send_royalty_held_letter, send_royalty_returned_letter
from payments.enums import PayoutState
from payments.models import Payout


@needs_transaction
def book_sent(*, payout: Payout, at: datetime) -> None:
    """The bank took it."""
    bookings.book_sent(payout=payout, prefix=PAYABLE, at=at)


@needs_transaction
def book_settled(*, payout: Payout, at: datetime) -> None:
    """The bank paid it."""
    bookings.book_settled(payout=payout, at=at)


@needs_transaction
def take_back_failed(*, payout: Payout, at: datetime) -> None:
    """The bank could not pay it: it is owed again, and the creator is told in words."""
    _take_back(payout, at)


@needs_transaction
def take_back_returned(*, payout: Payout, at: datetime) -> None:
    """It came back days later: it is owed again, and the creator is told in words."""
    _take_back(payout, at)


def _take_back(payout: Payout, at: datetime) -> None:
    bookings.take_back(payout=payout, at=at)
    RoyaltyPayoutLine.objects.filter(payout=payout, released_at__isnull=True).update(released_at=at)
    send_royalty_returned_letter(payout=payout, at=at)


@needs_transaction
def release(*, payout_ids: Sequence[int], at: datetime) -> None:
    """They were never sent: what they would have paid is owed still. Nothing was booked.

    Who was to be paid hears of it where bank details are the reason; a cancelled run is the office's own affair.
    """
    RoyaltyPayoutLine.objects.filter(payout__in=payout_ids, released_at__isnull=True).update(released_at=at)
    held = Payout.objects.filter(pk__in=payout_ids, state=PayoutState.HELD)
    for payout in held.select_related("run", "party", "mandate"):
        send_royalty_held_letter(payout=payout, at=at)
