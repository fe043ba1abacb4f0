"""What becomes of a dividend's or royalty's payout: the handlers that payments calls (Note [Payout callbacks])."""

from collections.abc import Sequence
from datetime import datetime

from core.transactions import needs_transaction
from dividends.models import PayoutLine, RoyaltyPayoutLine
from dividends.services import bookings
from dividends.services.payout_letters import send_held_letter, send_returned_letter
from payments.enums import PayoutState
from payments.models import Payout


@needs_transaction
def book_sent(*, payout: Payout, at: datetime) -> None:
    """The bank took it."""
    bookings.book_sent(payout=payout, at=at)


@needs_transaction
def book_settled(*, payout: Payout, at: datetime) -> None:
    """The bank paid it."""
    bookings.book_settled(payout=payout, at=at)


@needs_transaction
def take_back(*, payout: Payout, at: datetime) -> None:
    """The bank could not pay it, or sent it back days later: it is owed again, and the holder is told in words."""
    bookings.take_back(payout=payout, at=at)
    _owe_again([payout.pk], at)
    send_returned_letter(payout=payout, at=at)


@needs_transaction
def release(*, payout_ids: Sequence[int], at: datetime) -> None:
    """They were never sent: what they would have paid is owed still. Nothing was booked.

    Who was to be paid hears of it where bank details are the reason; a cancelled run is the office's own affair.
    """
    _owe_again(payout_ids, at)
    held = Payout.objects.filter(pk__in=payout_ids, state=PayoutState.HELD)
    for payout in held.select_related("run", "party", "mandate"):
        send_held_letter(payout=payout, at=at)


def _owe_again(payout_ids: Sequence[int], at: datetime) -> None:
    for lines in (PayoutLine, RoyaltyPayoutLine):
        lines.objects.filter(payout__in=payout_ids, released_at__isnull=True).update(released_at=at)
