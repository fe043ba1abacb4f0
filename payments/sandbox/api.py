"""The sandbox's side of Stripe's API: what the adapter's in-process client calls instead of the network."""

import re
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from core import clock
from core.transactions import atomic
from payments.checks import sandbox_problem
from payments.sandbox import sessions
from payments.sandbox.errors import SandboxError
from payments.sandbox.forms import decode
from payments.sandbox.objects import API_VERSION
from payments.sandbox.once import Answer, answer_once, reply

ONLY_KEY = "sk_test_sandbox"
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
            request = f"{parts.path}\n{body or ''}"
            key = headers.get("Idempotency-Key", "")
            return answer_once(request, key, lambda at: act(method, parts.path, decode(body or ""), at))
        with atomic():
            return reply(200, act(method, parts.path, decode(parts.query), clock.now()))
    except SandboxError as error:
        return reply(error.status, error.body)


def admit(headers: Mapping[str, str]) -> None:
    """Refuse a foreign key and another version than the one this sandbox plays."""
    if not secrets.compare_digest(headers.get("Authorization", ""), f"Bearer {ONLY_KEY}"):
        raise SandboxError(401, "Invalid API Key provided.")
    if headers.get("Stripe-Version") != API_VERSION:
        raise SandboxError(400, f"The sandbox plays {API_VERSION} only.")


def act(method: str, path: str, params: dict[str, Any], at: datetime) -> dict[str, Any]:
    """Do what the request asks for."""
    for route_method, pattern, action in ROUTES:
        match = pattern.fullmatch(path)
        if match and route_method == method:
            return action(match[1], params, at)
    raise SandboxError(404, f"Unrecognized request URL ({method.upper()}: {path}).")
