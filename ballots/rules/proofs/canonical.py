"""One way to write a thing as bytes, so that its hash means the thing and nothing else.

Canonical JSON here: keys sorted by code point, no spaces, UTF-8, every text in Unicode normal form C, and only text,
whole numbers, lists, objects, true, false and null. No floats: their writing differs between languages.
"""

import hashlib
import json
import unicodedata
from typing import Any

from ballots.rules.proofs.refusals import ProofRefused, Refusal

DEPTH_MAX = 32


def canonical_bytes(value: Any) -> bytes:
    """Return the one canonical writing of ``value``; ``ProofRefused`` NOT_CANONICAL for anything it cannot hold."""
    tidy = _tidy(value, depth=0)
    text = json.dumps(tidy, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:  # half of a surrogate pair is no character
        raise ProofRefused(Refusal.NOT_CANONICAL, "a text that is no Unicode") from error


def parse_canonical(data: bytes) -> Any:
    """Return the value whose canonical writing ``data`` is; ``ProofRefused`` when it is written in any other way.

    So two different files never say the same, and a key cannot stand there twice.
    """
    try:
        value = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ProofRefused(Refusal.MALFORMED, "no JSON") from error
    if canonical_bytes(value) != data:
        raise ProofRefused(Refusal.NOT_CANONICAL, "another writing of the same")
    return value


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of the bytes in lower-case hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def is_sha256_hex(value: object) -> bool:
    """Say whether the value is a SHA-256 in lower-case hexadecimal."""
    return isinstance(value, str) and len(value) == 64 and set(value) <= set("0123456789abcdef")


def _tidy(value: Any, *, depth: int) -> Any:
    if depth > DEPTH_MAX:
        raise ProofRefused(Refusal.NOT_CANONICAL, "nested too deeply")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list | tuple):
        return [_tidy(item, depth=depth + 1) for item in value]
    if isinstance(value, dict):
        tidy = {_key(key): _tidy(item, depth=depth + 1) for key, item in value.items()}
        if len(tidy) != len(value):
            raise ProofRefused(Refusal.NOT_CANONICAL, "a key twice")
        return tidy
    raise ProofRefused(Refusal.NOT_CANONICAL, type(value).__name__)


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise ProofRefused(Refusal.NOT_CANONICAL, "a key that is no text")
    return unicodedata.normalize("NFC", key)
