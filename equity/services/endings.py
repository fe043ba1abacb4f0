"""Ways an application ends without shares: withdrawn, expired, the offer failed."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Sum

from core import audit
from core.locks import lock
from core.transactions import needs_transaction
from equity.enums import UNFINISHED, ApplicationState, OfferState
from equity.errors import CannotWithdraw
from equity.models import AllotmentBatch, Application, Offer
from equity.services.keeping import change_kept, lock_counters
from equity.services.letters import send_letter
from payments.enums import PaymentState
from payments.models import Payment
from payments.services.refunds import request_refund

if TYPE_CHECKING:
    from accounts.models import User

COUNTED = {ApplicationState.QUANTITY_CHOSEN, ApplicationState.PAYABLE, ApplicationState.PAID}


@needs_transaction
def withdraw(*, application: Application, by: "User", at: datetime) -> Application:
    """Take an application back, at any time before allotment; what was paid is refunded.

    Raises `CannotWithdraw` once the shares are allotted. Called again it returns the withdrawn application.
    """
    application = _locked(application)
    if application.state in {ApplicationState.WITHDRAWN, ApplicationState.REFUNDED}:
        return application
    if application.state not in {*UNFINISHED, ApplicationState.PAID}:
        raise CannotWithdraw()
    was_paid = application.state == ApplicationState.PAID
    _free(application)
    application.state = ApplicationState.WITHDRAWN
    application.withdrawn_at = at
    application.save(update_fields=["state", "withdrawn_at"])
    if was_paid:
        refund_all(application, reason="Withdrawn by the applicant", by=by, at=at)
    audit.record(by=by, at=at, verb="application_withdrawn", subject=application, was_paid=was_paid)
    send_letter(kind="withdrawn", application=application, at=at, was_paid=was_paid)
    return application


@needs_transaction
def expire(*, application: Application, at: datetime) -> Application:
    """End an unpaid application whose time is over: its shares are kept no longer, or its offer is.

    Looks again under the lock, because minutes may lie between a sweeper's list and its work: one that was paid, is
    being paid, or has just been kept anew stays as it is.
    """
    application = _locked(application)
    if application.state not in UNFINISHED or _is_being_paid(application):
        return application
    offer_is_over = application.offer.state not in {OfferState.DRAFT, OfferState.OPEN}
    kept_until = application.kept_until_at
    if not offer_is_over and (kept_until is None or kept_until > at):
        return application
    had_shares = application.state in COUNTED
    _end(application, at=at, was_paid=False)
    if had_shares:
        send_letter(kind="expired", application=application, at=at)
    return application


@needs_transaction
def repay_failed(*, application: Application, at: datetime) -> Application:
    """End a paid application of an offer that failed, and send its money back (the minimum was not reached)."""
    application = _locked(application)
    if application.state != ApplicationState.PAID or application.offer.state != OfferState.FAILED:
        return application
    _end(application, at=at, was_paid=True)
    refund_all(application, reason="The minimum of the offer was not reached", by=None, at=at)
    send_letter(kind="offer_failed", application=application, at=at)
    return application


def _end(application: Application, *, at: datetime, was_paid: bool) -> None:
    _free(application)
    application.state = ApplicationState.EXPIRED
    application.expired_at = at
    application.save(update_fields=["state", "expired_at"])
    audit.record(by=None, at=at, verb="application_expired", subject=application, was_paid=was_paid)


def _is_being_paid(application: Application) -> bool:
    payments = Payment.objects.filter(reference=application.public_id, state=PaymentState.PROCESSING)
    return payments.exists()


def refund_all(application: Application, *, reason: str, by: "User | None", at: datetime) -> None:
    """Send the application's money back, once."""
    payment = Payment.objects.get(public_id=application.payment_id)
    request_refund(
        payment=payment,
        amount_minor=payment.amount_minor,
        reason=reason,
        key=f"application:{application.public_id}",
        by=by,
        at=at,
    )


def _free(application: Application) -> None:
    if application.state in COUNTED and application.quantity:
        change_kept(application=application, by_shares=-application.quantity)


def _locked(application: Application) -> Application:
    lock_counters(application)
    rows = Application.objects.select_related("offer__profile", "applicant", "applicant_user")
    return lock(rows, pk=application.pk)


def minimum_reached(offer: Offer) -> bool:
    """Tell whether paid and allotted shares reach the minimum of the offer."""
    paid = Application.objects.filter(offer=offer, state__in=["paid", "allotted"])
    return int(paid.aggregate(total=Sum("quantity"))["total"] or 0) >= offer.minimum_shares


def allotted_shares(offer: Offer) -> int:
    """Return how many shares of the offer are allotted."""
    allotted = Application.objects.filter(offer=offer, state=ApplicationState.ALLOTTED)
    return int(allotted.aggregate(total=Sum("quantity"))["total"] or 0)


def has_batches(offer: Offer) -> bool:
    """Tell whether any allotment of the offer was approved."""
    return AllotmentBatch.objects.filter(offer=offer, state="approved").exists()
