"""The promise a voter takes home: this envelope is in the log, or will be within a minute.

As in Certificate Transparency the promise comes at once and the log later: nobody waits for a merge. It is one line of
text without spaces, fit for an address and a QR code, and holds neither the choice nor the tracking code, because
addresses stand in request logs::

    KV1.<contest>.<envelope sha256, base64url>.<seconds since 1970 UTC>.<key id>.<Ed25519 signature, base64url>
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from ballots.rules.proofs.refusals import ProofRefused, Refusal
from ballots.rules.proofs.sealing import is_signed, public_key_of, sign

VERSION = "KV1"
# A note (checkpoints) holds no control characters, so nothing signed here can pass for one, nor the other way round.
DOMAIN = b"kilderkin/promise/1\0"
CONTEST = re.compile(r"[A-Za-z0-9_-]{1,64}")
KEY_NAME = re.compile(r"[^\s+]{1,200}")
SECONDS_MAX = 10**11


@dataclass(frozen=True)
class LogKey:
    """The house's key that signs promises and checkpoints. ``name`` is the log's name, without spaces or plus signs."""

    name: str
    seed: bytes

    def __post_init__(self) -> None:
        """Refuse a name that a note cannot hold, and a seed that is not 32 bytes."""
        if not KEY_NAME.fullmatch(self.name):
            raise ProofRefused(Refusal.BAD_KEY, "name")
        public_key_of(self.seed)

    def __repr__(self) -> str:
        """Say which key it is, never the seed."""
        return f"LogKey({self.name!r}, public_key={self.public_key!r})"

    @property
    def public_key(self) -> str:
        """The Ed25519 public key in hexadecimal."""
        return public_key_of(self.seed)

    @cached_property
    def verifier(self) -> "LogVerifier":
        """What others need to check what this key signed."""
        return LogVerifier(self.name, self.public_key)


@dataclass(frozen=True)
class LogVerifier:
    """The public half of a log key. ``vkey`` is its text form (C2SP signed note)."""

    name: str
    public_key: str

    @cached_property
    def key_id(self) -> bytes:
        """The 4 bytes that tell which key signed: of SHA-256(name, line feed, 0x01 for Ed25519, key)."""
        content = self.name.encode() + b"\n\x01" + bytes.fromhex(self.public_key)
        return hashlib.sha256(content).digest()[:4]

    @property
    def vkey(self) -> str:
        """The verifier key as text: ``name+key id+base64(0x01, key)``."""
        encoded = base64.b64encode(b"\x01" + bytes.fromhex(self.public_key)).decode()
        return f"{self.name}+{self.key_id.hex()}+{encoded}"

    @classmethod
    def from_vkey(cls, vkey: str) -> "LogVerifier":
        """Return the verifier written as ``vkey``; ``ProofRefused`` BAD_KEY when it is none."""
        try:
            name, key_id, encoded = vkey.split("+", 2)
            key = base64.b64decode(encoded, validate=True)
        except (ValueError, binascii.Error) as error:
            raise ProofRefused(Refusal.BAD_KEY, "verifier key") from error
        verifier = cls(name, key[1:].hex())
        if len(key) != 33 or key[0] != 1 or not KEY_NAME.fullmatch(name) or verifier.key_id.hex() != key_id:
            raise ProofRefused(Refusal.BAD_KEY, "verifier key")
        return verifier


@dataclass(frozen=True)
class Promise:
    """What the log promises: the envelope with this hash was received for this contest at that second (UTC)."""

    contest: str
    leaf_sha256: str
    received_at: datetime

    def __post_init__(self) -> None:
        """Refuse what the token cannot hold; seconds are whole, because a finer time would tell more than needed."""
        if not CONTEST.fullmatch(self.contest):
            raise ProofRefused(Refusal.MALFORMED, "contest")
        if self.received_at.tzinfo is None or self.received_at.microsecond:
            raise ProofRefused(Refusal.MALFORMED, "time")


def encode(promise: Promise, key: LogKey) -> str:
    """Return the signed promise as one line for the receipt and its QR code."""
    text = _unsigned(promise, key.verifier)
    return f"{text}.{_base64url(sign(DOMAIN + text.encode(), key.seed))}"


def decode(token: str) -> Promise:
    """Return what a token says, *without* asking whether it is signed; ``ProofRefused`` MALFORMED if it is no token."""
    parts = token.split(".")
    if len(parts) != 6 or parts[0] != VERSION or not parts[3].isascii() or not parts[3].isdecimal():
        raise ProofRefused(Refusal.MALFORMED, "receipt")
    leaf, seconds = _from_base64url(parts[2], 32), int(parts[3][:12])
    if seconds > SECONDS_MAX or str(seconds) != parts[3]:
        raise ProofRefused(Refusal.MALFORMED, "receipt")
    return Promise(parts[1], leaf.hex(), datetime.fromtimestamp(seconds, UTC))


def verify(token: str, verifier: LogVerifier) -> Promise:
    """Return the promise of a token that this log signed; ``ProofRefused`` MALFORMED or WRONG_SIGNATURE otherwise."""
    promise = decode(token)
    text, _, signature = token.rpartition(".")
    signed = is_signed(DOMAIN + text.encode(), _from_base64url(signature, 64), verifier.public_key)
    if not signed or text != _unsigned(promise, verifier):
        raise ProofRefused(Refusal.WRONG_SIGNATURE, "receipt")
    return promise


def _unsigned(promise: Promise, verifier: LogVerifier) -> str:
    leaf = _base64url(bytes.fromhex(promise.leaf_sha256))
    return f"{VERSION}.{promise.contest}.{leaf}.{int(promise.received_at.timestamp())}.{verifier.key_id.hex()}"


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _from_base64url(text: str, length: int) -> bytes:
    """Return the bytes; only their one writing is taken, so that a token cannot be rewritten and stay valid."""
    try:
        data = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise ProofRefused(Refusal.MALFORMED, "receipt") from error
    if len(data) != length or _base64url(data) != text:
        raise ProofRefused(Refusal.MALFORMED, "receipt")
    return data
