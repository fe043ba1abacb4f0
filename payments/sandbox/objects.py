"""The sandbox's rows as Stripe's JSON: the fields our adapter and the events need, in Stripe's shapes."""

from typing import Any

from django.conf import settings

from payments.models import SandboxEvent, SandboxIntent, SandboxRefund, SandboxSession

API_VERSION = "2026-10-28.endive"
DECLINES = {
    "do_not_honor": ("card_declined", "The card was declined."),
    "insufficient_funds": ("card_declined", "Your card has insufficient funds."),
    "authentication_failed": ("payment_intent_authentication_failure", "The card's owner was not confirmed."),
    "bank_said_no": ("card_declined", "The bank said no."),
}


def session_json(session: SandboxSession, *, expand: bool = False) -> dict[str, Any]:
    """Return a Checkout Session; with ``expand`` its intent is included whole."""
    intent = SandboxIntent.objects.filter(session=session).first()
    shown: Any = None
    if intent is not None:
        shown = intent_json(intent) if expand else intent.intent_id
    return {
        "id": session.session_id,
        "object": "checkout.session",
        "amount_subtotal": session.amount,
        "amount_total": session.amount,
        "cancel_url": session.params.get("cancel_url"),
        "client_reference_id": session.params.get("client_reference_id"),
        "created": int(session.created_at.timestamp()),
        "currency": session.currency,
        "customer_email": session.params.get("customer_email"),
        "expires_at": int(session.expires_at.timestamp()),
        "livemode": False,
        "locale": session.params.get("locale"),
        "metadata": session.params.get("metadata", {}),
        "mode": "payment",
        "payment_intent": shown,
        "payment_method_types": ["card"],
        "payment_status": session.payment_status,
        "status": session.status,
        "submit_type": session.params.get("submit_type"),
        "success_url": session.params.get("success_url"),
        "url": page_url(session) if session.status == "open" else None,
    }


def intent_json(intent: SandboxIntent) -> dict[str, Any]:
    """Return a PaymentIntent."""
    session = intent.session
    problem = None
    if intent.error_code:
        code, message = DECLINES[intent.error_code]
        problem = {"type": "card_error", "code": code, "message": message}
        if code == "card_declined":
            problem["decline_code"] = intent.error_code
    data = session.params.get("payment_intent_data", {})
    return {
        "id": intent.intent_id,
        "object": "payment_intent",
        "amount": session.amount,
        "amount_received": session.amount if intent.status == "succeeded" else 0,
        "capture_method": "automatic",
        "created": int(intent.created_at.timestamp()),
        "currency": session.currency,
        "description": data.get("description"),
        "last_payment_error": problem,
        "livemode": False,
        "metadata": data.get("metadata", {}),
        "payment_method_types": ["card"],
        "status": intent.status,
    }


def refund_json(refund: SandboxRefund) -> dict[str, Any]:
    """Return a Refund."""
    return {
        "id": refund.refund_id,
        "object": "refund",
        "amount": refund.amount,
        "created": int(refund.created_at.timestamp()),
        "currency": refund.intent.session.currency,
        "metadata": refund.metadata,
        "payment_intent": refund.intent_id,
        "reason": None,
        "status": refund.status,
    }


def event_json(event: SandboxEvent) -> dict[str, Any]:
    """Return an Event with its object as it was."""
    return {
        "id": event.event_id,
        "object": "event",
        "api_version": API_VERSION,
        "created": int(event.created_at.timestamp()),
        "data": {"object": event.body},
        "livemode": False,
        "pending_webhooks": 0,
        "request": {"id": None, "idempotency_key": None},
        "type": event.type,
    }


def list_json(path: str, rows: list[dict[str, Any]], *, has_more: bool) -> dict[str, Any]:
    """Return a page of a list."""
    return {"object": "list", "url": path, "has_more": has_more, "data": rows}


def page_url(session: SandboxSession) -> str:
    """Return the address of the session's payment page, on the sandbox's own origin."""
    return f"{settings.SANDBOX_ORIGIN}/pay/{session.session_id}/"
