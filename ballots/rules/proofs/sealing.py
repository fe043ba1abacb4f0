"""Sealing a paper to the scrutineer, and the key that opens it.

One seed of 32 random bytes is the whole key. As an Ed25519 key it signs what the scrutineer returns; its public half,
converted to Curve25519 (libsodium's ``crypto_sign_ed25519_pk_to_curve25519``), seals envelopes as NaCl sealed boxes
(``crypto_box_seal``: an ephemeral key per envelope, so the sender cannot open it again and equal papers look unlike).
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from nacl.exceptions import CryptoError
from nacl.public import PublicKey, SealedBox
from nacl.signing import SigningKey, VerifyKey

from ballots.rules.proofs.canonical import is_sha256_hex
from ballots.rules.proofs.refusals import ProofRefused, Refusal

SEED_BYTES = 32
SEAL_BYTES = 48  # what a sealed box is longer than its content: ephemeral key 32, authenticator 16


@dataclass(frozen=True)
class ScrutineerKey:
    """The scrutineer's key: never on the web side, never in a database."""

    name: str
    created_on: str
    seed: bytes

    def __post_init__(self) -> None:
        """Refuse a seed that is not 32 bytes."""
        _signing_key(self.seed)

    def __repr__(self) -> str:
        """Say whose key it is, never the seed."""
        return f"ScrutineerKey({self.name!r}, {self.created_on!r}, public_key={self.public_key!r})"

    @property
    def public_key(self) -> str:
        """The public half in hexadecimal: what envelopes are sealed to and signatures are checked with."""
        return public_key_of(self.seed)


def new_seed() -> bytes:
    """Return the 32 random bytes of a new key."""
    return secrets.token_bytes(SEED_BYTES)


def public_key_of(seed: bytes) -> str:
    """Return the Ed25519 public key of a seed in hexadecimal."""
    return _signing_key(seed).verify_key.encode().hex()


def seal(plaintext_padded: bytes, public_key: str) -> bytes:
    """Return the envelope: only the holder of the seed can open it. BAD_KEY when the key is none.

    The envelope is ``SEAL_BYTES`` longer than what goes in, so pad first.
    """
    return _sealing_box(public_key).encrypt(plaintext_padded)


def open_sealed(sealed: bytes, seed: bytes) -> bytes:
    """Return what was sealed, still padded; CANNOT_BE_OPENED when it was sealed to another key, or changed."""
    return opener(seed)(sealed)


def opener(seed: bytes) -> Callable[[bytes], bytes]:
    """Return ``open_sealed`` for one seed, whose conversion costs as much as opening an envelope."""
    box = SealedBox(_signing_key(seed).to_curve25519_private_key())

    def opened(sealed: bytes) -> bytes:
        try:
            return box.decrypt(sealed)
        except (CryptoError, ValueError) as error:
            raise ProofRefused(Refusal.CANNOT_BE_OPENED) from error

    return opened


def sign(message: bytes, seed: bytes) -> bytes:
    """Return the 64 bytes of the Ed25519 signature."""
    return _signing_key(seed).sign(message).signature


def is_signed(message: bytes, signature: bytes, public_key: str) -> bool:
    """Say whether the signature over the message is by the holder of that key (hexadecimal)."""
    try:
        _verify_key(public_key).verify(message, signature)
    except (CryptoError, ValueError):
        return False
    return True


@lru_cache(maxsize=16)
def _sealing_box(public_key: str) -> SealedBox[PublicKey]:
    """Kept, because the conversion of the same public key would be repeated for every vote."""
    try:
        return SealedBox(_verify_key(public_key).to_curve25519_public_key())
    except (CryptoError, RuntimeError) as error:  # a point libsodium does not convert
        raise ProofRefused(Refusal.BAD_KEY, "public key") from error


@lru_cache(maxsize=16)
def _signing_key(seed: bytes) -> SigningKey:
    """Kept, because working out the key from its seed takes as long as signing; who asks holds the seed anyway."""
    if len(seed) != SEED_BYTES:
        raise ProofRefused(Refusal.BAD_KEY, "seed")
    return SigningKey(seed)


def _verify_key(public_key: str) -> VerifyKey:
    if not is_sha256_hex(public_key):  # 32 bytes in lower-case hexadecimal
        raise ProofRefused(Refusal.BAD_KEY, "public key")
    return VerifyKey(bytes.fromhex(public_key))
