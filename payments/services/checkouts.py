"""Opening and closing a payment page.

The journey is: intent row and attempt row, commit, call, outcome row, commit. `open_checkout` runs all of it and is
an edge: it opens its own transactions and refuses to run inside one. A room that must write the intent together with
rows of its own calls `prepare_checkout` in its transaction and `send_checkout` after it.
"""

import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError
from django.utils.translation import get_language

from core import audit, clock
from core.errors import constraint_name
from core.locks import lock
from core.money import minor_units
from core.transactions import atomic, needs_transaction, refuses_transaction
from payments.checks import LIVE_PREFIXES
from payments.enums import AttemptOutcome, PaymentState
from payments.errors import (
    AlreadyPaid,
    AmountNotPayable,
    CheckoutExpired,
    CheckoutRefused,
    OtherAmountUnderWay,
    ProviderBusy,
    ProviderFault,
    ProviderRefused,
)
from payments.gateways.current import current_gateway
from payments.gateways.port import CheckoutFacts, CheckoutOrder
from payments.models import Payment, PaymentAttempt
from payments.queries.payments import find_live_payment
from payments.rules.outcomes import State
from payments.rules.stripe_amounts import AmountNotChargeable, to_charge
from payments.services.attempts import begin_attempt, end_attempt
from payments.services.callbacks import handlers_of, lock_parents
from payments.services.settling import move, settle_checkout

if TYPE_CHECKING:
    from accounts.models import User

# Stripe takes 30 minutes to 24 hours from when it gets the request; a minute for the way there.
OPEN_AT_LEAST = timedelta(minutes=31)
OPEN_AT_MOST = timedelta(hours=23, minutes=59)
LOOK_AFTER_EXPIRY = timedelta(minutes=1)
OTHER_TAB_LOOKS, OTHER_TAB_SECONDS = 6, 0.5


@refuses_transaction
def open_checkout(
    *,
    purpose: str,
    reference: str,
    amount_minor: int,
    currency: str,
    payer_email: str,
    description: str,
    success_url: str,
    cancel_url: str,
    expires_at: datetime,
    by: "User | None",
    at: datetime,
) -> Payment:
    """Return the payment with the ``checkout_url`` to send the payer to. Pressed twice: the same payment and address.

    Refuses `AlreadyPaid`, `OtherAmountUnderWay`, `AmountNotPayable`, `CheckoutExpired` (the earlier page ran out: the
    caller checks whether the thing may still be paid and calls again), `CheckoutRefused`; a `ProviderError` means that
    nothing is lost and the same button works again.
    """
    with atomic():
        payment = prepare_checkout(
            purpose=purpose,
            reference=reference,
            amount_minor=amount_minor,
            currency=currency,
            payer_email=payer_email,
            description=description,
            success_url=success_url,
            cancel_url=cancel_url,
            expires_at=expires_at,
            by=by,
            at=at,
        )
    return send_checkout(payment=payment, at=at)


@needs_transaction
def prepare_checkout(
    *,
    purpose: str,
    reference: str,
    amount_minor: int,
    currency: str,
    payer_email: str,
    description: str,
    success_url: str,
    cancel_url: str,
    expires_at: datetime,
    by: "User | None",
    at: datetime,
) -> Payment:
    """Write the intent to be paid, or return the one there is. Reaches no provider.

    ``expires_at`` is moved into what the provider can do (31 minutes to 24 hours from now): read it back from the
    payment and keep what is being paid for until then.
    """
    handlers_of(purpose)
    check_amount(amount_minor, currency)
    expires_at = min(max(expires_at, at + OPEN_AT_LEAST), at + OPEN_AT_MOST).replace(microsecond=0)
    existing = find_live_payment(purpose=purpose, reference=reference)
    if existing is not None:
        return agreeing(existing, amount_minor, currency)
    try:
        with atomic():
            payment = Payment.objects.create(
                purpose=purpose,
                reference=reference,
                amount_minor=amount_minor,
                currency=currency,
                payer_email=payer_email,
                description=description[:300],
                language=(get_language() or settings.LANGUAGE_CODE)[:8],
                success_url=success_url,
                cancel_url=cancel_url,
                provider=settings.PAYMENTS,
                livemode=settings.STRIPE_SECRET_KEY.startswith(LIVE_PREFIXES),
                expires_at=expires_at,
                created_at=at,
                next_check_at=expires_at + LOOK_AFTER_EXPIRY,
            )
    except IntegrityError as error:
        winner = find_live_payment(purpose=purpose, reference=reference)
        if constraint_name(error) != "payment_one_open_per_reference" or winner is None:
            raise
        return agreeing(winner, amount_minor, currency)
    audit.record(by=by, at=at, verb="payment_created", subject=payment, amount_minor=amount_minor, currency=currency)
    return payment


def check_amount(amount_minor: int, currency: str) -> None:
    """Raise `AmountNotPayable` when the provider could not charge exactly this."""
    try:
        to_charge(amount_minor, currency, minor_units(currency))
    except AmountNotChargeable as error:
        raise AmountNotPayable() from error


