"""What a payer does on the payment page."""

from datetime import datetime, timedelta
from enum import StrEnum

from core.locks import lock
from core.transactions import needs_transaction
from payments.models import SandboxIntent, SandboxSession
from payments.sandbox import faults
from payments.sandbox.faults import Fault
from payments.sandbox.happenings import happen, new_id
from payments.sandbox.objects import intent_json, session_json

SLOW_BANK = timedelta(seconds=20)


class Card(StrEnum):
    """The test cards of the payment page."""

    GOOD = "good"
    NO_FUNDS = "no_funds"
    SECURE = "secure"
    SLOW = "slow"
    SLOW_FAIL = "slow_fail"


NUMBERS = {
    Card.GOOD: "4242 4242 4242 4242",
    Card.NO_FUNDS: "4000 0000 0000 9995",
    Card.SECURE: "4000 0025 0000 3155",
    Card.SLOW: "4000 0000 0000 0077",
    Card.SLOW_FAIL: "4000 0000 0000 0341",
}


@needs_transaction
def pay(session_id: str, card: Card, *, at: datetime) -> SandboxSession:
    """Try the card on an open session; a session that is over stays as it is.

    `Card.SECURE` leaves the session open until `confirm` tells what the payer answered to their bank.
    """
    session = lock(SandboxSession.objects.all(), session_id=session_id)
    if session.status != "open" or session.expires_at <= at:
        return session
    intent = intent_of(session, at=at)
    if card != Card.NO_FUNDS and faults.take(Fault.DECLINE_CARD, at=at, session=session.pk):
        _decline(intent, "do_not_honor", at=at)
    elif card == Card.GOOD:
        _succeed(session, intent, at=at)
    elif card == Card.NO_FUNDS:
        _decline(intent, "insufficient_funds", at=at)
    elif card == Card.SECURE:
        intent.status = "requires_action"
        intent.save(update_fields=["status"])
    else:
        _wait(session, intent, "succeeded" if card == Card.SLOW else "requires_payment_method", at=at)
    return session


@needs_transaction
def confirm(session_id: str, *, is_me: bool, at: datetime) -> SandboxSession:
    """Answer the bank's question whether it was the payer (3-D Secure)."""
    session = lock(SandboxSession.objects.all(), session_id=session_id)
    intent = intent_of(session, at=at)
    if session.status != "open" or intent.status != "requires_action" or session.expires_at <= at:
        return session
    if is_me:
        _succeed(session, intent, at=at)
    else:
        _decline(intent, "authentication_failed", at=at)
    return session


@needs_transaction
def bank_answers(intent_id: str, *, at: datetime) -> None:
    """Let the slow bank's answer arrive, once."""
    session = lock(SandboxSession.objects.all(), intent__intent_id=intent_id)
    intent = intent_of(session, at=at)
    if intent.status != "processing":
        return
    intent.status = intent.due_status
    intent.due_at = None
    if intent.status == "succeeded":
        intent.save()
        _pay_session(session, at=at)
        happen("payment_intent.succeeded", intent_json(intent), at=at)
        happen("checkout.session.async_payment_succeeded", session_json(session), at=at)
        return
    intent.error_code = "bank_said_no"
    intent.save()
    happen("payment_intent.payment_failed", intent_json(intent), at=at)
    happen("checkout.session.async_payment_failed", session_json(session), at=at)


def intent_of(session: SandboxSession, *, at: datetime) -> SandboxIntent:
    """Return the session's intent, made at the first try."""
    intent, _new = SandboxIntent.objects.get_or_create(
        session=session,
        defaults={"intent_id": new_id("pi"), "status": "requires_payment_method", "created_at": at},
    )
    intent.session = session
    return intent


def _succeed(session: SandboxSession, intent: SandboxIntent, *, at: datetime) -> None:
    intent.status = "succeeded"
    intent.error_code = ""
    intent.save(update_fields=["status", "error_code"])
    session.status = "complete"
    _pay_session(session, at=at)
    happen("payment_intent.succeeded", intent_json(intent), at=at)
    happen("checkout.session.completed", session_json(session), at=at)


def _pay_session(session: SandboxSession, *, at: datetime) -> None:
    session.payment_status = "paid"
    session.save(update_fields=["status", "payment_status"])


def _decline(intent: SandboxIntent, error_code: str, *, at: datetime) -> None:
    """The session stays open: another card may be tried."""
    intent.status = "requires_payment_method"
    intent.error_code = error_code
    intent.save(update_fields=["status", "error_code"])
    happen("payment_intent.payment_failed", intent_json(intent), at=at)


def _wait(session: SandboxSession, intent: SandboxIntent, due_status: str, *, at: datetime) -> None:
    intent.status = "processing"
    intent.error_code = ""
    intent.due_status = due_status
    intent.due_at = at + SLOW_BANK
    intent.save()
    session.status = "complete"
    session.save(update_fields=["status"])
    happen("checkout.session.completed", session_json(session), at=at)
