"""Keeps a few programs and one PostgreSQL cluster running until it is told to stop; then ends every one of them."""

import contextlib
import fcntl
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import TextIO

import psutil

from core.processes import leftovers, postgres
from core.processes.child import END_SECONDS, Child, Program
from core.processes.errors import CannotStart
from core.processes.leftovers import Records
from core.processes.places import private_folder

LOOK_SECONDS = 0.3
PREDECESSOR_SECONDS = 2.0  # for one that may just be told to stop
ENDING_SECONDS = 60.0  # for one that says it is ending
ENDING = "ending:"
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody asked us to stop (Ctrl-C, SIGTERM, closed terminal). Not an Exception: nothing may swallow it."""


class Supervisor:
    """Runs programs from ``root``; keeps its lock, records and logs under ``place``.

    Used as a context: entering takes the lock and ends what a killed predecessor left, leaving ends everything.
    ``cluster`` names a PostgreSQL cluster to keep up ("" when the database is somebody else's).
    """

    def __init__(self, *, place: Path, root: Path, cluster: str = "") -> None:
        self.place, self.root, self.cluster = place, root, cluster
        self.logs = place / "logs"
        self.records = Records(place / "run")
        self.children: list[Child] = []
        self.parent = os.getppid()
        self._lock = contextlib.ExitStack()
        self._lock_file: TextIO | None = None

    def __enter__(self) -> "Supervisor":
        for folder in (self.logs, self.records.folder):
            private_folder(folder)
        self._lock_file = self._lock.enter_context(_only_one(self.records.folder / "supervisor.lock"))
        _stop_on_signals()
        leftovers.end(self.records.running(), seconds=END_SECONDS)
        return self

    def __exit__(self, *reason: object) -> None:
        """End every process; a second Ctrl-C does not interrupt that."""
        for sign in STOP_SIGNALS:
            signal.signal(sign, signal.SIG_IGN)
        if self._lock_file:
            _write(self._lock_file, f"{ENDING} process {os.getpid()}")
        mains = [psutil.Process(c.process.pid) for c in self.children if c.process and c.is_running()]
        leftovers.end(mains, seconds=END_SECONDS)
        leftovers.end(self.records.running(), seconds=END_SECONDS / 2)
        if self.cluster:
            postgres.stop(self.cluster)
        self._lock.close()

    def run_once(self, program: Program) -> None:
        """Run a program to its end, under the same records as the others; raise ``CannotStart`` if it fails."""
        child = self._new_child(program)
        child.start()
        self._remember()
        while child.is_running():
            time.sleep(0.02)
        self.children.remove(child)
        if child.process and child.process.returncode != 0:
            raise CannotStart(f"{program.name} failed. Its last words ({child.log}):\n{child.last_words()}")

    def add(self, program: Program) -> Child:
        """Start a program and keep it running from now on."""
        child = self._new_child(program)
        child.start()
        self._remember()
        return child

    def watch(self) -> None:
        """Look after everything until stopped: the database first, since the others need it."""
        while True:
            self.look()
            time.sleep(LOOK_SECONDS)

    def look(self) -> None:
        """Start again whatever has died."""
        if self.parent != os.getppid() and os.environ.get("KILDERKIN_STOP_WITH_PARENT"):
            raise Stopped
        if self.cluster and postgres.server_pid(self.cluster) is None:
            self._start_database_again()
        for child in self.children:
            if child.is_running():
                continue
            if child.process is not None:
                say(child.bury())
            if child.is_due():
                self._start_again(child)

    def _start_database_again(self) -> None:
        say("PostgreSQL has ended; it starts again")
        try:
            postgres.ensure_running(self.cluster)
        except CannotStart as error:
            say(f"{error} It is tried again.")

    def _start_again(self, child: Child) -> None:
        try:
            child.start()
            self._remember()
        except CannotStart as error:
            say(str(error))
            say(child.bury())

    def _new_child(self, program: Program) -> Child:
        child = Child(program, records=self.records, logs=self.logs, folder=self.root)
        self.children.append(child)
        return child

    def _remember(self) -> None:
        started = {}
        for child in self.children:
            with contextlib.suppress(psutil.NoSuchProcess):
                if child.process:
                    started[child.program.name] = psutil.Process(child.process.pid)
        self.records.write(started)


def say(sentence: str) -> None:
    """Print a line for the person at the terminal, at once."""
    with contextlib.suppress(OSError):  # nobody may be reading any more; the work goes on
        sys.stdout.write(sentence + "\n")
        sys.stdout.flush()


@contextlib.contextmanager
def _only_one(path: Path) -> Iterator[TextIO]:
    """Hold the lock that only one supervisor can have; the kernel frees it when its holder is killed.

    A predecessor that is just ending is waited for.
    """
    since = time.monotonic()
    with path.open("a+") as lock:
        while not _is_taken(lock):
            lock.seek(0)
            holder = lock.read()
            patience = ENDING_SECONDS if holder.startswith(ENDING) else PREDECESSOR_SECONDS
            if time.monotonic() - since > patience:
                raise CannotStart(f"It is already running: {holder}. Stop that one first.")
            time.sleep(0.1)
        _write(lock, f"process {os.getpid()}")
        yield lock


def _is_taken(lock: TextIO) -> bool:
    """Try to take the lock; say whether it is ours now."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write(lock: TextIO, words: str) -> None:
    lock.seek(0)
    lock.truncate()
    lock.write(words)
    lock.flush()


def _stop_on_signals() -> None:
    """Turn the signals that end a program into ``Stopped``; one that is ignored (nohup) stays ignored."""
    for sign in STOP_SIGNALS:
        if signal.getsignal(sign) is not signal.SIG_IGN or sign is not signal.SIGHUP:
            signal.signal(sign, _stop)


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped
