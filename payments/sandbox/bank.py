"""The bank of the sandbox: takes orders for transfers, settles them, sends some back, and tells in a numbered list.

Note [A bank that pays twice]: an order is known by its idempotency key alone. Asked twice under two keys for the same
reference it pays twice, as a real bank does; only so can a test see a payer that pays twice.

Note [Numbers in order]: whoever writes changes holds one lock until the commit, so that a reader who has seen a number
has missed none below it. A sequence alone would let a later number be seen before an earlier one is committed.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import DateTimeField, Func

from core.locks import bounded_wait
from core.transactions import needs_transaction
from payments.models import SandboxTransfer, SandboxTransferChange
from payments.sandbox.bank_objects import change_json, page_json, transfer_json
from payments.sandbox.endings import OTHER_NAME, ending_of
from payments.sandbox.errors import SandboxError
from payments.sandbox.happenings import new_id

SETTLE_SECONDS = 2.0
COMES_BACK_AFTER = timedelta(days=3)
STATEMENT_REFERENCE_MAX = 18
PAGE_MAX = 500
BATCH = 5_000
CHANGES_LOCK = 4_201

# One statement each: a bank has time for twenty thousand of them.
SETTLE = """
WITH due AS (
    SELECT number FROM payments_sandboxtransfer WHERE status = 'pending' AND due_at <= clock_timestamp()
    ORDER BY number LIMIT %(limit)s FOR UPDATE SKIP LOCKED),
settled AS (
    UPDATE payments_sandboxtransfer transfer
    SET status = due_status, reason = due_reason, changed_at = %(at)s,
        returns_at = CASE WHEN comes_back AND due_status = 'settled' THEN %(at)s + %(comes_back_after)s END
    FROM due WHERE transfer.number = due.number RETURNING transfer.number, transfer.status, transfer.reason)
INSERT INTO payments_sandboxtransferchange (transfer_id, status, reason, happened_at)
SELECT number, status, reason, %(at)s FROM settled ORDER BY number
"""
RETURN = """
WITH due AS (
    SELECT number FROM payments_sandboxtransfer WHERE status = 'settled' AND returns_at <= %(at)s
    ORDER BY returns_at, number LIMIT %(limit)s FOR UPDATE SKIP LOCKED),
returned AS (
    UPDATE payments_sandboxtransfer transfer
    SET status = 'returned', reason = %(reason)s, changed_at = %(at)s, returns_at = NULL
    FROM due WHERE transfer.number = due.number RETURNING transfer.number, transfer.status, transfer.reason)
