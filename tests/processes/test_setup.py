"""Making a checkout ready: what is done once, and what is said when it cannot be done."""

import os
from pathlib import Path

import pytest

from core.processes import setup
from core.processes.setup import Missing, Need

THERE = Need("what is there", lambda: True, ("there",), "there")
ABSENT = Need("Absent, which does a thing", lambda: False, ("absent", "absent-data"), "absent")


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose apt-get, npm and node only write down how they were called."""
    log = tmp_path / "said"
    log.touch()
    for program, answer in (("apt-get", "exit 0"), ("npm", "mkdir -p node_modules"), ("node", "echo v20.1.0")):
        script = tmp_path / "bin" / program
        script.parent.mkdir(exist_ok=True)
        script.write_text(f'#!/bin/sh\necho "{program} $*" >> {log}\n{answer}\n')
        script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=os.pathsep)
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    return log


def test_absent_part_is_installed_by_apt_as_root(said: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    setup.install_system([THERE, ABSENT])

    assert said.read_text() == "apt-get install --yes --no-install-recommends absent absent-data\n"


def test_absent_part_without_root_is_named_with_the_command(said: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(setup.sys, "platform", "linux")

    with pytest.raises(Missing) as refused:
        setup.install_system([THERE, ABSENT])

    assert str(refused.value) == (
        "This machine lacks: Absent, which does a thing.\n"
        "Run: sudo apt-get install --yes --no-install-recommends absent absent-data\n"
        "and then make again."
    )
    assert said.read_text() == ""


def test_npm_packages_are_installed_once_per_lock(said: Path, tmp_path: Path) -> None:
    lock = tmp_path / "package-lock.json"
    lock.write_text("one")

    for text in ("one", "one", "two"):
        lock.write_text(text)
        setup.install_npm()

    assert [line[:25] for line in said.read_text().splitlines() if line.startswith("npm")] == [
        "npm ci --ignore-scripts -"
    ] * 2


def test_node_too_old_is_named(said: Path, tmp_path: Path) -> None:
    (tmp_path / "package-lock.json").write_text("one")
    (tmp_path / "bin" / "node").write_text("#!/bin/sh\necho v18.19.0\n")

    with pytest.raises(Missing) as refused:
        setup.install_npm()

    assert str(refused.value) == "This machine lacks Node 20 or newer with npm. Install it, and then make again."


def test_environment_for_tests_serves_the_demo_too(said: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    venv = tmp_path / ".venv"
    (tmp_path / "requirements").mkdir()
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to("/bin/true")
    lock = tmp_path / "requirements" / "dev.lock"
    lock.write_text("pinned")
    setup._write_stamp(venv / ".installed-dev", lock)
    monkeypatch.setattr(setup, "VENV", venv)
    monkeypatch.setattr(setup, "_run", lambda *told: pytest.fail(f"installed again: {told}"))

    setup.install_python("demo")
