"""Makes this checkout ready to run: system libraries, Python packages by hashed lock, npm packages by lock.

Runs before anything is installed, so it uses the standard library only. What is there already is not done again:
a stamp beside each result holds the hash of the lock it came from.

    python3 -m core.processes.setup demo    # what `make demo` needs
    python3 -m core.processes.setup dev     # the same and what `make test` and `make check` need
"""

import ctypes
import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
OLDEST_NODE = 20


class Missing(Exception):
    """Something this machine lacks and that we may not install; the message says what to do."""


@dataclass(frozen=True)
class Need:
    """A part of the operating system: how to see that it is there, and the Debian packages that bring it."""

    what: str
    is_there: Callable[[], bool]
    packages: tuple[str, ...]
    brew: str


def has_library(*names: str) -> bool:
    """Say whether one of these shared libraries loads."""
    for name in names:
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return True
    return False


def has_program(*names: str) -> bool:
    """Say whether one of these programs is on the path."""
    return any(shutil.which(name) for name in names)


def has_pango() -> bool:
    """Say whether WeasyPrint will find what it draws text with."""
    return has_library("libpango-1.0.so.0", "libpango-1.0.dylib") and has_library(
        "libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib"
    )


NEEDS = {
    "demo": (
        Need(
            "venv, the module that makes Python environments", lambda: _has_module("ensurepip"), ("python3-venv",), ""
        ),
        Need("Pango, which sets the text of PDFs", has_pango, ("libpango-1.0-0", "libpangoft2-1.0-0"), "pango"),
        Need(
            "HarfBuzz' subsetter, which keeps fonts in PDFs small",
            lambda: has_library("libharfbuzz-subset.so.0", "libharfbuzz-subset.dylib"),
            ("libharfbuzz-subset0",),
            "harfbuzz",
        ),
        Need("fontconfig, which finds fonts", lambda: has_program("fc-list"), ("fontconfig",), "fontconfig"),
    ),
    "dev": (
        Need("Chromium, which the browser tests drive", lambda: has_program("chromium"), ("chromium",), "chromium"),
        Need(
            "pdftoppm, which turns PDFs into pictures", lambda: has_program("pdftoppm"), ("poppler-utils",), "poppler"
        ),
    ),
}


def main(arguments: list[str]) -> int:
    """Make ready for ``demo`` or ``dev``; return 1 with a sentence when something is missing."""
    kind = arguments[0] if arguments else ""
    if kind not in NEEDS:
        sys.stderr.write("Usage: python3 -m core.processes.setup demo|dev\n")
        return 2
    try:
        with (ROOT / ".setup.lock").open("w") as lock:  # two `make` at once: one installs, the other waits
            fcntl.flock(lock, fcntl.LOCK_EX)
            install_system([*NEEDS["demo"], *(NEEDS["dev"] if kind == "dev" else ())])
            install_python(kind)
            install_npm()
    except Missing as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def install_system(needs: list[Need]) -> None:
    """Install what is missing by apt as root on Debian; otherwise raise ``Missing`` with the exact command."""
    missing = [need for need in needs if not need.is_there()]
    if not missing:
        return
    packages = [package for need in missing for package in need.packages]
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    if os.geteuid() != 0 or not has_program("apt-get"):
        what = "; ".join(need.what for need in missing)
        raise Missing(f"This machine lacks: {what}.\nRun: {_command_for(missing, command)}\nand then make again.")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    if subprocess.run(command, env=environment, check=False).returncode != 0:
        _run(["apt-get", "update"], "The list of packages could not be fetched", environment)
        _run(command, f"apt could not install {' '.join(packages)}", environment)


def install_python(kind: str) -> None:
    """Install the packages of ``requirements/<kind>.lock``, each checked by its hash, when the lock changed."""
    if not _works(VENV / "bin" / "python"):
        _run([sys.executable, "-m", "venv", "--clear", str(VENV)], "The environment .venv could not be made")
    python = str(VENV / "bin" / "python")
    larger = "dev" if _is_stamped(VENV / ".installed-dev", ROOT / "requirements" / "dev.lock") else kind
    lock, stamp = ROOT / "requirements" / f"{larger}.lock", VENV / f".installed-{larger}"
    if _is_stamped(stamp, lock):
        return
    if not _runs([python, "-m", "pip", "--version"]):
        _run([python, "-m", "ensurepip", "--upgrade"], "pip could not be put into .venv")
    command = [python, "-m", "pip", "install", "--quiet", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    print(f"Installing Python packages ({lock.name}); the first time takes a minute or two", flush=True)
    _run([*command, "--requirement", str(lock)], "The Python packages could not be installed")
    _write_stamp(stamp, lock)


def install_npm() -> None:
    """Install the npm packages of the lock, without running their scripts, when the lock changed."""
    lock, stamp = ROOT / "package-lock.json", ROOT / "node_modules" / ".installed"
    if _is_stamped(stamp, lock):
        return
    if not has_program("npm") or _node_version() < OLDEST_NODE:
        raise Missing(f"This machine lacks Node {OLDEST_NODE} or newer with npm. Install it, and then make again.")
    print("Installing npm packages (styles, fonts, htmx)", flush=True)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    _run(command, "The npm packages could not be installed")
    _write_stamp(stamp, lock)


def _command_for(missing: list[Need], apt: list[str]) -> str:
    if sys.platform == "darwin":
        return "brew install " + " ".join(need.brew for need in missing if need.brew)
    return "sudo " + " ".join(apt)


def _node_version() -> int:
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)", said)
    return int(found.group(1)) if found else 0


def _has_module(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def _works(python: Path) -> bool:
    return python.exists() and _runs([str(python), "-c", "import sys; sys.exit(sys.version_info < (3, 11))"])


def _runs(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _run(command: list[str], sentence: str, environment: dict[str, str] | None = None) -> None:
    if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode != 0:
        raise Missing(f"{sentence}: see above.")


def _is_stamped(stamp: Path, lock: Path) -> bool:
    return stamp.exists() and stamp.read_text() == _hash(lock)


def _write_stamp(stamp: Path, lock: Path) -> None:
    stamp.write_text(_hash(lock))


def _hash(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
