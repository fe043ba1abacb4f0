"""The bank's side of its API: what the adapter's transport calls instead of the network. JSON in, JSON out."""

import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.core.exceptions import ImproperlyConfigured

from core import clock
from core.transactions import atomic
from payments.checks import sandbox_bank_problem
from payments.gateways.sandbox_bank import SANDBOX_KEY
from payments.sandbox import bank, faults
from payments.sandbox.errors import SandboxError
from payments.sandbox.faults import Fault
from payments.sandbox.once import Answer, answer_once, reply

TRANSFERS = "/bank/v1/transfers"
CHANGES = "/bank/v1/changes"
KEY_MAX = 200


def answer(method: str, url: str, headers: Mapping[str, str], body: str | None) -> Answer:
    """Answer one request in a transaction of its own; an order only once per idempotency key.

    Raises `ConnectionError` when the drawer of faults asked for an answer that is lost on the way.
    """
    problem = sandbox_bank_problem()
    if problem:
        raise ImproperlyConfigured(problem)
    parts = urlsplit(url)
    try:
        admit(headers)
        if (method, parts.path) == ("post", TRANSFERS):
            return take_order(headers.get("Idempotency-Key", ""), body or "")
        with atomic():
            return reply(200, look(method, parts.path, dict(parse_qsl(parts.query)), clock.now()))
    except SandboxError as error:
        return reply(error.status, error.body)


def admit(headers: Mapping[str, str]) -> None:
    """Refuse a foreign key."""
    if not secrets.compare_digest(headers.get("Authorization", ""), f"Bearer {SANDBOX_KEY}"):
        raise SandboxError(401, "This key is not known here.", code="unauthorized")


def take_order(key: str, body: str) -> Answer:
    """Take an order for a transfer, once per key."""
    if not 0 < len(key) <= KEY_MAX:
        raise SandboxError(400, "An order needs an Idempotency-Key of at most 200 characters.", code="bad_request")
    order = read_json(body)
    given = answer_once(f"{TRANSFERS}\n{body}", f"bank:{key}", lambda at: bank.create_transfer(order, at=at))
    if "Idempotent-Replayed" not in given[2]:
        lose_answer(json.loads(given[0]))
    return given


def lose_answer(transfer: dict[str, Any]) -> None:
    """Raise `ConnectionError` if the drawer asked for it: the order is taken, and whoever gave it does not hear so."""
    if not faults.is_waiting(Fault.LOSE_BANK_ANSWER):  # one question for each of twenty thousand orders, no more
        return
    with atomic():
        fault = faults.take(Fault.LOSE_BANK_ANSWER, at=clock.now(), transfer=transfer["id"])
    if fault is not None:
        raise ConnectionError("the answer was lost on the way")


def read_json(body: str) -> dict[str, Any]:
    """Return the object of a body, or raise."""
    try:
        order = json.loads(body)
    except ValueError:
        order = None
    if not isinstance(order, dict):
        raise SandboxError(400, "The body is not a JSON object.", code="bad_request")
    return order


def look(method: str, path: str, params: dict[str, str], at: datetime) -> dict[str, Any]:
    """Answer a question."""
    if (method, path) == ("get", TRANSFERS):
        return bank.list_transfers(params)
    if (method, path) == ("get", CHANGES):
        return bank.list_changes(params, at=at)
    raise SandboxError(404, f"There is nothing at {method.upper()} {path}.", code="not_found")
