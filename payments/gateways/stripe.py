"""Stripe, by its own SDK; the only file that imports it.

The API version is pinned: Stripe answers in that shape whatever the account's default. Timeout 15 s and no retries by
the SDK: our own leases are longer than that, and our own attempts carry the key (see Note [Attempts]).
"""

import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import stripe

from core.money import minor_units
from core.transactions import refuses_transaction
from payments.errors import (
    BadWebhook,
    OutcomeUnknown,
    ProviderBusy,
    ProviderFault,
    ProviderNotAvailable,
    ProviderRefused,
    UnknownToProvider,
)
from payments.gateways.port import CheckoutFacts, CheckoutOrder, EventFacts, RefundFacts, RefundOrder
from payments.gateways.stripe_facts import OUR_REFUND, OURS, checkout_facts, event_facts, refund_facts
from payments.rules.stripe_amounts import to_charge, to_stripe

API_VERSION = "2026-10-28.endive"
TIMEOUT_SECONDS = 15
WEBHOOK_TOLERANCE_SECONDS = 300
PAGE_SIZE = 100
EVENT_TYPES = [
    "charge.dispute.created",
    "checkout.session.async_payment_failed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.completed",
    "checkout.session.expired",
    "payment_intent.succeeded",
    "refund.created",
    "refund.failed",
    "refund.updated",
]
LANGUAGES = {"en", "vi"}
# (method, url, headers, form-encoded body) -> (body, status, headers)
Transport = Callable[[str, str, Mapping[str, str], str | None], tuple[str, int, dict[str, str]]]

stripe.enable_telemetry = False
logging.getLogger("stripe").setLevel(logging.WARNING)  # two lines for every call otherwise


class InProcessClient(stripe.HTTPClient):
    """Hands the SDK's requests to a function instead of the network; `ConnectionError` is a lost connection."""

    name = "in_process"

    def __init__(self, transport: Transport) -> None:
        super().__init__()
        self._transport = transport

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        """Answer one request."""
        try:
            return self._transport(method, url, headers or {}, post_data)
        except ConnectionError as error:
            raise stripe.APIConnectionError(str(error)) from error  # type: ignore[no-untyped-call]


class StripeGateway:
    """`payments.gateways.port.Gateway` by Stripe Checkout."""

    def __init__(self, key: str, webhook_secrets: tuple[str, ...], *, transport: Transport | None = None) -> None:
        client = InProcessClient(transport) if transport else stripe.RequestsClient(timeout=TIMEOUT_SECONDS)
        self._client = stripe.StripeClient(key, stripe_version=API_VERSION, max_network_retries=0, http_client=client)
        self._webhook_secrets = webhook_secrets

    @refuses_transaction
    def open_checkout(self, order: CheckoutOrder, *, key: str) -> CheckoutFacts:
        """Open a Checkout Session for cards, in the payer's language, without any conversion of currency."""
        with our_errors():
            session = self._client.v1.checkout.sessions.create(
                params=checkout_params(order),  # type: ignore[arg-type] # held against the SDK's types by a test
                options={"idempotency_key": key},
            )
        return checkout_facts(session.to_dict())

    @refuses_transaction
    def fetch_checkout(self, session_id: str) -> CheckoutFacts:
        """Return the session and its intent as they are now."""
        with our_errors():
            session = self._client.v1.checkout.sessions.retrieve(session_id, params={"expand": ["payment_intent"]})
        return checkout_facts(session.to_dict())

    @refuses_transaction
    def close_checkout(self, session_id: str) -> CheckoutFacts:
        """Expire the session; one that is complete or expired is only read."""
        try:
            with our_errors():
                self._client.v1.checkout.sessions.expire(session_id)
        except UnknownToProvider:
            raise
        except ProviderRefused:
            pass
        return self.fetch_checkout(session_id)

    @refuses_transaction
    def payment_of_intent(self, intent_id: str) -> str:
        """Return our payment's public id from the intent's metadata, or an empty string."""
        with our_errors():
            intent = self._client.v1.payment_intents.retrieve(intent_id)
        found: str = (intent.to_dict().get("metadata") or {}).get(OURS, "")
        return found

    @refuses_transaction
    def send_refund(self, order: RefundOrder, *, key: str) -> RefundFacts:
        """Order a refund of the intent."""
        with our_errors():
            refund = self._client.v1.refunds.create(
                params={
                    "payment_intent": order.intent_id,
                    "amount": to_stripe(order.amount_minor, order.currency, minor_units(order.currency)),
                    "metadata": {OUR_REFUND: order.refund_id},
                },
                options={"idempotency_key": key},
            )
        return refund_facts(refund.to_dict())

    @refuses_transaction
    def fetch_refund(self, provider_refund_id: str) -> RefundFacts:
        """Return the refund as it is now."""
        with our_errors():
            refund = self._client.v1.refunds.retrieve(provider_refund_id)
        return refund_facts(refund.to_dict())

    @refuses_transaction
    def refunds_of_intent(self, intent_id: str) -> list[RefundFacts]:
        """Return the intent's refunds, newest first, at most one page of a hundred."""
        with our_errors():
            page = self._client.v1.refunds.list(params={"payment_intent": intent_id, "limit": PAGE_SIZE})
        return [refund_facts(refund.to_dict()) for refund in page.data]

    @refuses_transaction
    def list_events(self, *, since: datetime, limit: int) -> list[EventFacts]:
        """Return the newest ``limit`` events of the types we act on."""
        found: list[EventFacts] = []
        params: dict[str, Any] = {
            "created": {"gte": int(since.timestamp())},
            "limit": PAGE_SIZE,
            "types": EVENT_TYPES,
        }
        while len(found) < limit:
            with our_errors():
                page = self._client.v1.events.list(params=params)  # type: ignore[arg-type] # see above
            found += [event_facts(event.to_dict(for_json=True)) for event in page.data]
            if not page.has_more or not page.data:
                break
            params["starting_after"] = page.data[-1].id
        return found[:limit]

    def read_webhook(self, body: bytes, signature: str, *, moment: datetime) -> EventFacts:
        """Check the signature over the raw body and the age in both directions; see Note [Webhook truths]."""
        return read_webhook(body, signature, self._webhook_secrets, moment)


