"""Answering a request once per idempotency key, as the card company and the bank of the sandbox both do."""

import hashlib
import json
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import connection

from core import clock
from core.transactions import atomic
from payments.models import SandboxRequest
from payments.sandbox.errors import SandboxError

Answer = tuple[str, int, dict[str, str]]


def answer_once(request: str, key: str, act: Callable[[datetime], dict[str, Any]]) -> Answer:
    """Answer a POST; with a key seen before give the same answer, or refuse another request under it.

    As at Stripe, what fails before anything was done (a refused parameter) is not kept under the key.
    """
    fingerprint = hashlib.sha256(request.encode()).hexdigest()
    with atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 42))", [key])
        seen = SandboxRequest.objects.filter(key=key).first()
        if seen is None:
            at = clock.now()
            text, status, headers = reply(200, act(at))
            SandboxRequest.objects.create(key=key, fingerprint=fingerprint, status=status, body=text, created_at=at)
            return text, status, headers
    if seen.fingerprint != fingerprint:
        message = "Keys for idempotent requests can only be used with the same parameters they were first used with."
        raise SandboxError(400, message, kind="idempotency_error")
    return seen.body, seen.status, {"Idempotent-Replayed": "true"}


def reply(status: int, body: dict[str, Any]) -> Answer:
    """Return an answer as a client over HTTP would receive it."""
    return json.dumps(body), status, {"Request-Id": f"req_{secrets.token_hex(7)}"}
