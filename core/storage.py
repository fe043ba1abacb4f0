"""The document store: bytes kept under the name of their own fingerprint.

Note [File before row]: a row may only name a file that is already safe on disk. Whoever stores a document calls
``store_bytes`` first and writes the row with the returned name afterwards; a crash between the two leaves a file
nobody names, never a row without its file.
"""

import errno
import hashlib
import os
import re
import tempfile
from pathlib import Path

from django.conf import settings

from core.errors import MissingFile, StorageFull

FINGERPRINT = re.compile(r"[0-9a-f]{64}")
NO_ROOM_LEFT = {errno.ENOSPC, errno.EDQUOT}


def store_bytes(data: bytes) -> str:
    """Keep ``data`` for good and return its sha256 in hexadecimal, the only name it has.

    When this returns, the bytes are on disk under their final name. Storing the same bytes again is harmless and
    mends a damaged copy. Raises ``StorageFull`` when the disk or the quota is full; then nothing is left behind.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    path = _path(sha256)
    if _is_sound(path, sha256):
        return sha256
    try:
        # Closed to others, wherever it lies; an operator may open an existing one to the group that backs it up.
        Path(settings.FILES_ROOT).mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.mkdir(exist_ok=True)
        _write_then_rename(data, path)
    except OSError as error:
        if error.errno in NO_ROOM_LEFT:
            raise StorageFull() from error
        raise
    return sha256


def read_bytes(sha256: str) -> bytes:
    """Return the bytes stored under ``sha256``; ``MissingFile`` when they are gone or no longer what was stored."""
    path = _path(sha256)
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise MissingFile() from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise MissingFile()
    return data


def _path(sha256: str) -> Path:
    # The name comes from rows and addresses: anything but a fingerprint could climb out of the folder.
    if not FINGERPRINT.fullmatch(sha256):
        raise MissingFile()
    return Path(settings.FILES_ROOT) / sha256[:2] / sha256[2:]


def _is_sound(path: Path, sha256: str) -> bool:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() == sha256
    except FileNotFoundError:
        return False


def _write_then_rename(data: bytes, path: Path) -> None:
    # In the same folder, because a rename is atomic only within one file system.
    handle, name = tempfile.mkstemp(prefix=".tmp-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)
    _sync_folder(path.parent.parent)


def _sync_folder(folder: Path) -> None:
    # Without this the file survives a power cut, but perhaps not its name.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
