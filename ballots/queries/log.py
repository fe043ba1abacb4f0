"""The log of envelopes as a tree, and where an envelope stands in it."""

from functools import lru_cache

from ballots.models import Checkpoint, Contest, LogLeaf
from ballots.rules.proofs.merkle import MerkleTree


def tree_of(contest: Contest, *, size: int | None = None) -> MerkleTree:
    """Return the tree over the hashes of all envelopes that have a place, the first ``size`` of them when given."""
    leaves = LogLeaf.objects.filter(contest=contest, position__isnull=False).order_by("position")
    hashes = leaves.values_list("sha256", flat=True)
    return MerkleTree.of_hex(hashes if size is None else hashes[:size])


def last_checkpoint(contest: Contest) -> Checkpoint | None:
    """Return the newest signed checkpoint; every envelope that has a place is inside it."""
    return Checkpoint.objects.filter(contest=contest).order_by("-size").first()


def inclusion_path(contest: Contest, position: int, checkpoint: Checkpoint) -> list[str]:
    """Return the path of RFC 9162 from the envelope at ``position`` to the root that the checkpoint signs."""
    tree = _remembered(contest.pk, checkpoint.size, checkpoint.root)
    return [node.hex() for node in tree.inclusion_proof(position)]


@lru_cache(maxsize=2)
def _remembered(contest_id: int, size: int, root: str) -> MerkleTree:
    """After the close everybody asks for a proof of the same tree; the root in the key says which one it is."""
    return tree_of(Contest(pk=contest_id), size=size)
