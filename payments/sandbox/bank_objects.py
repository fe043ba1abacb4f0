"""The bank's rows as its JSON. The number of the account is told to nobody."""

from typing import Any

from payments.models import SandboxTransfer, SandboxTransferChange


def transfer_json(transfer: SandboxTransfer, *, change: SandboxTransferChange | None = None) -> dict[str, Any]:
    """Return a transfer as it is, or as it was by the change."""
    told = change or transfer
    return {
        "id": transfer.transfer_id,
        "object": "transfer",
        "number": transfer.number,
        "reference": transfer.reference,
        "amount": transfer.amount,
        "currency": transfer.currency,
        "account_ending": transfer.ending,
        "status": told.status,
        "reason": told.reason,
        "changed_at": (change.happened_at if change else transfer.changed_at).isoformat(),
    }


def change_json(change: SandboxTransferChange) -> dict[str, Any]:
    """Return a change with the transfer of that moment."""
    return {"number": change.number, "object": "change", "transfer": transfer_json(change.transfer, change=change)}


def page_json(rows: list[dict[str, Any]], *, has_more: bool) -> dict[str, Any]:
    """Return a page of a list; the next one begins after the ``number`` of its last row."""
    return {"object": "list", "has_more": has_more, "data": rows}
