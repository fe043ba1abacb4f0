"""A paper as it lies in its envelope, the code that finds it again, and the one length all envelopes of a contest have.

A secret paper (beer ballots) is ``{"v":1,"contest","code","choices":[option ids in order]}``; a named paper
(resolutions) ``{"v":1,"contest","code","entry","for","against","withheld","capacity"}``. Nothing else may stand in it.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ballots.rules.proofs.canonical import canonical_bytes, parse_canonical
from ballots.rules.proofs.refusals import ProofRefused, Refusal

VERSION = 1
CAST_ID_BYTES = 16
CODE_DIGITS, CODE_GROUP = 20, 5  # 20 x 5 bits = 100 bits
CODE_LENGTH = CODE_DIGITS + CODE_DIGITS // CODE_GROUP - 1
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
MISREAD = str.maketrans("OIL", "011")
VOTES_MAX = 2**63 - 1  # what a bigint of the database holds
PAD_TO = 64  # envelopes of similar contests share a length as well
PAD_MARK = b"\x80"
CODE_DOMAIN = b"kilderkin/tracking-code/1\0"
REQUEST_DOMAIN = b"kilderkin/cast-request/1\0"


class Kind(StrEnum):
    """Which paper a contest uses."""

    SECRET = "secret"  # noqa: S105 the word, not a password
    NAMED = "named"


class Capacity(StrEnum):
    """In which capacity a named paper was cast."""

    SELF = "self"
    PROXY = "proxy"
    REPRESENTATIVE = "representative"
    ADVANCE = "advance"


@dataclass(frozen=True)
class Ranking:
    """The choice of a secret paper: public ids of options, the first preference first; approval in any order."""

    options: tuple[str, ...]


@dataclass(frozen=True)
class Split:
    """The choice of a named paper: votes of one roll entry; the unused rest is not written down."""

    entry: str
    votes_for: int
    votes_against: int
    votes_withheld: int
    capacity: Capacity = Capacity.SELF


Choice = Ranking | Split


@dataclass(frozen=True)
class Paper:
    """What one opened envelope says."""

    contest: str
    code: str
    choice: Choice


def canonical_choice(choice: Choice) -> bytes:
    """Return the canonical writing of a choice, which the tracking code and the request's hash bind."""
    return canonical_bytes(choice_fields(choice))


def choice_fields(choice: Choice) -> dict[str, Any]:
    """Return the choice as the fields it has inside a paper."""
    if isinstance(choice, Ranking):
        return {"choices": list(choice.options)}
    return {
        "entry": choice.entry,
        "for": choice.votes_for,
        "against": choice.votes_against,
        "withheld": choice.votes_withheld,
        "capacity": str(choice.capacity),
    }


def tracking_code(cast_id: bytes, contest: str, canonical: bytes) -> str:
    """Return the code a voter finds the own paper by: the first 100 bits of HMAC-SHA256(cast_id, contest, choice).

    The form's random ``cast_id`` (16 bytes) is the key and is kept by nobody but the voter's browser, so the code
    cannot be computed from what the server keeps, and the same paper sent again has the same code.
    Written in Crockford's base 32 in groups of five: ``7QK4M-0ZT2R-9XW5B-H3N6D``.
    """
    _check_cast_id(cast_id)
    digest = hmac.new(cast_id, CODE_DOMAIN + contest.encode() + b"\0" + canonical, hashlib.sha256).digest()
    bits = int.from_bytes(digest, "big") >> (256 - 5 * CODE_DIGITS)
    digits = [ALPHABET[bits >> (5 * place) & 31] for place in reversed(range(CODE_DIGITS))]
    return _grouped("".join(digits))


def tidy_code(text: str) -> str:
    """Return a code as a person typed it in its printed form, or an empty text when it cannot be one.

    Small letters, spaces and hyphens anywhere, and O, I, L for 0, 1, 1 are understood.
    """
    digits = "".join(text.split()).replace("-", "").upper().translate(MISREAD)
    return _grouped(digits) if len(digits) == CODE_DIGITS and set(digits) <= set(ALPHABET) else ""


