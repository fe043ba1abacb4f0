"""The house's own key, which signs receipts and checkpoints of the log. It opens nothing."""

import secrets
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from ballots.rules.proofs.receipts import LogKey
from ballots.rules.proofs.sealing import SEED_BYTES
from core.processes.places import keep_first, private_folder

DEMO_KEY_FILE = "demo-log.key"


class NoLogKey(Exception):
    """The key file is missing, or holds something else."""


def log_key() -> LogKey:
    """Return the key of ``LOG_KEY_FILE`` (64 hexadecimal digits); in the demo our own, made on first use.

    Its name is ``LOG_NAME``, or the host of the site. Raises ``NoLogKey`` with a sentence.
    """
    return _read(_path(), getattr(settings, "LOG_NAME", "") or urlsplit(settings.SITE_ORIGIN).hostname or "log")


def log_key_of(rules: Mapping[str, Any]) -> LogKey:
    """Return the key under the name that the contest's frozen rules publish, whatever the house calls itself since."""
    return _under(str(rules["origin"]).rpartition("/")[0], log_key())


def receipts_can_be_signed() -> str:
    """Ask for the key that signs receipts and checkpoints."""
    try:
        log_key()
    except NoLogKey as missing:
        return str(missing)
    return ""


def _path() -> Path:
    named = getattr(settings, "LOG_KEY_FILE", "")
    if named:
        return Path(named)
    if not settings.DEMO:
        raise NoLogKey("LOG_KEY_FILE names no key, so receipts of votes cannot be signed.")
    path = Path(settings.KILDERKIN_HOME) / "keys" / DEMO_KEY_FILE
    if not path.exists():
        private_folder(path.parent)
        keep_first(path, secrets.token_hex(SEED_BYTES).encode())
    return path


@lru_cache(maxsize=64)
def _under(name: str, key: LogKey) -> LogKey:
    """Kept, because a key works out its public half anew, which takes as long as signing."""
    return LogKey(name, key.seed)


@lru_cache(maxsize=4)
def _read(path: Path, name: str) -> LogKey:
    """Read once: a file read for every vote would be the slowest part of it."""
    try:
        return LogKey(name, bytes.fromhex(path.read_text().strip()))
    except (OSError, ValueError) as error:
        raise NoLogKey(f"The log key {path.name} cannot be read.") from error
