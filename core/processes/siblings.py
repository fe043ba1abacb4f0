"""What one program under the supervisor may know of another, and do to it: the demo's "stop the worker"."""

import contextlib
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

from core.processes.leftovers import MARK, Records, lives

GONE_SECONDS = 5.0


@dataclass(frozen=True)
class Sibling:
    """The main process of a program, and since when it runs (real time)."""

    pid: int
    started_at: datetime


def find_sibling(name: str) -> Sibling | None:
    """Return the main process of that program under our own supervisor; None when it is dead or we have none."""
    running = [process for process in _running(name) if lives(process)]
    if not running:
        return None
    eldest = min(running, key=lambda process: (process.create_time(), process.pid))
    return Sibling(eldest.pid, datetime.fromtimestamp(eldest.create_time(), UTC))


def kill_sibling(name: str) -> list[int]:
    """Kill every process of that program at once, as a power cut would; return their process ids, the main one's first.

    Touches only what our own supervisor started: without one nothing is killed.
    """
    doomed = sorted(_running(name), key=lambda process: (process.create_time(), process.pid))
    for process in doomed:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    _wait_until_gone(doomed)
    return [process.pid for process in doomed]


def _running(name: str) -> list[psutil.Process]:
    """Return the living processes of the program; the mark in our own environment says whose children we are."""
    folder = os.environ.get(MARK)
    return Records(Path(folder)).running(name) if folder else []


def _wait_until_gone(processes: Iterable[psutil.Process]) -> None:
    deadline = time.monotonic() + GONE_SECONDS
    while any(lives(process) for process in processes) and time.monotonic() < deadline:
        time.sleep(0.02)
