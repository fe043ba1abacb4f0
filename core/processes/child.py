"""One program kept running: started, watched, started again after a pause, ended."""

import os
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from core.processes import leftovers, ports
from core.processes.leftovers import Records

LONGEST_PAUSE_SECONDS = 30.0
FIRST_PAUSE_SECONDS = 0.5
STEADY_SECONDS = 60.0  # who lived this long starts again without a longer pause
END_SECONDS = 10.0
LONGEST_LOG = 10_000_000


@dataclass(frozen=True)
class Program:
    """What to run: a command, what it adds to the environment, and the port it will listen on (0: none)."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    port: int = 0


class Child:
    """A program under the supervisor, over all its lives."""

    def __init__(self, program: Program, *, records: Records, logs: Path, folder: Path) -> None:
        self.program = program
        self.records = records
        self.log = logs / f"{program.name}.log"
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.failures = 0
        self.not_before = 0.0

    def start(self) -> psutil.Process:
        """Start the program in a session of its own, so that Ctrl-C reaches only the supervisor.

        Raises ``CannotStart`` if somebody has the program's port.
        """
        if self.program.port:
            ports.refuse_occupied(self.program.port)
        if self.log.exists() and self.log.stat().st_size > LONGEST_LOG:
            self.log.replace(self.log.with_suffix(".old"))
        environment = {**os.environ, **self.program.environment, **self.records.environment(self.program.name)}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603  our own command
                self.program.command,
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.started_at = time.monotonic()
        return psutil.Process(self.process.pid)

    def is_running(self) -> bool:
        """Say whether the program's main process lives; collects it if it ended."""
        return self.process is not None and self.process.poll() is None

    def is_due(self) -> bool:
        """Say whether a dead program may start again: each early death doubles the pause, up to 30 s."""
        return time.monotonic() >= self.not_before

    def bury(self) -> str:
        """End what the dead program left behind, set the pause before its next life, and say in words what happened."""
        leftovers.end(self.records.running(self.program.name), seconds=END_SECONDS / 2)
        code = self.process.returncode if self.process else 0
        lived = time.monotonic() - self.started_at
        self.failures = 1 if lived > STEADY_SECONDS else self.failures + 1
        pause = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** (self.failures - 1))
        self.not_before = time.monotonic() + pause
        self.process = None
        how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
        return f"{self.program.name} {how}; it starts again in {pause:.1f} s"

    def last_words(self) -> str:
        """Return the end of the program's log."""
        try:
            return "\n".join(self.log.read_text(errors="replace").strip().splitlines()[-15:])
        except FileNotFoundError:
            return ""
