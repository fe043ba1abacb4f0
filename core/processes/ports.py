"""Whether a port is free, and who has it."""

import socket

import psutil

from core.processes.errors import CannotStart


def refuse_occupied(port: int) -> None:
    """Raise ``CannotStart`` when anybody answers on this port of localhost.

    Asked before every start: granian shares an occupied port without a word.
    Both loopback addresses count, since browsers try ::1 first for ``localhost``.
    """
    if is_free(port):
        return
    raise CannotStart(
        f"Port {port} is already in use{_by_whom(port)}. Stop that program, or choose another port: "
        f"DEMO_PORT={port + 1} make demo"
    )


def is_free(port: int) -> bool:
    """Say whether nobody listens on this port of localhost."""
    return _can_bind(port) and not _answers("::1", port)


def free_port() -> int:
    """Return a port of 127.0.0.1 nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _can_bind(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _answers(address: str, port: int) -> bool:
    try:
        with socket.create_connection((address, port), timeout=0.5):
            return True
    except OSError:
        return False


def _by_whom(port: int) -> str:
    """Name the program if this user may know it."""
    try:
        listening = [c for c in psutil.net_connections("tcp") if c.status == psutil.CONN_LISTEN]
        pids = [c.pid for c in listening if c.laddr.port == port and c.pid]
        return f" by {psutil.Process(pids[0]).name()} (process {pids[0]})" if pids else ""
    except psutil.Error:
        return ""
