"""The sandbox's side of Stripe's API: what the adapter's in-process client calls instead of the network."""

import hashlib
import json
import re
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from core import clock
from core.transactions import atomic
from payments.checks import sandbox_problem
from payments.models import SandboxRequest
from payments.sandbox import sessions
from payments.sandbox.errors import SandboxError
from payments.sandbox.forms import decode
from payments.sandbox.objects import API_VERSION

ONLY_KEY = "sk_test_sandbox"
Answer = tuple[str, int, dict[str, str]]
Action = Callable[[str, dict[str, Any], datetime], dict[str, Any]]

ROUTES: list[tuple[str, re.Pattern[str], Action]] = [
    ("post", re.compile(r"/v1/checkout/sessions()"), lambda _id, params, at: sessions.create_session(params, at=at)),
    (
        "get",
        re.compile(r"/v1/checkout/sessions/(\w+)"),
        lambda pk, params, at: sessions.retrieve_session(pk, params, at=at),
    ),
    (
        "post",
        re.compile(r"/v1/checkout/sessions/(\w+)/expire"),
        lambda pk, _params, at: sessions.expire_session(pk, at=at),
    ),
    ("get", re.compile(r"/v1/payment_intents/(\w+)"), lambda pk, _params, _at: sessions.retrieve_intent(pk)),
    ("post", re.compile(r"/v1/refunds()"), lambda _id, params, at: sessions.create_refund(params, at=at)),
    ("get", re.compile(r"/v1/refunds/(\w+)"), lambda pk, _params, _at: sessions.retrieve_refund(pk)),
    ("get", re.compile(r"/v1/refunds()"), lambda _id, params, _at: sessions.list_refunds(params)),
    ("get", re.compile(r"/v1/events()"), lambda _id, params, _at: sessions.list_events(params)),
]


def answer(method: str, url: str, headers: Mapping[str, str], body: str | None) -> Answer:
    """Answer one request as Stripe would, in a transaction of its own; a POST only once per idempotency key."""
    problem = sandbox_problem()
    if problem:
        raise ImproperlyConfigured(problem)
    parts = urlsplit(url)
    try:
        admit(headers)
        if method == "post":
            return answer_once(parts.path, body or "", headers.get("Idempotency-Key", ""))
        with atomic():
            return reply(200, act(method, parts.path, decode(parts.query)))
    except SandboxError as error:
        return reply(error.status, error.body)


def admit(headers: Mapping[str, str]) -> None:
    """Refuse a foreign key and another version than the one this sandbox plays."""
    if not secrets.compare_digest(headers.get("Authorization", ""), f"Bearer {ONLY_KEY}"):
        raise SandboxError(401, "Invalid API Key provided.")
    if headers.get("Stripe-Version") != API_VERSION:
        raise SandboxError(400, f"The sandbox plays {API_VERSION} only.")


def answer_once(path: str, body: str, key: str) -> Answer:
    """Answer a POST; with a key seen before give the same answer, or refuse another body under it.

    As at Stripe, what fails before anything was done (a refused parameter) is not kept under the key.
    """
    fingerprint = hashlib.sha256(f"{path}\n{body}".encode()).hexdigest()
    with atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 42))", [key])
        seen = SandboxRequest.objects.filter(key=key).first()
        if seen is None:
            text, status, headers = reply(200, act("post", path, decode(body)))
            SandboxRequest.objects.create(
                key=key, fingerprint=fingerprint, status=status, body=text, created_at=clock.now()
            )
            return text, status, headers
    if seen.fingerprint != fingerprint:
        message = "Keys for idempotent requests can only be used with the same parameters they were first used with."
        raise SandboxError(400, message, kind="idempotency_error")
    return seen.body, seen.status, {"Idempotent-Replayed": "true"}


def act(method: str, path: str, params: dict[str, Any]) -> dict[str, Any]:
    """Do what the request asks for."""
    for route_method, pattern, action in ROUTES:
        match = pattern.fullmatch(path)
        if match and route_method == method:
            return action(match[1], params, clock.now())
    raise SandboxError(404, f"Unrecognized request URL ({method.upper()}: {path}).")


def reply(status: int, body: dict[str, Any]) -> Answer:
    """Return an answer as the SDK's client expects it."""
    return json.dumps(body), status, {"Request-Id": f"req_{secrets.token_hex(7)}"}
