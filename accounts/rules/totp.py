"""Time-based one-time passwords as RFC 6238 describes them: HMAC-SHA-1, six digits, 30 seconds."""

import base64
import hmac
import struct
from hashlib import sha1

PERIOD_SECONDS = 30
DIGITS = 6
STEPS_OFF_MAX = 1  # a phone may be half a minute off (RFC 6238, section 5.2)


def code_at(secret: str, counter: int) -> str:
    """Return the code of the base32 secret for a counter (RFC 4226, section 5.3)."""
    digest = hmac.new(base64.b32decode(secret, casefold=True), struct.pack(">Q", counter), sha1).digest()
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def counter_at(seconds: float) -> int:
    """Return the counter of a moment, given in seconds since 1970."""
    return int(seconds) // PERIOD_SECONDS


def matching_counter(secret: str, code: str, seconds: float) -> int | None:
    """Return the counter whose code this is, at most one step off; None when it is none of them."""
    now = counter_at(seconds)
    for counter in range(now - STEPS_OFF_MAX, now + STEPS_OFF_MAX + 1):
        if hmac.compare_digest(code_at(secret, counter).encode(), code.encode()):
            return counter
    return None


def typed_digits(text: str) -> str:
    """Return what somebody typed without the spaces and dashes people put into codes."""
    return "".join(character for character in text if character not in " -\u00a0").strip()
