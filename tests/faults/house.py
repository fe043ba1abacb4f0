"""A house to break: a folder, a PostgreSQL cluster and processes of a test's own."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import psycopg
from django.db import InterfaceError, OperationalError, connections

from core.processes import cluster as clusters
from core.processes import leftovers, postgres
from core.processes.messages import ROOT

PATIENCE_SECONDS = 240.0


@contextlib.contextmanager
def at_home(folder: Path) -> Iterator[None]:
    """Let the supervisor's functions find their records in this folder."""
    before = os.environ.get("KILDERKIN_HOME")
    os.environ["KILDERKIN_HOME"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["KILDERKIN_HOME"]
        else:
            os.environ["KILDERKIN_HOME"] = before


@dataclass(frozen=True)
class OwnCluster:
    """A PostgreSQL server that nobody else uses."""

    name: str
    folder: Path
    url: str

    def address(self, database: str, *, role: str = "owner") -> str:
        """Return the address of one of its databases, for the login of the owner, the web (app) or Celery (worker)."""
        with at_home(self.folder):
            cluster = clusters.find(self.name)
        assert cluster is not None
        url = {"owner": cluster.url, "app": cluster.web_url, "worker": cluster.work_url}[role]
        return url.rpartition("/")[0] + f"/{database}"

    def run(self, *statements: str) -> None:
        """Run statements in the maintenance database."""
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def ensure_running(self) -> None:
        """Start the server if an earlier fault left it down."""
        with at_home(self.folder):
            assert postgres.ensure_running(self.name) == self.url

    def crash_and_restart(self) -> None:
        """Stop the server without a checkpoint, as a power cut would, and start it again."""
        with at_home(self.folder):
            cluster = clusters.find(self.name)
            assert cluster is not None
            command = [str(clusters.binaries(cluster) / "pg_ctl"), "-D", str(cluster.data), "-m", "immediate", "stop"]
            subprocess.run(command, check=True, capture_output=True, timeout=60, **cluster.owner.popen_arguments())
        self.ensure_running()


@dataclass
class House:
    """One test's database and folder, and the processes it started there."""

    folder: Path
    url: str
    cluster: OwnCluster
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    def environment(self, **changes: str) -> dict[str, str]:
        """Return the environment of a process of this house; it works as the worker unless told otherwise."""
        role = changes.get("DATABASE_ROLE", "worker")
        return {
            **os.environ,
            "DATABASE_URL": self.cluster.address(self.url.rpartition("/")[2], role=role),
            "DATABASE_ROLE": role,
            "KILDERKIN_HOME": str(self.folder),
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "PYTHONUNBUFFERED": "1",
            **changes,
        }

    def start(self, *command: str, **changes: str) -> subprocess.Popen[str]:
        """Start ``python -m`` the command; what it says to standard error lies in the house's folder."""
        log = (self.folder / f"{len(self.processes)}-{command[0].rpartition('.')[2]}.log").open("w")
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env=self.environment(**changes),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        self.processes.append(process)
        return process

    def run(self, *command: str, **changes: str) -> str:
        """Run ``python -m`` the command to its end, which must be a good one; return what it printed."""
        process = self.start(*command, **changes)
        out, _nothing = process.communicate(timeout=PATIENCE_SECONDS)
        assert process.returncode == 0, self.last_words()
        return out

    def work(self, **changes: str) -> None:
        """Run every sweeper once in a process of its own."""
        self.run("manage", "work", **changes)

    def end_processes(self) -> None:
        """End every process of this house and their children."""
        for process in self.processes:
            if process.poll() is None:
                with contextlib.suppress(psutil.NoSuchProcess):
                    leftovers.end(children_of(process), seconds=0)
                process.kill()
            process.wait(timeout=30)
            if process.stdout:
                process.stdout.close()

    def last_words(self) -> str:
        """Return the end of every log."""
        return "\n".join(f"{path.name}: {path.read_text()[-3000:]}" for path in sorted(self.folder.glob("*.log")))


def children_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Return the living children of a process."""
    return [child for child in psutil.Process(process.pid).children(recursive=True) if leftovers.lives(child)]


def wait_until(condition: Callable[[], Any], house: House) -> Any:
    """Wait until the condition holds and return what it answered; a database that is away counts as not yet.

    Bounded generously: the moment never matters, only that it comes.
    """
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        try:
            if answer := condition():
                return answer
        except (OperationalError, InterfaceError):
            connections["default"].close()
        time.sleep(0.05)
    raise AssertionError(f"waited in vain\n{house.last_words()}")


def settings_of(url: str) -> dict[str, Any]:
    """Return the parts of Django's database settings that an address holds."""
    parts = urlsplit(url)
    return {
        "NAME": parts.path.lstrip("/"),
        "USER": parts.username,
        "PASSWORD": parts.password,
        "HOST": parts.hostname,
        "PORT": str(parts.port),
    }
