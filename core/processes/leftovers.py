"""Which running processes are ours, also those whose parents were killed.

Note [granian]: after kill -9 of its main process a worker keeps the port, and a second granian starts beside it without
an error. So every child is known twice: by a record of its process id and start time (a number alone may be reused),
and by a mark in its environment, which its own children inherit.
"""

import contextlib
import json
import os
import time
from collections.abc import Iterable
from pathlib import Path

import psutil

MARK = "KILDERKIN_SUPERVISED_IN"
CHILD = "KILDERKIN_SUPERVISED_AS"
SAME_START_SECONDS = 0.05  # the kernel counts in hundredths of a second


class Records:
    """The processes one supervisor started, kept in a file so that its successor can end them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "processes.json"

    def environment(self, child: str) -> dict[str, str]:
        """Return the mark for a child of that name."""
        return {MARK: str(self.folder), CHILD: child}

    def write(self, started: dict[str, psutil.Process]) -> None:
        """Remember pid and start time of each child; replaced at once, never half written."""
        rows = [{"name": name, "pid": one.pid, "started": one.create_time()} for name, one in started.items()]
        draft = self.path.with_suffix(".draft")
        draft.write_text(json.dumps(rows))
        draft.replace(self.path)

    def running(self, child: str = "") -> list[psutil.Process]:
        """Return all living processes of this supervisor or its killed predecessors, or of one child only."""
        recorded = {row["pid"]: row["started"] for row in self._rows() if child in ("", row["name"])}
        found = [one for one in psutil.process_iter() if one.pid != os.getpid()]
        return [one for one in found if self._is_recorded(one, recorded) or self._is_marked(one, child)]

    def _rows(self) -> list[dict[str, float]]:
        try:
            rows: list[dict[str, float]] = json.loads(self.path.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return []
        return rows

    def _is_recorded(self, process: psutil.Process, recorded: dict[float, float]) -> bool:
        try:
            started = recorded.get(process.pid)
            return (
                started is not None
                and abs(process.create_time() - started) < SAME_START_SECONDS
                and process.status() != psutil.STATUS_ZOMBIE
            )
        except psutil.Error:
            return False

    def _is_marked(self, process: psutil.Process, child: str) -> bool:
        try:
            environment = process.environ()
        except (psutil.Error, OSError):
            return False
        return environment.get(MARK) == str(self.folder) and child in ("", environment.get(CHILD))


def end(processes: Iterable[psutil.Process], *, seconds: float) -> None:
    """Ask processes to end, and kill those that have not after so many seconds."""
    asked = list(processes)
    for process in asked:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    alive = _wait(asked, seconds)
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    _wait(alive, seconds)


def lives(process: psutil.Process) -> bool:
    """Say whether a process runs. A zombie does not: in a container often nobody collects the dead."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _wait(processes: list[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Wait until all have ended, at most so many seconds; return those that have not."""
    deadline = time.monotonic() + seconds
    alive = [process for process in processes if lives(process)]
    while alive and time.monotonic() < deadline:
        time.sleep(0.05)
        alive = [process for process in alive if lives(process)]
    return alive
