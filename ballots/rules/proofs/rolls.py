"""The hashes published before the first vote: who may vote with how many votes, and by which rules.

Note [Roll hash]: the published roll is a file of salted hashes and votes, and its hash is that of the file, so
``sha256sum roll.csv`` shows it. The salt stays in the house: whoever learns the public id of an entry cannot look up
its votes.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ballots.rules.proofs.canonical import canonical_bytes, sha256_hex
from ballots.rules.proofs.papers import VOTES_MAX
from ballots.rules.proofs.refusals import ProofRefused, Refusal

ROLL_HEAD = "entry,votes\n"
SALT_BYTES = 16
DOMAIN = b"kilderkin/roll-entry/1\0"
OPTION = re.compile(r"[A-Za-z0-9_-]{1,64}")


def entry_sha256(salt: bytes, entry: str) -> str:
    """Return the salted hash under which a roll entry (its public id) stands in the published roll."""
    if len(salt) != SALT_BYTES:
        raise ProofRefused(Refusal.BAD_KEY, "salt")
    return hashlib.sha256(DOMAIN + salt + entry.encode()).hexdigest()


def roll_csv(salt: bytes, entries: Iterable[tuple[str, int]]) -> bytes:
    """Return the published roll: ``entry,votes``, one line for each (public id, votes), sorted by the salted hash."""
    votes_of: dict[str, int] = {}
    for entry, votes in entries:
        if not 0 < votes <= VOTES_MAX:
            raise ProofRefused(Refusal.NEGATIVE, "votes of a roll entry")
        hidden = entry_sha256(salt, entry)
        if hidden in votes_of:
            raise ProofRefused(Refusal.WRONG_ROLL, "an entry twice")
        votes_of[hidden] = votes
    return (ROLL_HEAD + "".join(f"{hidden},{votes_of[hidden]}\n" for hidden in sorted(votes_of))).encode()


def roll_sha256(salt: bytes, entries: Iterable[tuple[str, int]]) -> str:
    """Return the hash of the roll: that of the file ``roll.csv`` as published, so ``sha256sum`` shows it too."""
    return sha256_hex(roll_csv(salt, entries))


@dataclass(frozen=True)
class ContestRules:
    """What is frozen before opening, as the verifier expects to read it. Moments as ISO 8601 text in UTC.

    ``method``: plurality, approval, irv, scottish-stv, schulze, resolution. ``kind``: secret or named. ``options``:
    (public id, name), in the order of the paper, empty for a resolution. ``choices_max``: how many a paper may name.
    ``log_vkey``: ``LogVerifier.vkey``. ``origin``: ``checkpoints.log_origin``. ``more``: whatever else is to be bound
    (promise, tie rule, question, closing time): text, whole numbers, lists.
    """

    contest: str
    title: str
    method: str
    kind: str
    majority: str
    weighting: str
    seats: int
    choices_max: int
    options: tuple[tuple[str, str], ...]
    roll_sha256: str
    log_vkey: str
    origin: str
    scrutineer: str
    scrutineer_key: str
    more: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Return the rules as they are hashed and published."""
        named = {name: getattr(self, name) for name in self.__dataclass_fields__ if name not in ("options", "more")}
        options = [{"id": option, "name": name} for option, name in self.options]
        return {"v": 1, **named, "options": options, "more": dict(self.more)}


def contest_rules_sha256(rules: Mapping[str, Any]) -> str:
    """Return the hash of a contest's rules: of their canonical writing, which is the published ``rules.json``."""
    return sha256_hex(canonical_bytes(dict(rules)))
