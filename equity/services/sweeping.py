"""What time does by itself: shares freed, thinking time over, offers closed. Safe to run twice and side by side."""

import logging

from django.db.models import F

from core import clock
from core.errors import Busy
from core.transactions import atomic
from equity.enums import UNFINISHED, ApplicationState, OfferState
from equity.errors import AlreadyDecided
from equity.models import Application, Offer
from equity.services.endings import expire, has_batches, minimum_reached
from equity.services.letters import send_letter
from equity.services.offers import close_offer, fail_offer
from payments.enums import PaymentState
from payments.models import Payment

logger = logging.getLogger(__name__)
LIMIT = 200


def sweep() -> None:
    """Run every clock of the room once, each item in a transaction of its own."""
    expire_unkept()
    tell_thinking_time_over()
    close_due_offers()


def expire_unkept() -> int:
    """End applications whose shares are kept no longer; one whose payment is under way waits for its outcome."""
    now = clock.now()
    due = Application.objects.filter(
        state__in=[ApplicationState.QUANTITY_CHOSEN, ApplicationState.PAYABLE], kept_until_at__lte=now
    ).order_by("kept_until_at")[:LIMIT]
    ended = 0
    for application in due:
        if Payment.objects.filter(reference=application.public_id, state=PaymentState.PROCESSING).exists():
            continue
        try:
            with atomic():
                expire(application=application, at=clock.now())
                ended += 1
        except Busy:
            logger.info("application %s is busy", application.public_id)
    return ended


def tell_thinking_time_over() -> int:
    """Mail whoever may go on now that the time to think it over has passed, once."""
    now = clock.now()
    due = Application.objects.filter(
        state=ApplicationState.QUANTITY_CHOSEN,
        reminded_at__isnull=True,
        not_before_at__lte=now,
        not_before_at__gt=F("started_at"),
    ).select_related("offer", "applicant", "applicant_user")[:LIMIT]
    told = 0
    for application in due:
        with atomic():
            if Application.objects.filter(pk=application.pk, reminded_at__isnull=True).update(reminded_at=now):
                send_letter(kind="thinking_time_over", application=application, at=now)
                told += 1
    return told


def close_due_offers() -> None:
    """Close offers at their end; one below its minimum fails and everybody gets the money back."""
    now = clock.now()
    for offer in Offer.objects.filter(state=OfferState.OPEN, closes_at__lte=now):
        try:
            with atomic():
                close_offer(offer=offer, by=None, at=now)
        except AlreadyDecided:
            continue
    for offer in Offer.objects.filter(state=OfferState.CLOSED):
        _end_unfinished(offer)
        if not minimum_reached(offer) and not has_batches(offer):
            with atomic():
                fail_offer(offer=offer, by=None, at=now)
    for offer in Offer.objects.filter(state=OfferState.FAILED):
        for application in Application.objects.filter(offer=offer, state=ApplicationState.PAID)[:LIMIT]:
            with atomic():
                expire(application=application, at=now)


def _end_unfinished(offer: Offer) -> None:
    for application in Application.objects.filter(offer=offer, state__in=UNFINISHED)[:LIMIT]:
        if not Payment.objects.filter(reference=application.public_id, state=PaymentState.PROCESSING).exists():
            with atomic():
                expire(application=application, at=clock.now())
