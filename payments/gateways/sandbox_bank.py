"""The sandbox bank, as any bank with an HTTP API: JSON, a bearer key, an idempotency key for each order.

The bank speaks ISO 20022 reason codes and its own words for states; here they become ours. What cannot be understood is
never taken for a yes or a no: it raises `ProviderFault`, after which one looks. In the list of changes it is passed on
in the bank's words, because one transfer must not keep back the news of all others.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from core import clock
from core.transactions import refuses_transaction
from payments.errors import OutcomeUnknown, ProviderBusy, ProviderFault, ProviderNotAvailable, ProviderRefused
from payments.gateways.payout_port import PayoutChange, PayoutFacts, PayoutOrder, UnreadChange, UnreadFacts
from payments.rules.payout_states import PayoutReason, PayoutStatus

ADDRESS = "https://bank.invalid/bank/v1"  # reserved by RFC 2606: no such host can exist
SANDBOX_KEY = "bank_test_sandbox"
PAGE_SIZE = 500
STATUSES = {
    "pending": PayoutStatus.ACCEPTED,
    "settled": PayoutStatus.SETTLED,
    "failed": PayoutStatus.FAILED,
    "returned": PayoutStatus.RETURNED,
}
# ISO 20022 external code sets, ExternalStatusReason1Code and ExternalReturnReason1Code.
REASONS = {
    "AC01": PayoutReason.NO_SUCH_ACCOUNT,
    "AC04": PayoutReason.ACCOUNT_CLOSED,
    "AG01": PayoutReason.REFUSED_BY_BANK,
    "BE01": PayoutReason.NAME_MISMATCH,
    "MS03": PayoutReason.REFUSED_BY_BANK,
    "bad_request": PayoutReason.BAD_REQUEST,
}
LARGEST = 2**63 - 1  # that a row can hold
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, OverflowError)
Given = TypeVar("Given")
Read = TypeVar("Read")
# (method, url, headers, body) -> (body, status, headers); `ConnectionError` or `TimeoutError` is a lost connection.
Transport = Callable[[str, str, Mapping[str, str], str | None], tuple[str, int, Mapping[str, str]]]


class SandboxBankGateway:
    """`payments.gateways.payout_port.PayoutGateway` by the sandbox bank."""

    def __init__(self, key: str, *, transport: Transport) -> None:
        self._key = key
        self._transport = transport

    @refuses_transaction
    def send(self, order: PayoutOrder, *, key: str) -> PayoutFacts:
        """Order a transfer; the same key orders it once."""
        body = json.dumps(order_json(order), sort_keys=True)
        answer = self._call("post", "/transfers", body=body, headers={"Idempotency-Key": key})
        return understood(payout_facts, answer)

    @refuses_transaction
    def find(self, payout_id: str) -> list[PayoutFacts]:
        """Return every transfer under our id, newest last."""
        rows = self._rows("/transfers", {"reference": payout_id})
        return [understood(payout_facts, row) for row in rows]

    @refuses_transaction
    def changes_since(self, number: int, *, limit: int) -> list[PayoutChange | UnreadChange]:
        """Return at most ``limit`` changes after the number, in order; one that cannot be read in the bank's words."""
        rows = self._rows("/changes", {}, after=number, limit=limit)
        return [understood(change_of, row) for row in rows]

    def _rows(self, path: str, params: dict[str, str], *, after: int = 0, limit: int = 0) -> Iterator[dict[str, Any]]:
        """Yield the rows of a list, page by page; all of them when ``limit`` is 0."""
        left = limit
        while True:
            size = min(PAGE_SIZE, left) if limit else PAGE_SIZE
            query = urlencode({**params, "after": after, "limit": size})
            rows, has_more = understood(rows_of_page, self._call("get", f"{path}?{query}"))
            yield from rows
            left -= len(rows)
            if not rows or not has_more or (limit and left <= 0):
                return
            after = understood(number_of, rows[-1])

    def _call(
        self, method: str, path: str, *, body: str | None = None, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Return the JSON object of a good answer, or raise the error that says what the caller may do next."""
        sent = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json", **(headers or {})}
        try:
            text, status, _headers = self._transport(method, ADDRESS + path, sent, body)
        except (ConnectionError, TimeoutError) as error:
            raise OutcomeUnknown() from error
        if status != 200:
            raise error_by_status(method, status, text)
        return understood(json_object, text)


def order_json(order: PayoutOrder) -> dict[str, Any]:
    """Return the body of an order; a function of the order alone, as the idempotency key demands."""
    to = order.destination
    account = (
        {"iban": to.iban} if to.scheme == "iban" else {"sort_code": to.sort_code, "account_number": to.account_number}
    )
    return {
        "reference": order.payout_id,
        "amount": order.amount_minor,
        "currency": order.currency,
        "statement_reference": order.statement_reference,
        "destination": {"scheme": to.scheme, "country": to.country, "holder_name": to.holder_name, **account},
    }


def error_by_status(method: str, status: int, text: str) -> Exception:
    """Return our error for the bank's answer.

    Only the bank's own word about an order is a refusal: that it will not pay, or that the order is malformed. Every
    other answer, and any to a question, leaves open whether something was ordered: one must look.
    """
    try:
        error = json_object(text)["error"]
        kind, code = str(error.get("type", "")), str(error.get("code", ""))
    except (ValueError, KeyError, AttributeError):
        kind = code = ""
    if status in {409, 429}:
        return ProviderBusy()
    if status in {401, 403}:
        return ProviderNotAvailable()
    if method == "post" and (status, kind) == (422, "transfer_refused"):
        return ProviderRefused(REASONS.get(code, PayoutReason.OTHER))
    if method == "post" and (status, code) == (400, "bad_request"):
        return ProviderRefused(PayoutReason.BAD_REQUEST)
    return ProviderFault()


def payout_facts(transfer: dict[str, Any]) -> PayoutFacts:
    """Return what a transfer says; raise `ValueError` and its kin when it is not the shape of one."""
    reason = transfer["reason"]
    return PayoutFacts(
        provider_id=stored(transfer["id"]),
        payout_id=stored(transfer["reference"]),
        amount_minor=whole(transfer["amount"]),
        currency=stored(transfer["currency"]),
        status=STATUSES[transfer["status"]],
        reason=REASONS.get(reason, PayoutReason.OTHER) if reason else "",
        happened_at=aware(transfer["changed_at"]),
    )


def change_of(row: dict[str, Any]) -> PayoutChange | UnreadChange:
    """Return what a change says, in the bank's words where we do not understand it; raise only without a number."""
    number = number_of(row)
    try:
        return PayoutChange(number, payout_facts(row["transfer"]))
    except UNREADABLE:
        transfer = row.get("transfer")
        return UnreadChange(number, unread_facts(transfer if isinstance(transfer, dict) else {"status": transfer}))


def unread_facts(transfer: dict[str, Any]) -> UnreadFacts:
    """Return whatever a transfer says, changed only so far that a row can hold it; never raises."""
    return UnreadFacts(
        provider_id=words(transfer.get("id")),
        payout_id=words(transfer.get("reference")),
        amount_minor=_or(whole, transfer.get("amount"), 0),
        currency=words(transfer.get("currency")),
        status=words(transfer.get("status")),
        reason=words(transfer.get("reason")),
        happened_at=_or(aware, transfer.get("changed_at"), clock.now()),
    )


def _or(read: Callable[[Any], Read], given: object, otherwise: Read) -> Read:
    try:
        return read(given)
    except UNREADABLE:
        return otherwise


def number_of(row: dict[str, Any]) -> int:
    """Return the change's number in the list, or raise `ValueError` and its kin."""
    return whole(row["number"])


def whole(value: object) -> int:
    """Return a whole number that a row can hold, or raise `ValueError`; amounts are in minor units."""
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > LARGEST:
        raise ValueError("not a whole number that can be kept")
    return value


def stored(value: object) -> str:
    """Return a text that a row can hold, or raise `ValueError`: JSON also writes what no text may hold."""
    text = str(value)
    if text != words(text):
        raise ValueError("a text that cannot be kept")
    return text


def words(value: object) -> str:
    """Return any value as a text that a row can hold; empty for nothing."""
    return "" if value is None else str(value).replace("\0", "").encode(errors="replace").decode()


def rows_of_page(page: dict[str, Any]) -> tuple[list[dict[str, Any]], bool]:
    """Return the rows of a page and whether there are more."""
    rows = page["data"]
    if not isinstance(rows, list):
        raise ValueError("a page is a list")
    return rows, bool(page["has_more"])


def understood(read: Callable[[Given], Read], given: Given) -> Read:
    """Return what is read from a part of an answer; one that is not of the expected shape is the bank's fault."""
    try:
        return read(given)
    except UNREADABLE as error:
        raise ProviderFault() from error


def json_object(text: str) -> dict[str, Any]:
    """Return the JSON object of a text, or raise `ValueError`."""
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def aware(text: str) -> datetime:
    """Return a moment with its offset, or raise `ValueError`."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without its offset")
    return moment
