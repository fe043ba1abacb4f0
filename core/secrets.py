"""Texts that only this house can read, and marks by which it knows them again.

Note [Keys]: every purpose has keys of its own, derived from `SECRET_KEY` by HKDF (RFC 5869), so that what one room
sealed no other opens by mistake. Sealing uses the newest key; opening and knowing again try `SECRET_KEY_FALLBACKS`,
too, so a key can be changed without losing what was sealed before.
"""

import base64
import hmac
from functools import lru_cache
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.encoding import force_bytes


class NotSealedHere(Exception):
    """None of our keys opens the token: it is damaged, of another purpose, or its key was thrown away."""


def seal(text: str, *, purpose: str) -> str:
    """Return the text encrypted and authenticated (Fernet: AES-128-CBC, HMAC-SHA256), never twice the same."""
    return _safe(purpose).encrypt(text.encode()).decode()


def unseal(token: str, *, purpose: str) -> str:
    """Return what was sealed for the purpose; raise `NotSealedHere`."""
    try:
        return _safe(purpose).decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise NotSealedHere from error


def fingerprint(text: str, *, purpose: str) -> str:
    """Return HMAC-SHA256 as 64 hex digits: equal texts are known by it, and nobody without our key can try them out.

    It changes with `SECRET_KEY`; to know an old one again ask `is_fingerprint_of`.
    """
    return _fingerprints(text, purpose)[0]


def is_fingerprint_of(mark: str, text: str, *, purpose: str) -> bool:
    """Return whether the mark was made of the text with any of our keys."""
    return any(hmac.compare_digest(mark, made) for made in _fingerprints(text, purpose))


def _fingerprints(text: str, purpose: str) -> list[str]:
    keys = [_derived(secret, f"{purpose}.fingerprint") for secret in _secrets()]
    return [hmac.new(key, text.encode(), sha256).hexdigest() for key in keys]


def _safe(purpose: str) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(secret, purpose))) for secret in _secrets()])


def _secrets() -> list[str | bytes]:
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


@lru_cache(maxsize=64)
def _derived(secret: str | bytes, purpose: str) -> bytes:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"kilderkin.{purpose}".encode())
    return key.derive(force_bytes(secret))
