"""What somebody would do who wants to have paid without paying: post to our webhook what the sandbox never said."""

import json
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from core import clock
from core.transactions import atomic, refuses_transaction
from payments.gateways.stripe import sign_webhook
from payments.models import SandboxEvent, SandboxFault, SandboxSession
from payments.sandbox import faults
from payments.sandbox.delivery import WEBHOOK_PATH
from payments.sandbox.faults import Fault
from payments.sandbox.happenings import new_id
from payments.sandbox.objects import event_json, session_json

OLD = timedelta(minutes=10)


@refuses_transaction
def forge_webhooks() -> SandboxFault:
    """Post four forgeries that say the newest open payment page was paid, and write down how each was answered.

    One is signed with a key of the forger's own, one is not signed, one is signed truly and changed afterwards, one is
    signed truly and sent again ten minutes later.
    """
    at = clock.now()
    session = SandboxSession.objects.filter(status="open").order_by("-created_at").first()
    told = [_forgery(how, session, at) for how in ("own_key", "no_signature", "changed", "old")]
    post = import_string(getattr(settings, "SANDBOX_POST", "payments.sandbox.delivery.post_by_http"))
    tried = [
        {"how": how, "event": event_id, "answer": str(post(WEBHOOK_PATH, body, signature))}
        for how, event_id, body, signature in told
    ]
    with atomic():
        return faults.record(Fault.FORGE_WEBHOOK, at=at, tried=tried, session=session.pk if session else "")


def _forgery(how: str, session: SandboxSession | None, at: datetime) -> tuple[str, str, str, str]:
    """Return (how, event id, body, signature)."""
    moment = at - clock.offset()
    true_key = settings.STRIPE_WEBHOOK_SECRETS[0]
    event = event_json(
        SandboxEvent(event_id=new_id("evt"), type="checkout.session.completed", body=_paid(session), created_at=at)
    )
    body = json.dumps(event)
    signature = {
        "own_key": sign_webhook(body, f"whsec_{secrets.token_hex(16)}", moment),
        "no_signature": "",
        "changed": sign_webhook(body, true_key, moment),
        "old": sign_webhook(body, true_key, moment - OLD),
    }[how]
    if how == "changed":
        event["data"]["object"]["amount_total"] += 1
        body = json.dumps(event)
    return how, str(event["id"]), body, signature


def _paid(session: SandboxSession | None) -> dict[str, Any]:
    """Return the open page as if it were paid, or an invented one."""
    shown = (
        session_json(session) if session else {"id": new_id("cs"), "object": "checkout.session", "amount_total": 100}
    )
    return {**shown, "status": "complete", "payment_status": "paid"}
