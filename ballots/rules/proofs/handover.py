"""The file the office gives to the scrutineer: sealed envelopes without names, in an order that says nothing.

Envelopes are sorted by their SHA-256, which depends on the random ephemeral key inside each: a shuffle that gives the
same file when it is made again. Whose envelope it was stays with the office, what is in it with the scrutineer.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ballots.rules.proofs.canonical import canonical_bytes, is_sha256_hex, parse_canonical, sha256_hex
from ballots.rules.proofs.papers import Kind, Paper, Ranking
from ballots.rules.proofs.refusals import ProofRefused, Refusal, Spoiled

VERSION = 1
BOX_FIELDS = {
    "contest",
    "kind",
    "rules_sha256",
    "roll_sha256",
    "scrutineer_key",
    "options",
    "choices_max",
    "votes",
}


@dataclass(frozen=True)
class Box:
    """What a paper must fit. ``options`` and ``choices_max`` of a secret contest; ``votes`` of a named one.

    ``votes``: roll entry (public id) to the votes it holds. ``scrutineer_key``: public key in hexadecimal.
    """

    contest: str
    kind: Kind
    rules_sha256: str
    roll_sha256: str
    scrutineer_key: str
    options: tuple[str, ...] = ()
    choices_max: int = 0
    votes: Mapping[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as they stand in the handover."""
        return {
            "contest": self.contest,
            "kind": str(self.kind),
            "rules_sha256": self.rules_sha256,
            "roll_sha256": self.roll_sha256,
            "scrutineer_key": self.scrutineer_key,
            "options": list(self.options),
            "choices_max": self.choices_max,
            "votes": dict(self.votes),
        }


@dataclass(frozen=True)
class Handover:
    """A handover as read: the box, its envelopes by their hash, and the hash of the handover itself."""

    box: Box
    envelopes: Mapping[str, bytes]
    sha256: str


def envelope_sha256(sealed: bytes) -> str:
    """Return the hash of an envelope: its name in the log, in receipts and in what comes back."""
    return hashlib.sha256(sealed).hexdigest()


def write_handover(box: Box, envelopes: Iterable[bytes]) -> bytes:
    """Return the handover file of all envelopes; DUPLICATE_ENVELOPE when one lies there twice."""
    by_hash: dict[str, bytes] = {}
    for sealed in envelopes:
        sha256 = envelope_sha256(sealed)
        if sha256 in by_hash:
            raise ProofRefused(Refusal.DUPLICATE_ENVELOPE, sha256)
        by_hash[sha256] = sealed
    content = {
        "v": VERSION,
        **box.as_dict(),
        "envelopes": [base64.b64encode(by_hash[sha256]).decode() for sha256 in sorted(by_hash)],
        "count": len(by_hash),
    }
    return canonical_bytes({**content, "sha256": sha256_hex(canonical_bytes(content))})


def read_handover(data: bytes) -> Handover:
    """Return what a handover file says.

    ``ProofRefused``: MALFORMED or NOT_CANONICAL (no handover), ALTERED (its hash is another), WRONG_COUNTS,
    DUPLICATE_ENVELOPE.
    """
    fields = parse_canonical(data)
    if not isinstance(fields, dict) or set(fields) != BOX_FIELDS | {"v", "envelopes", "count", "sha256"}:
        raise ProofRefused(Refusal.MALFORMED, "not a handover")
    sha256 = fields.pop("sha256")
    if sha256 != sha256_hex(canonical_bytes(fields)):
        raise ProofRefused(Refusal.ALTERED, "handover")
    if fields["v"] != VERSION:
        raise ProofRefused(Refusal.MALFORMED, "version")
    envelopes: dict[str, bytes] = {}
    for sealed in _envelopes(fields["envelopes"]):
        name = envelope_sha256(sealed)
        if name in envelopes:
            raise ProofRefused(Refusal.DUPLICATE_ENVELOPE, name)
        envelopes[name] = sealed
    if fields["count"] != len(envelopes):
        raise ProofRefused(Refusal.WRONG_COUNTS, "envelopes")
    return Handover(_box(fields), envelopes, sha256)


def misfit(paper: Paper, box: Box) -> Spoiled | None:
    """Return why the paper does not fit the box, or None when it is valid.

    A blank ranking and a split of no votes are valid papers that say nothing. Several papers of one voter or code are
    found by ``opening``, which sees them all.
    """
    if paper.contest != box.contest:
        return Spoiled.WRONG_CONTEST
    choice = paper.choice
    if isinstance(choice, Ranking) != (box.kind == Kind.SECRET):
        return Spoiled.WRONG_KIND
    if isinstance(choice, Ranking):
        if len(set(choice.options)) != len(choice.options):
            return Spoiled.DUPLICATE_OPTION
        if not set(choice.options) <= set(box.options):
            return Spoiled.UNKNOWN_OPTION
        return Spoiled.TOO_MANY_CHOICES if len(choice.options) > box.choices_max else None
    if choice.entry not in box.votes:
        return Spoiled.UNKNOWN_ENTRY
    used = choice.votes_for + choice.votes_against + choice.votes_withheld
    return Spoiled.MORE_THAN_HELD if used > box.votes[choice.entry] else None


def _envelopes(values: Any) -> Iterable[bytes]:
    if not isinstance(values, list):
        raise ProofRefused(Refusal.MALFORMED, "envelopes")
    for value in values:
        try:
            yield base64.b64decode(value, validate=True)
        except (TypeError, ValueError, binascii.Error) as error:
            raise ProofRefused(Refusal.MALFORMED, "envelopes") from error


def _box(fields: dict[str, Any]) -> Box:
    options, votes, most = fields["options"], fields["votes"], fields["choices_max"]
    hashes = (fields["rules_sha256"], fields["roll_sha256"], fields["scrutineer_key"])
    sound = (
        isinstance(fields["contest"], str)
        and fields["kind"] in list(Kind)
        and all(map(is_sha256_hex, hashes))
        and isinstance(options, list)
        and all(isinstance(option, str) for option in options)
        and type(most) is int
        and isinstance(votes, dict)
        and all(type(number) is int and number > 0 for number in votes.values())
    )
    if not sound:
        raise ProofRefused(Refusal.MALFORMED, "not a handover")
    return Box(fields["contest"], Kind(fields["kind"]), *hashes, tuple(options), most, votes)
