"""What Stripe would do for requests about sessions, intents, refunds and events."""

from datetime import UTC, datetime, timedelta
from typing import Any

from core.locks import lock
from core.transactions import needs_transaction
from payments.models import SandboxEvent, SandboxIntent, SandboxRefund, SandboxSession
from payments.sandbox.errors import SandboxError, missing
from payments.sandbox.happenings import happen, new_id
from payments.sandbox.objects import event_json, intent_json, list_json, refund_json, session_json

OPEN_AT_LEAST = timedelta(minutes=30)
OPEN_AT_MOST = timedelta(hours=24)
PAGE_MAX = 100
REFUND_SUM_LEFT = {"succeeded", "pending"}


@needs_transaction
def create_session(params: dict[str, Any], *, at: datetime) -> dict[str, Any]:
    """Open a session; refuses what Stripe would refuse of the parameters we send."""
    for name in ("mode", "line_items", "success_url"):
        if not params.get(name):
            raise SandboxError(400, f"Missing required param: {name}.", code="parameter_missing")
    price = params["line_items"][0]["price_data"]
    expires_at = datetime.fromtimestamp(int(params["expires_at"]), UTC)
    if not at + OPEN_AT_LEAST <= expires_at <= at + OPEN_AT_MOST:
        raise SandboxError(400, "The `expires_at` timestamp must be between 30 minutes and 24 hours from now.")
    session = SandboxSession.objects.create(
        session_id=new_id("cs"),
        params=params,
        amount=int(price["unit_amount"]) * int(params["line_items"][0]["quantity"]),
        currency=price["currency"],
        created_at=at,
        expires_at=expires_at,
    )
    return session_json(session, expand="payment_intent" in params.get("expand", []))


@needs_transaction
def retrieve_session(session_id: str, params: dict[str, Any], *, at: datetime) -> dict[str, Any]:
    """Return the session as it is now; one past its time expires first."""
    session = get_session(session_id)
    if is_over_time(session, at):
        session = expire(session_id, at=at)
    return session_json(session, expand="payment_intent" in params.get("expand", []))


@needs_transaction
def expire_session(session_id: str, *, at: datetime) -> dict[str, Any]:
    """Expire an open session on request."""
    if get_session(session_id).status != "open":
        raise SandboxError(400, 'Only Checkout Sessions with a status in ["open"] can be expired.')
    return session_json(expire(session_id, at=at))


@needs_transaction
def expire(session_id: str, *, at: datetime) -> SandboxSession:
    """Let the session expire unless it is complete, and tell."""
    session = lock(SandboxSession.objects.all(), session_id=session_id)
    if session.status == "open":
        session.status = "expired"
        session.save(update_fields=["status"])
        happen("checkout.session.expired", session_json(session), at=at)
    return session


def get_session(session_id: str) -> SandboxSession:
    """Return the session or raise Stripe's 404."""
    session = SandboxSession.objects.filter(session_id=session_id).first()
    if session is None:
        raise missing("checkout.session", session_id)
    return session


def is_over_time(session: SandboxSession, at: datetime) -> bool:
    """Return whether an open session's time is over."""
    return session.status == "open" and session.expires_at <= at


def retrieve_intent(intent_id: str) -> dict[str, Any]:
    """Return the intent."""
    intent = SandboxIntent.objects.select_related("session").filter(intent_id=intent_id).first()
    if intent is None:
        raise missing("payment_intent", intent_id)
    return intent_json(intent)


@needs_transaction
def create_refund(params: dict[str, Any], *, at: datetime) -> dict[str, Any]:
    """Refund a paid intent up to what is left of it; succeeds at once, as card refunds at Stripe do."""
    intent_id = params.get("payment_intent", "")
    if not SandboxIntent.objects.filter(intent_id=intent_id).exists():
        raise missing("payment_intent", intent_id)
    intent = lock(SandboxIntent.objects.select_related("session"), intent_id=intent_id)
    if intent.status != "succeeded":
        raise SandboxError(400, "This PaymentIntent does not have a successful charge to refund.")
    taken = sum(intent.refunds.filter(status__in=REFUND_SUM_LEFT).values_list("amount", flat=True))
    left = intent.session.amount - taken
    amount = int(params.get("amount", left))
    if left == 0:
        raise SandboxError(400, "The charge has already been refunded.", code="charge_already_refunded")
    if not 0 < amount <= left:
        raise SandboxError(400, f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left}).")
    refund = SandboxRefund.objects.create(
        refund_id=new_id("re"),
        intent=intent,
        amount=amount,
        status="succeeded",
        metadata=params.get("metadata", {}),
        created_at=at,
    )
    happen("refund.created", refund_json(refund), at=at)
    return refund_json(refund)


def retrieve_refund(refund_id: str) -> dict[str, Any]:
    """Return the refund."""
    refund = SandboxRefund.objects.select_related("intent__session").filter(refund_id=refund_id).first()
    if refund is None:
        raise missing("refund", refund_id)
    return refund_json(refund)


def list_refunds(params: dict[str, Any]) -> dict[str, Any]:
    """Return the intent's refunds, newest first."""
    rows = SandboxRefund.objects.select_related("intent__session").filter(intent_id=params.get("payment_intent", ""))
    page = [refund_json(refund) for refund in rows.order_by("-created_at", "-pk")[:PAGE_MAX]]
    return list_json("/v1/refunds", page, has_more=False)


def list_events(params: dict[str, Any]) -> dict[str, Any]:
    """Return a page of events, newest first."""
    limit = min(int(params.get("limit", 10)), PAGE_MAX)
    rows = SandboxEvent.objects.order_by("-number")
    if "types" in params:
        rows = rows.filter(type__in=params["types"])
    if "gte" in params.get("created", {}):
        rows = rows.filter(created_at__gte=datetime.fromtimestamp(int(params["created"]["gte"]), UTC))
    if "starting_after" in params:
        after = SandboxEvent.objects.filter(event_id=params["starting_after"]).first()
        if after is None:
            raise missing("event", params["starting_after"])
        rows = rows.filter(number__lt=after.number)
    found = list(rows[: limit + 1])
    return list_json("/v1/events", [event_json(event) for event in found[:limit]], has_more=len(found) > limit)
