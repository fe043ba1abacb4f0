"""Secrets that a demo makes for itself once and keeps."""

import contextlib
import os
import secrets
from pathlib import Path

from core.processes.places import private_folder


def kept_secret(home: Path, name: str) -> str:
    """Return the secret of that name, made at the first call and kept in ``home`` readable by its owner only."""
    path = private_folder(home / "secrets") / name
    if not path.exists():
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):  # another process was first: then its secret counts
            os.link(draft, path)
        draft.unlink()
    return path.read_text()
