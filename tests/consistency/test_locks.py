"""The locks pin every package by hash and name no address: each machine has its own registry."""

import json
import re

import pytest

from core.processes.messages import ROOT

pytestmark = pytest.mark.repository
PYTHON_LOCKS = sorted((ROOT / "requirements").glob("*.lock"))


def pins(lock: str) -> dict[str, str]:
    """Return package -> version with its marker."""
    return dict(re.findall(r"^([\w.\[\]-]+)==([^\\\n]+?) \\$", lock, flags=re.M))


@pytest.mark.parametrize("path", PYTHON_LOCKS, ids=lambda path: path.name)
def test_python_lock_names_no_address(path) -> None:
    assert re.findall(r".*(?:://|--index|--find-links|--extra).*", path.read_text()) == []


@pytest.mark.parametrize("path", PYTHON_LOCKS, ids=lambda path: path.name)
def test_python_lock_has_a_hash_for_every_package(path) -> None:
    blocks = re.split(r"\n(?=[a-z])", path.read_text().strip())

    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_smaller_locks_pin_what_the_largest_pins() -> None:
    base, demo, dev = (pins((ROOT / "requirements" / f"{name}.lock").read_text()) for name in ("base", "demo", "dev"))

    assert base.items() <= demo.items() <= dev.items()
    assert len(base) > 30


def test_npm_lock_names_no_address_and_hashes_everything() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    installed = {name: entry for name, entry in packages.items() if name}

    assert [name for name, entry in installed.items() if "resolved" in entry or "integrity" not in entry] == []
    assert "node_modules/htmx.org" in installed
