"""What a receipt proves: for whoever holds it, and with nothing in it about anybody.

Note [Replaced is said late]: while a vote runs, a receipt's page says that the envelope is in the log and no more. A
member who was made to show a receipt can still vote again, and the page must not tell on them. Once the result is
declared the bundle lists every envelope that was opened, so the page says then what everybody can look up.
"""

from dataclasses import dataclass
from typing import Any, Literal

from ballots.enums import ContestState
from ballots.models import Checkpoint, Contest, Envelope, LogLeaf, SpoiledEnvelope
from ballots.queries.log import inclusion_path, last_checkpoint
from ballots.rules.proofs.receipts import LogVerifier, Promise, decode, verify
from ballots.rules.proofs.refusals import ProofRefused, Refusal

Fate = Literal["unsaid", "counted", "spoiled", "replaced"]


@dataclass(frozen=True)
class CheckedReceipt:
    """A genuine receipt; ``leaf`` None: promised but not in the log, which must never be; ``fate`` as the note says."""

    promise: Promise
    contest: Contest
    leaf: LogLeaf | None
    checkpoint: Checkpoint | None
    fate: Fate
    spoiled_reason: str

    @property
    def is_placed(self) -> bool:
        """Whether a signed checkpoint covers the envelope."""
        return self.leaf is not None and self.leaf.position is not None and self.checkpoint is not None


def checked_receipt(token: str) -> CheckedReceipt:
    """Return what the receipt's promise is worth. Raises ``ProofRefused``: MALFORMED, or WRONG_SIGNATURE for a forgery.

    It is judged by the log's key as it was frozen in the rules of its contest, whatever key signs today.
    """
    contest = _contest_of(decode(token))
    promise = verify(token, LogVerifier.from_vkey(contest.rules["log_vkey"]))
    leaf = LogLeaf.objects.filter(contest=contest, sha256=promise.leaf_sha256).first()
    fate, reason = _fate(contest, promise)
    return CheckedReceipt(promise, contest, leaf, last_checkpoint(contest), fate, reason)


def _contest_of(promise: Promise) -> Contest:
    rows = Contest.objects.exclude(state=ContestState.DRAFT).select_related("item__meeting", "publication")
    contest = rows.filter(public_id=promise.contest).first()
    if contest is None:
        raise ProofRefused(Refusal.WRONG_SIGNATURE, "receipt")
    return contest


def _fate(contest: Contest, promise: Promise) -> tuple[Fate, str]:
    if contest.state != ContestState.DECLARED:
        return "unsaid", ""
    if not Envelope.objects.filter(contest=contest, sha256=promise.leaf_sha256).exists():
        return "replaced", ""
    spoiled = SpoiledEnvelope.objects.filter(contest=contest, sha256=promise.leaf_sha256).first()
    return ("spoiled", spoiled.reason) if spoiled else ("counted", "")


def inclusion_proof(receipt: CheckedReceipt, token: str) -> dict[str, Any]:
    """Return the proof of RFC 9162 that the envelope is in the log, with the signed checkpoint it leads to."""
    leaf, checkpoint = receipt.leaf, receipt.checkpoint
    if leaf is None or leaf.position is None or checkpoint is None:
        raise ValueError("An envelope that has no place in the log yet has no proof.")
    return {
        "v": 1,
        "receipt": token,
        "leaf": leaf.sha256,
        "index": leaf.position,
        "size": checkpoint.size,
        "path": inclusion_path(receipt.contest, leaf.position, checkpoint),
        "checkpoint": checkpoint.note,
        "log_vkey": receipt.contest.rules["log_vkey"],
    }
