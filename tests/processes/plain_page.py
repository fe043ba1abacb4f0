"""The smallest web page: what granian serves in the tests of the supervisor."""

from collections.abc import Callable, Iterable
from typing import Any


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer every request with one word."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"here"]
