"""Posting the sandbox's events to our own webhook, signed as Stripe signs.

``settings.SANDBOX_POST`` may name another function than `post_by_http`: where tests deliver into Django's client.
"""

import json
import logging
import urllib.error
import urllib.request

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from core import clock
from core.transactions import refuses_transaction
from payments.gateways.stripe import sign_webhook
from payments.models import SandboxDelivery
from payments.sandbox.objects import event_json

logger = logging.getLogger(__name__)
ATTEMPTS_MAX = 15
TIMEOUT_SECONDS = 5
WEBHOOK_PATH = "/payments/webhook/stripe/"

# Real time; each failure doubles the wait, up to an hour.
CLAIM = """
UPDATE payments_sandboxdelivery SET attempts = attempts + 1,
       claimed_until = clock_timestamp() + make_interval(secs => LEAST(3600, 5 * power(2, attempts)))
WHERE id = (SELECT id FROM payments_sandboxdelivery
            WHERE delivered_at IS NULL AND attempts < %s AND due_at <= clock_timestamp()
              AND (claimed_until IS NULL OR claimed_until < clock_timestamp())
            ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id
"""


@refuses_transaction
def deliver_waiting(limit: int = 50) -> int:
    """Post up to ``limit`` events that are due; return how many were taken with a 200."""
    delivered = 0
    for _turn in range(limit):
        with connection.cursor() as cursor:
            cursor.execute(CLAIM, [ATTEMPTS_MAX])
            row = cursor.fetchone()
        if row is None:
            break
        delivered += deliver_one(SandboxDelivery.objects.select_related("event").get(pk=row[0]))
    return delivered


def deliver_one(delivery: SandboxDelivery) -> bool:
    """Sign and post one event, and keep the answer."""
    body = json.dumps(event_json(delivery.event))
    moment = clock.now() - clock.offset()
    signature = sign_webhook(body, settings.STRIPE_WEBHOOK_SECRETS[0], moment)
    post = import_string(getattr(settings, "SANDBOX_POST", "payments.sandbox.delivery.post_by_http"))
    answer = str(post(WEBHOOK_PATH, body, signature))
    taken = answer == "200"
    SandboxDelivery.objects.filter(pk=delivery.pk).update(
        last_answer=answer[:200], delivered_at=moment if taken else None
    )
    return taken


def post_by_http(path: str, body: str, signature: str) -> str:
    """Post to our own address and return the status as text, or what went wrong."""
    request = urllib.request.Request(  # noqa: S310  the address is our own setting
        settings.SITE_ORIGIN + path,
        data=body.encode(),
        headers={"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": signature},
        method="POST",
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310
            return str(response.status)
    except urllib.error.HTTPError as error:
        return str(error.code)
    except OSError as error:
        logger.info("the sandbox could not reach our webhook: %s", error)
        return type(error).__name__
