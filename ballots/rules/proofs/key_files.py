"""The scrutineer's files: the key, and beside it a note of what it has opened. Nobody else may read either."""

import json
import os
from pathlib import Path

from ballots.rules.proofs.canonical import canonical_bytes, parse_canonical
from ballots.rules.proofs.refusals import ProofRefused, Refusal
from ballots.rules.proofs.sealing import ScrutineerKey, public_key_of

VERSION = 1
OTHERS = 0o077


def write_private(path: Path, data: bytes) -> None:
    """Write a new file that only its owner can read (0600); ``FileExistsError`` rather than overwrite one."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def write_key_file(path: Path, key: ScrutineerKey) -> None:
    """Write a new key file; ``FileExistsError`` rather than overwrite one, ``OSError`` when it cannot be written."""
    content = {"v": VERSION, "name": key.name, "created_on": key.created_on, "seed": key.seed.hex()}
    write_private(path, canonical_bytes({**content, "public_key": key.public_key}) + b"\n")


def read_key_file(path: Path) -> ScrutineerKey:
    """Return the key in a file.

    ``ProofRefused``: KEY_FILE_OPEN when others may read it, BAD_KEY when it is no key file or was damaged. ``OSError``
    when it cannot be read.
    """
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_mode & OTHERS:
            raise ProofRefused(Refusal.KEY_FILE_OPEN, str(path))
        data = file.read(10_000)
    try:
        fields = json.loads(data)
        key = ScrutineerKey(fields["name"], fields["created_on"], bytes.fromhex(fields["seed"]))
        if fields["public_key"] != public_key_of(key.seed) or not isinstance(key.name, str):
            raise ValueError
    except (ValueError, KeyError, TypeError) as error:
        raise ProofRefused(Refusal.BAD_KEY, str(path)) from error
    return key


def note_opening(key_path: Path, contest: str, handover_sha256: str) -> None:
    """Note beside the key which handover of a contest was opened; ALREADY_OPENED when it was another one.

    Who could have two handovers of one contest opened, the second without one envelope, would learn from the difference
    how that person voted. The same handover may be opened again.
    """
    path = key_path.with_name(f"{key_path.name}.opened")
    opened = parse_canonical(path.read_bytes()) if path.exists() else {}
    if not isinstance(opened, dict) or opened.get(contest, handover_sha256) != handover_sha256:
        raise ProofRefused(Refusal.ALREADY_OPENED, contest)
    if contest not in opened:
        new = path.with_name(f"{path.name}.new")
        new.unlink(missing_ok=True)
        write_private(new, canonical_bytes({**opened, contest: handover_sha256}))
        new.replace(path)
