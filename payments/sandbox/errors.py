"""Errors as Stripe's API answers them."""

from typing import Any


class SandboxError(Exception):
    """An answer with a 4xx status."""

    def __init__(self, status: int, message: str, *, code: str = "", kind: str = "invalid_request_error") -> None:
        self.status = status
        self.body: dict[str, Any] = {"error": {"type": kind, "message": message}}
        if code:
            self.body["error"]["code"] = code
        super().__init__(message)


def missing(kind: str, object_id: str) -> SandboxError:
    """Return the 404 for an object that does not exist."""
    return SandboxError(404, f"No such {kind}: '{object_id}'", code="resource_missing")