def agreeing(payment: Payment, amount_minor: int, currency: str) -> Payment:
    """Return the payment when it may be used for this amount."""
    if payment.state == PaymentState.SUCCEEDED:
        raise AlreadyPaid()
    if (payment.amount_minor, payment.currency) != (amount_minor, currency):
        raise OtherAmountUnderWay()
    return payment


@refuses_transaction
def send_checkout(*, payment: Payment, at: datetime) -> Payment:
    """Open the page at the provider unless it is open, and return the payment with its address."""
    if payment.expires_at <= at and payment.state == PaymentState.CREATED:
        check_payment(payment=payment, at=at)
        raise CheckoutExpired()
    with atomic():
        payment = lock(Payment.objects.all(), pk=payment.pk)
        if payment.state != PaymentState.CREATED or payment.checkout_url:
            return payment
        attempt = begin_attempt(payment=payment, at=at)
    try:
        facts = call_provider(payment=payment, attempt=attempt, at=at)
    except ProviderBusy:
        return page_of_other_tab(payment)
    with atomic():
        payment = settle_checkout(payment_id=payment.pk, facts=facts, at=at)
        end_attempt(attempt=attempt, outcome=AttemptOutcome.ACCEPTED, at=at, detail=facts.session_id)
    if payment.state == PaymentState.EXPIRED:  # closed in another tab while the page was being opened
        current_gateway().close_checkout(facts.session_id)
        raise CheckoutExpired()
    return payment


@refuses_transaction
def call_provider(*, payment: Payment, attempt: PaymentAttempt, at: datetime) -> CheckoutFacts:
    """Ask for the page, and write how the attempt ended when it was refused or the provider failed."""
    try:
        return current_gateway().open_checkout(order_of(payment), key=attempt.key)
    except ProviderRefused as refusal:
        with atomic():
            refuse_checkout(payment=payment, attempt=attempt, reason=refusal.reason, at=at)
        raise CheckoutRefused() from refusal
    except ProviderFault:
        # Nobody was given the address of a page that may exist: a new key is safe next time.
        with atomic():
            end_attempt(attempt=attempt, outcome=AttemptOutcome.SERVER_ERROR, at=clock.now())
        raise


@refuses_transaction
def page_of_other_tab(payment: Payment) -> Payment:
    """Wait up to three seconds for the tab that is using the same key; raise `ProviderBusy` when nothing comes."""
    for _turn in range(OTHER_TAB_LOOKS):
        payment = Payment.objects.get(pk=payment.pk)
        if payment.checkout_url:
            return payment
        time.sleep(OTHER_TAB_SECONDS)
    raise ProviderBusy()


@needs_transaction
def refuse_checkout(*, payment: Payment, attempt: PaymentAttempt, reason: str, at: datetime) -> None:
    """Write that the provider will not open a page for this payment."""
    lock_parents(payment)
    payment = lock(Payment.objects.all(), pk=payment.pk)
    end_attempt(attempt=attempt, outcome=AttemptOutcome.REFUSED, at=at, detail=reason)
    if payment.state == PaymentState.CREATED and payment.provider_session_id is None:
        move(payment, State.FAILED, at=at, reason=reason)


@refuses_transaction
def check_payment(*, payment: Payment, at: datetime) -> Payment:
    """Ask the provider where the payment stands and write it; a page open past its time is closed.

    A payment whose page was never confirmed to be open expires by our clock: nobody was given its address.
    """
    if payment.provider_session_id is None:
        if payment.expires_at > at:
            return payment
        with atomic():
            return expire_unsent(payment=payment, at=at)
    facts = current_gateway().fetch_checkout(payment.provider_session_id)
    if facts.state == State.CREATED and payment.expires_at <= at:
        facts = current_gateway().close_checkout(payment.provider_session_id)
    with atomic():
        return settle_checkout(payment_id=payment.pk, facts=facts, at=at)


@needs_transaction
def expire_unsent(*, payment: Payment, at: datetime) -> Payment:
    """Let a payment expire whose page was never confirmed to be open."""
    lock_parents(payment)
    payment = lock(Payment.objects.all(), pk=payment.pk)
    if payment.state == PaymentState.CREATED and payment.provider_session_id is None:
        move(payment, State.EXPIRED, at=at)
    return payment


@refuses_transaction
def close_checkout(*, payment: Payment, at: datetime) -> Payment:
    """Close the page before its time, as when the thing is withdrawn; a payment that came through stays paid.

    A `ProviderError` means that the page may still be open: nothing was changed, ask again.
    """
    if payment.state != PaymentState.CREATED:
        return payment
    if payment.provider_session_id is None:
        with atomic():
            return expire_unsent(payment=payment, at=at)
    facts = current_gateway().close_checkout(payment.provider_session_id)
    with atomic():
        return settle_checkout(payment_id=payment.pk, facts=facts, at=at)


def order_of(payment: Payment) -> CheckoutOrder:
    """Return what the payment page is opened with, from the row alone: a repeated call has the same body."""
    return CheckoutOrder(
        payment_id=payment.public_id,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        description=payment.description,
        payer_email=payment.payer_email,
        language=payment.language,
        success_url=payment.success_url,
        cancel_url=payment.cancel_url,
        expires_at=payment.expires_at,
    )
