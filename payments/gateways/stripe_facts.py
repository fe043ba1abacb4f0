"""From Stripe's JSON to our words. Pure, so that it can be tested with any answer."""

from datetime import UTC, datetime
from typing import Any

from core.money import minor_units
from payments.gateways.port import CheckoutFacts, EventFacts, RefundFacts
from payments.rules.outcomes import State, Terms, checkout_state, refund_status
from payments.rules.stripe_amounts import AmountNotChargeable, from_stripe

NO_AMOUNT_OF_OURS = -1
OURS = "kilderkin_payment"
OUR_REFUND = "kilderkin_refund"


def checkout_facts(session: dict[str, Any]) -> CheckoutFacts:
    """Return what a Checkout Session says; its intent must have been expanded.

    For a paid session the amount is what the intent *received*, not what the session asked for.
    """
    intent = session.get("payment_intent") or {}
    state = checkout_state(session["status"], session["payment_status"], intent.get("status", ""))
    amount = intent.get("amount_received") if state == State.SUCCEEDED else session.get("amount_total")
    currency = intent.get("currency") if state == State.SUCCEEDED else session.get("currency")
    return CheckoutFacts(
        session_id=session["id"],
        intent_id=intent.get("id"),
        state=state,
        terms=Terms(
            payment_id=session.get("client_reference_id") or "",
            amount_minor=minor_amount(amount, currency),
            currency=(currency or "").upper(),
            livemode=session["livemode"],
        ),
        url=session.get("url") or "",
        failure=_failure(intent),
    )


def refund_facts(refund: dict[str, Any]) -> RefundFacts:
    """Return what a Refund says."""
    intent = refund.get("payment_intent") or ""
    return RefundFacts(
        provider_refund_id=refund["id"],
        refund_id=(refund.get("metadata") or {}).get(OUR_REFUND, ""),
        intent_id=intent["id"] if isinstance(intent, dict) else intent,
        status=refund_status(refund.get("status") or ""),
        amount_minor=minor_amount(refund["amount"], refund["currency"]),
        currency=refund["currency"].upper(),
        failure=refund.get("failure_reason") or "",
    )


def event_facts(event: dict[str, Any]) -> EventFacts:
    """Return what an Event says; raise `ValueError` when it is not the shape of one."""
    subject = event.get("data", {}).get("object", {}) if isinstance(event.get("data"), dict) else {}
    values = (event.get("object"), event.get("id"), event.get("type"), subject.get("id", ""), event.get("created"))
    kind, event_id, event_type, object_id, created = values
    texts = (event_id, event_type, object_id)
    if kind != "event" or not all(isinstance(text, str) and len(text) <= 255 for text in texts):
        raise ValueError("not an event")
    if not event_id or not event_type or len(event_type) > 100 or not isinstance(event.get("livemode"), bool):
        raise ValueError("not an event")
    if not isinstance(created, int) or isinstance(created, bool) or not 0 <= created < 32_503_680_000:
        raise ValueError("not an event")
    return EventFacts(event_id, event_type, object_id, event["livemode"], datetime.fromtimestamp(created, UTC), event)


def minor_amount(amount: int | None, currency: str | None) -> int:
    """Return Stripe's amount in ISO minor units; what does not fit exactly is no amount of ours and equals none."""
    if amount is None or not currency:
        return NO_AMOUNT_OF_OURS
    try:
        return from_stripe(amount, currency.upper(), minor_units(currency.upper()))
    except AmountNotChargeable:
        return NO_AMOUNT_OF_OURS


def _failure(intent: dict[str, Any]) -> str:
    problem = intent.get("last_payment_error") or {}
    return problem.get("decline_code") or problem.get("code") or ""
