"""Each test has a home of its own, which PostgreSQL's user may enter, and leaves no process behind."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from core.processes import leftovers, postgres
from core.processes.leftovers import Records

SUPERVISORS = {"tests.processes.small_house", "core.processes.demo"}


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="kilderkin-processes-"))
    folder.chmod(0o711)
    monkeypatch.setenv("KILDERKIN_HOME", str(folder))
    yield folder
    end_all(folder)
    for record in (folder / "postgres").glob("*.json"):
        postgres.remove(record.stem)
    shutil.rmtree(folder)


def end_all(folder: Path) -> None:
    supervisors = [p for p in psutil.process_iter() if _is_supervisor_of(p, folder)]
    leftovers.end(supervisors, seconds=20)
    leftovers.end(Records(folder / "run").running(), seconds=2)


def _is_supervisor_of(process: psutil.Process, folder: Path) -> bool:
    try:
        named = process.environ().get("KILDERKIN_HOME") == str(folder)
        return named and bool(SUPERVISORS.intersection(process.cmdline()))
    except (psutil.Error, OSError):
        return False
