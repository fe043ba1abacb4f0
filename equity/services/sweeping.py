"""What time does by itself: shares freed, thinking time over, offers closed. Safe to run twice and side by side."""

from collections.abc import Callable

from django.db.models import F, QuerySet

from core import clock
from core.sweeping import each
from core.transactions import atomic
from equity.enums import UNFINISHED, ApplicationState, OfferState
from equity.models import Application, Offer
from equity.services.endings import expire, repay_failed
from equity.services.letters import send_letter
from equity.services.offers import close_offer, fail_offer
from payments.enums import PaymentState
from payments.models import Payment

LIMIT = 200


def sweep() -> None:
    """Run every clock of the room once, each item in a transaction of its own."""
    expire_unkept()
    tell_thinking_time_over()
    close_due_offers()


def in_its_own_transaction(work: Callable[[int], object]) -> Callable[[int], object]:
    """Return the work as an edge: one item, one transaction."""

    def edge(key: int) -> object:
        with atomic():
            return work(key)

    return edge


def expire_unkept() -> int:
    """End applications whose shares are kept no longer; one whose payment is under way waits for its outcome."""
    due = Application.objects.filter(
        state__in=[ApplicationState.QUANTITY_CHOSEN, ApplicationState.PAYABLE], kept_until_at__lte=clock.now()
    )
    return _each(due.order_by("kept_until_at"), expire)


def _each(due: QuerySet[Application], end: Callable[..., object]) -> int:
    """End the applications one by one; those whose payment is under way wait for its outcome."""
    under_way = Payment.objects.filter(state=PaymentState.PROCESSING).values("reference")
    keys = due.exclude(public_id__in=under_way).values_list("pk", flat=True)[:LIMIT]
    return each(
        keys, in_its_own_transaction(lambda key: end(application=Application.objects.get(pk=key), at=clock.now()))
    )


def tell_thinking_time_over() -> int:
    """Mail whoever may go on now that the time to think it over has passed, once."""
    due = Application.objects.filter(
        state=ApplicationState.QUANTITY_CHOSEN,
        reminded_at__isnull=True,
        not_before_at__lte=clock.now(),
        not_before_at__gt=F("started_at"),
    )
    return each(due.values_list("pk", flat=True)[:LIMIT], in_its_own_transaction(_tell))


def _tell(key: int) -> None:
    now = clock.now()
    if Application.objects.filter(pk=key, reminded_at__isnull=True).update(reminded_at=now):
        application = Application.objects.select_related("offer", "applicant", "applicant_user").get(pk=key)
        send_letter(kind="thinking_time_over", application=application, at=now)


def close_due_offers() -> None:
    """Close offers at their end; one below its minimum fails and everybody gets the money back."""
    each(Offer.objects.filter(state=OfferState.OPEN, closes_at__lte=clock.now()), _close)
    each(Offer.objects.filter(state=OfferState.CLOSED), _settle)
    paid = Application.objects.filter(offer__state=OfferState.FAILED, state=ApplicationState.PAID)
    _each(paid.order_by("pk"), repay_failed)


def _close(offer: Offer) -> None:
    with atomic():
        close_offer(offer=offer, by=None, at=clock.now())


def _settle(offer: Offer) -> None:
    """End what was not finished; then, with nothing under way any more, decide whether the minimum was reached."""
    unfinished = Application.objects.filter(offer=offer, state__in=UNFINISHED)
    _each(unfinished.order_by("pk"), expire)
    if unfinished.exists():
        return
    with atomic():
        fail_offer(offer=offer, by=None, at=clock.now())
