"""What one program under the supervisor may know of another, and do to it: the demo's "stop the worker"."""

import contextlib
import os
import time
from collections.abc import Iterable
from pathlib import Path

import psutil

from core.processes.leftovers import MARK, Records, lives

GONE_SECONDS = 5.0


def find_sibling(name: str) -> int | None:
    """Return the process id of the main process of that program under our own supervisor; None when it is dead."""
    running = _by_age(process for process in _running(name) if lives(process))
    return running[0].pid if running else None


def kill_sibling(name: str) -> list[int]:
    """Kill every process of that program at once, as a power cut would; return their process ids, the main one's first.

    Touches only what our own supervisor started: without one nothing is killed.
    """
    doomed = _by_age(_running(name))
    for process in doomed:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    _wait_until_gone(doomed)
    return [process.pid for process in doomed]


def _running(name: str) -> list[psutil.Process]:
    """Return the living processes of the program; the mark in our own environment says whose children we are."""
    folder = os.environ.get(MARK)
    return Records(Path(folder)).running(name) if folder else []


def _by_age(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Return the processes, the eldest first; those that ended meanwhile are left out."""
    ages = []
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            ages.append((process.create_time(), process.pid, process))
    return [process for *_age, process in sorted(ages, key=lambda age: age[:2])]


def _wait_until_gone(processes: Iterable[psutil.Process]) -> None:
    deadline = time.monotonic() + GONE_SECONDS
    while any(lives(process) for process in processes) and time.monotonic() < deadline:
        time.sleep(0.02)