def request_sha256(cast_id: bytes, contest: str, canonical: bytes) -> str:
    """Return the hash by which the server knows a request again: it tells neither the code nor the choice.

    Without the 128 random bits of ``cast_id`` nobody can try out which choice it was.
    """
    _check_cast_id(cast_id)
    return hashlib.sha256(REQUEST_DOMAIN + cast_id + contest.encode() + b"\0" + canonical).hexdigest()


def paper_bytes(paper: Paper) -> bytes:
    """Return the canonical plaintext of a paper."""
    return canonical_bytes({"v": VERSION, "contest": paper.contest, "code": paper.code, **choice_fields(paper.choice)})


def read_paper(data: bytes) -> Paper:
    """Return the paper written in ``data``; ``ProofRefused`` MALFORMED or NOT_CANONICAL for anything but a whole paper.

    Whether options exist, stand once and fit the contest is asked by ``opening``, which knows the rules.
    """
    fields = parse_canonical(data)
    if not isinstance(fields, dict) or fields.pop("v", None) != VERSION:
        raise ProofRefused(Refusal.MALFORMED, "not a paper of version 1")
    contest, code = fields.pop("contest", None), fields.pop("code", None)
    if not isinstance(contest, str) or not isinstance(code, str) or tidy_code(code) != code:
        raise ProofRefused(Refusal.MALFORMED, "contest or code")
    return Paper(contest, code, read_choice(fields))


def read_choice(fields: dict[str, Any]) -> Choice:
    """Return the choice written in these fields, of which there may be no others; else ``ProofRefused`` MALFORMED."""
    if set(fields) == {"choices"}:
        choices = fields["choices"]
        if isinstance(choices, list) and all(isinstance(option, str) for option in choices):
            return Ranking(tuple(choices))
    elif set(fields) == {"entry", "for", "against", "withheld", "capacity"}:
        votes = (fields["for"], fields["against"], fields["withheld"])
        whole = all(type(number) is int and 0 <= number <= VOTES_MAX for number in votes)
        if whole and isinstance(fields["entry"], str) and fields["capacity"] in list(Capacity):
            return Split(fields["entry"], *votes, capacity=Capacity(fields["capacity"]))
    raise ProofRefused(Refusal.MALFORMED, "choice")


def padded_length(contest: str, *, options: Sequence[str] = (), choices_max: int = 0, entry: str = "") -> int:
    """Return the one length in bytes to which every paper of the contest is padded before sealing.

    Secret contests give ``options`` (and ``choices_max`` where fewer than all may be named), named ones ``entry``, any
    roll entry's public id: all are equally long. It is the longest possible paper plus the mark, rounded up to 64.
    """
    choice: Choice
    if entry:
        choice = Split(entry, VOTES_MAX, VOTES_MAX, VOTES_MAX, max(Capacity, key=len))
    else:
        longest = sorted(options, key=lambda option: len(canonical_bytes(option)), reverse=True)
        choice = Ranking(tuple(longest[: choices_max or len(longest)]))
    needed = len(paper_bytes(Paper(contest, "0" * CODE_LENGTH, choice))) + len(PAD_MARK)
    return -(-needed // PAD_TO) * PAD_TO


def pad(data: bytes, length: int) -> bytes:
    """Return the data padded to ``length`` bytes by ISO/IEC 7816-4 (0x80, then zeros); TOO_LONG if it does not fit."""
    if len(data) + len(PAD_MARK) > length:
        raise ProofRefused(Refusal.TOO_LONG, f"{len(data)} of {length - len(PAD_MARK)} bytes")
    return (data + PAD_MARK).ljust(length, b"\0")


def unpad(padded: bytes) -> bytes:
    """Return what was padded; ``ProofRefused`` MALFORMED when there is no mark."""
    data, mark, rest = padded.rpartition(PAD_MARK)
    if not mark or rest.strip(b"\0"):
        raise ProofRefused(Refusal.MALFORMED, "padding")
    return data


def _check_cast_id(cast_id: bytes) -> None:
    if len(cast_id) != CAST_ID_BYTES:
        raise ProofRefused(Refusal.MALFORMED, "cast id")


def _grouped(digits: str) -> str:
    return "-".join(digits[start : start + CODE_GROUP] for start in range(0, CODE_DIGITS, CODE_GROUP))
