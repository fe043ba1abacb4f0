"""Signed checkpoints of the log, in the forms of C2SP ``tlog-checkpoint`` and ``signed-note``.

A checkpoint is three lines (origin, size, root in base64), an empty line, and signatures: "— name base64(key id,
Ed25519 signature of the three lines)". Anybody may add a cosignature line of their own; lines of
unknown keys are passed over.
"""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass

from ballots.rules.proofs.receipts import LogKey, LogVerifier
from ballots.rules.proofs.refusals import ProofRefused, Refusal
from ballots.rules.proofs.sealing import is_signed, sign

MARK = "— "


@dataclass(frozen=True)
class Checkpoint:
    """What the log is at a moment: how many envelopes, and the root over them (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return what is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def log_origin(key_name: str, contest: str) -> str:
    """Return the origin line of a contest's log: each contest is a log of its own."""
    return f"{key_name}/{contest}"


def sign_checkpoint(checkpoint: Checkpoint, key: LogKey) -> str:
    """Return the signed note; add the line of ``cosignature`` at its end for each witness."""
    return f"{checkpoint.text()}\n{cosignature(checkpoint, key)}"


def cosignature(checkpoint: Checkpoint, key: LogKey) -> str:
    """Return one signature line, with its line feed."""
    signature = sign(checkpoint.text().encode(), key.seed)
    return f"{MARK}{key.name} {base64.b64encode(key.verifier.key_id + signature).decode()}\n"


def verify_checkpoint(note: str, verifier: LogVerifier, origin: str) -> Checkpoint:
    """Return the checkpoint that the holder of this key signed.

    ``ProofRefused``: MALFORMED, WRONG_CONTEST (of another log), WRONG_SIGNATURE (no good line of this key).
    """
    checkpoint, lines = _parsed(note)
    if checkpoint.origin != origin:
        raise ProofRefused(Refusal.WRONG_CONTEST, "checkpoint")
    if not any(_is_good(line, checkpoint, verifier) for line in lines):
        raise ProofRefused(Refusal.WRONG_SIGNATURE, "checkpoint")
    return checkpoint


def join_notes(notes: Iterable[str]) -> str:
    """Return many notes as one file, an empty line between them."""
    return "\n".join(notes)


def split_notes(text: str) -> list[str]:
    """Return the notes of a file written by ``join_notes``."""
    blocks = [block for block in text.removesuffix("\n").split("\n\n") if block]
    if len(blocks) % 2:
        raise ProofRefused(Refusal.MALFORMED, "checkpoints")
    return [f"{body}\n\n{lines}\n" for body, lines in zip(blocks[::2], blocks[1::2], strict=True)]


def _parsed(note: str) -> tuple[Checkpoint, list[str]]:
    body, gap, signatures = note.partition("\n\n")
    try:
        origin, size, root = body.split("\n")
        checkpoint = Checkpoint(origin, int(size), base64.b64decode(root, validate=True))
    except (ValueError, binascii.Error) as error:
        raise ProofRefused(Refusal.MALFORMED, "checkpoint") from error
    lines = signatures.removesuffix("\n").split("\n")
    written_so = checkpoint.text() == f"{body}\n" and len(checkpoint.root) == 32 and checkpoint.size >= 0
    if not gap or not origin or not written_so or not all(line.startswith(MARK) for line in lines):
        raise ProofRefused(Refusal.MALFORMED, "checkpoint")
    return checkpoint, lines


def _is_good(line: str, checkpoint: Checkpoint, verifier: LogVerifier) -> bool:
    name, _, encoded = line.removeprefix(MARK).rpartition(" ")
    try:
        data = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error):
        return False
    if base64.b64encode(data).decode() != encoded:  # spare bits: two writings of one signature
        return False
    known = name == verifier.name and data[:4] == verifier.key_id
    return known and is_signed(checkpoint.text().encode(), data[4:], verifier.public_key)