def checkout_params(order: CheckoutOrder) -> dict[str, Any]:
    """Return the body of the request; a function of the order alone, as the idempotency key demands."""
    return {
        "mode": "payment",
        "client_reference_id": order.payment_id,
        "customer_email": order.payer_email,
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": order.currency.lower(),
                    "unit_amount": to_charge(order.amount_minor, order.currency, minor_units(order.currency)),
                    "product_data": {"name": order.description},
                },
            }
        ],
        "locale": order.language if order.language in LANGUAGES else "auto",
        "allowed_payment_method_types": ["card"],
        "payment_intent_data": {"description": order.description, "metadata": {OURS: order.payment_id}},
        "metadata": {OURS: order.payment_id},
        # Shares have one price in one currency: Stripe must not offer to convert it.
        "adaptive_pricing": {"enabled": False},
        "submit_type": "pay",
        "success_url": order.success_url,
        "cancel_url": order.cancel_url,
        "expires_at": int(order.expires_at.timestamp()),
        "expand": ["payment_intent"],
    }


@contextmanager
def our_errors() -> Iterator[None]:
    """Raise the error of ours that says what the caller may do next; Stripe's own is kept as its cause."""
    try:
        yield
    except stripe.APIConnectionError as error:
        raise OutcomeUnknown() from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise ProviderNotAvailable() from error
    except stripe.StripeError as error:
        raise error_by_status(error) from error


def error_by_status(error: stripe.StripeError) -> Exception:
    """Return our error for Stripe's answer: 409 and 429 did nothing, 5xx is kept under the key, other 4xx is a no."""
    status = error.http_status or 0
    if status in {409, 429}:
        return ProviderBusy()
    if status == 404 or error.code == "resource_missing":
        return UnknownToProvider(error.code or "resource_missing")
    if 400 <= status < 500:
        return ProviderRefused(" ".join(filter(None, [error.code, error.user_message]))[:300])
    return ProviderFault()


def read_webhook(body: bytes, signature: str, secrets: tuple[str, ...], moment: datetime) -> EventFacts:
    """Return the event that one of the secrets signed within 300 s of the moment, or raise `BadWebhook`.

    Note [Webhook truths]: the SDK accepts timestamps of the future, and raises UnicodeDecodeError, JSONDecodeError
    and ValueError for bodies that are not UTF-8, not JSON, or a thin v2 event, and TypeError for a header that is not
    ASCII. All of these are the sender's fault.
    """
    try:
        text = body.decode("utf-8")
        if not signature.isascii() or not any(_is_signed(text, signature, secret) for secret in secrets):
            raise ValueError("no valid signature")
        signed_at = int(re.split(r"(?:^|,)t=", signature)[1].split(",")[0])
        if abs(moment.timestamp() - signed_at) > WEBHOOK_TOLERANCE_SECONDS:
            raise ValueError("too old, or of the future")
        event = json.loads(text, parse_constant=_refuse_constant)
        if not isinstance(event, dict) or "\\u0000" in text:
            raise ValueError("not an event")
        json.dumps(event, ensure_ascii=False).encode("utf-8")  # lone surrogates cannot be kept
        return event_facts(event)
    except (ValueError, IndexError, RecursionError, AttributeError) as error:
        raise BadWebhook() from error


def _is_signed(text: str, signature: str, secret: str) -> bool:
    try:
        # Without the SDK's tolerance: it looks back only, and at this machine's clock.
        return bool(stripe.WebhookSignature.verify_header(text, signature, secret, tolerance=None))
    except stripe.SignatureVerificationError:
        return False


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def sign_webhook(body: str, secret: str, moment: datetime) -> str:
    """Return the ``Stripe-Signature`` header for the body: what the sandbox and the tests sign with."""
    header: str = stripe.WebhookSignature.generate_signature_header(body, secret, int(moment.timestamp()))
    return header
