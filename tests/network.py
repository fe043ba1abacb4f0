"""No test reaches another machine."""

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any


class NetworkRefused(RuntimeError):
    """A test tried to reach another machine."""


def only_loopback(connect: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap ``socket.connect`` so that only Unix sockets and loopback addresses are reached."""

    def guarded(self: Any, address: Any) -> Any:
        if isinstance(address, tuple) and not _is_loopback(str(address[0])):
            raise NetworkRefused(f"refused to connect to {address[0]}")
        return connect(self, address)

    return guarded


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