INSERT INTO payments_sandboxtransferchange (transfer_id, status, reason, happened_at)
SELECT number, status, reason, %(at)s FROM returned ORDER BY number
"""


@needs_transaction
def create_transfer(params: dict[str, Any], *, at: datetime) -> dict[str, Any]:
    """Take an order; refuses what a bank would refuse of it, and an account that does not exist."""
    account = check_order(params)
    ending = ending_of(account)
    if ending.refused_with:
        raise SandboxError(422, "The account cannot be paid.", code=ending.refused_with, kind="transfer_refused")
    wait = timedelta(seconds=getattr(settings, "SANDBOX_SETTLE_SECONDS", SETTLE_SECONDS))
    transfer = SandboxTransfer.objects.create(
        transfer_id=new_id("tr"),
        reference=params["reference"],
        amount=params["amount"],
        currency=params["currency"],
        scheme=params["destination"]["scheme"],
        country=params["destination"]["country"],
        holder_name=params["destination"]["holder_name"],
        ending=account[-4:],
        statement_reference=params["statement_reference"],
        due_at=Func(function="clock_timestamp", output_field=DateTimeField()) + wait,
        due_status=ending.due_status,
        due_reason=ending.due_reason,
        comes_back=ending.comes_back,
        created_at=at,
        changed_at=at,
    )
    return transfer_json(transfer)


def check_order(params: dict[str, Any]) -> str:
    """Return the account or IBAN of a well-formed order, or raise the error that names its fault."""
    destination = params.get("destination")
    if not isinstance(destination, dict):
        raise SandboxError(400, "Missing: destination.", code="bad_request")
    texts = {name: params.get(name) for name in ("reference", "currency", "statement_reference")}
    texts |= {name: destination.get(name) for name in ("scheme", "country", "holder_name")}
    for name, value in texts.items():
        if not isinstance(value, str) or not value:
            raise SandboxError(400, f"Missing: {name}.", code="bad_request")
    amount = params.get("amount")
    if not isinstance(amount, int) or isinstance(amount, bool) or amount <= 0:
        raise SandboxError(400, "The amount must be a whole number of minor units above zero.", code="bad_request")
    if len(params["statement_reference"]) > STATEMENT_REFERENCE_MAX:
        raise SandboxError(400, "The statement reference is longer than 18 characters.", code="bad_request")
    return account_of(destination)


def account_of(destination: dict[str, Any]) -> str:
    """Return the number the money goes to, or raise."""
    needed = {"uk": ("sort_code", "account_number"), "iban": ("iban",)}.get(destination["scheme"])
    if needed is None or not all(isinstance(destination.get(name), str) and destination[name] for name in needed):
        raise SandboxError(400, "The destination is incomplete.", code="bad_request")
    account: str = destination[needed[-1]]
    return account


def list_transfers(params: dict[str, str]) -> dict[str, Any]:
    """Return a page of the transfers under a reference, oldest first, after the transfer named ``after``."""
    rows = SandboxTransfer.objects.filter(reference=params.get("reference", ""))
    rows = rows.filter(number__gt=whole(params.get("after", "0"))).order_by("number")
    found = list(rows[: page_size(params) + 1])
    return page_json(
        [transfer_json(row) for row in found[: page_size(params)]], has_more=len(found) > page_size(params)
    )


@needs_transaction
def list_changes(params: dict[str, str], *, at: datetime) -> dict[str, Any]:
    """Let happen what is due, then return a page of changes after the number ``after``, in order."""
    pass_time(at=at)
    rows = SandboxTransferChange.objects.filter(number__gt=whole(params.get("after", "0"))).select_related("transfer")
    found = list(rows.order_by("number")[: page_size(params) + 1])
    return page_json([change_json(row) for row in found[: page_size(params)]], has_more=len(found) > page_size(params))


@needs_transaction
def pass_time(*, at: datetime, limit: int = BATCH) -> int:
    """Settle, fail and return at most ``limit`` transfers each that are due; return how many changed.

    Does nothing while another does it: see Note [Numbers in order].
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [CHANGES_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        values: dict[str, Any] = {"at": at, "limit": limit, "reason": OTHER_NAME, "comes_back_after": COMES_BACK_AFTER}
        cursor.execute(SETTLE, values)
        settled = cursor.rowcount
        cursor.execute(RETURN, values)
        return int(settled + cursor.rowcount)


@needs_transaction
def return_transfer(*, at: datetime, transfer_id: str = "", reason: str = OTHER_NAME) -> SandboxTransfer | None:
    """Let a settled transfer come back, the named one or the newest; None when there is none. Raises `Busy`."""
    with bounded_wait(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHANGES_LOCK])
    rows = SandboxTransfer.objects.filter(status="settled").order_by("-changed_at", "-number")
    transfer = (rows.filter(transfer_id=transfer_id) if transfer_id else rows).select_for_update().first()
    if transfer is None:
        return None
    transfer.status, transfer.reason, transfer.changed_at, transfer.returns_at = "returned", reason, at, None
    transfer.save(update_fields=["status", "reason", "changed_at", "returns_at"])
    SandboxTransferChange.objects.create(transfer=transfer, status="returned", reason=reason, happened_at=at)
    return transfer


def page_size(params: dict[str, str]) -> int:
    """Return how many rows the answer may have."""
    return max(1, min(whole(params.get("limit", "100")), PAGE_MAX))


def whole(text: str) -> int:
    """Return the whole number a parameter stands for, or raise."""
    if not text.isdecimal() or len(text) > 18:
        raise SandboxError(400, "This is not a whole number.", code="bad_request")
    return int(text)
