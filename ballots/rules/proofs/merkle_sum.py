"""A Merkle-sum tree: the announced totals of a resolution bind every member's votes.

A leaf is (hash of the member's opening, for, against, withheld). A node hashes both children *with the sums of each
child*, so no child can borrow from its sibling (the flaw of trees that hash only the total), and every number is
refused unless it is 0 or more: nobody's votes can be taken away by a negative neighbour, or by an overflow.
Leaves are shuffled by sorting on their hashes and filled up with zero leaves to a power of two, so that a place in
the tree says nothing.

Note [No paths]: a member's path through the tree would show the votes of each sibling. Where one voter is alone in a
subtree, that is how a neighbour voted, and holdings stand in the open register. So no path is made for anybody: the
scrutineer signs root and totals, and the independent assessor alone gets the leaves, who make the root again.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ballots.rules.proofs.canonical import is_sha256_hex, sha256_hex
from ballots.rules.proofs.papers import VOTES_MAX, Paper, paper_bytes
from ballots.rules.proofs.refusals import ProofRefused, Refusal

LEAF, NODE = b"\x00kilderkin/sum/1\0", b"\x01kilderkin/sum/1\0"
LEAVES_MIN = 16  # a handful of voters is spread among zero leaves


@dataclass(frozen=True)
class Sums:
    """Votes for, against and withheld, each from 0 to ``VOTES_MAX``."""

    votes_for: int = 0
    votes_against: int = 0
    votes_withheld: int = 0

    def __post_init__(self) -> None:
        """Refuse numbers below zero and numbers whose sum might overflow."""
        for number in (self.votes_for, self.votes_against, self.votes_withheld):
            if type(number) is not int or number < 0:
                raise ProofRefused(Refusal.NEGATIVE, "votes")
            if number > VOTES_MAX:
                raise ProofRefused(Refusal.TOO_MANY_VOTES, "votes")

    def __add__(self, other: "Sums") -> "Sums":
        """Return both together; ``ProofRefused`` when that is more than ``VOTES_MAX``."""
        return Sums(
            self.votes_for + other.votes_for,
            self.votes_against + other.votes_against,
            self.votes_withheld + other.votes_withheld,
        )

    def encoded(self) -> bytes:
        """Return the three numbers as 8 bytes each, big end first."""
        return b"".join(n.to_bytes(8, "big") for n in (self.votes_for, self.votes_against, self.votes_withheld))


@dataclass(frozen=True)
class SumNode:
    """A place in the tree: its hash and what is under it."""

    digest: bytes
    sums: Sums


def opening_sha256(paper: Paper) -> str:
    """Return the hash of a member's opening: the named paper itself. Its code is the 100 random bits that hide it."""
    return sha256_hex(paper_bytes(paper))


def leaf_node(opening: str, sums: Sums) -> SumNode:
    """Return the leaf of an opening's hash (hexadecimal) and its votes."""
    return SumNode(hashlib.sha256(LEAF + _digest(opening) + sums.encoded()).digest(), sums)


def parent(left: SumNode, right: SumNode) -> SumNode:
    """Return the node over two children, binding the sums of each."""
    content = NODE + left.digest + left.sums.encoded() + right.digest + right.sums.encoded()
    return SumNode(hashlib.sha256(content).digest(), left.sums + right.sums)


def zero_leaves(count: int, secret: bytes, contest: str) -> list[str]:
    """Return the opening hashes of the zero leaves that fill up a tree of ``count`` voters.

    They come from the scrutineer's secret, so only who has the list can tell them from a member's.
    """
    return [
        hmac.new(secret, f"kilderkin/zero-leaf/1\0{contest}\0{number}".encode(), hashlib.sha256).hexdigest()
        for number in range(_width(count) - count)
    ]


def sum_root(leaves: Iterable[tuple[str, Sums]], zeros: Sequence[str] = ()) -> SumNode:
    """Return the root of the tree over all (opening hash, votes) and the zero leaves; its sums are the totals.

    ``ProofRefused`` WRONG_COUNTS unless they are a power of two and all different.
    """
    level = [leaf_node(opening, sums) for opening, sums in leaves]
    level += [leaf_node(opening, Sums()) for opening in zeros]
    if not level or len(level) & (len(level) - 1):
        raise ProofRefused(Refusal.WRONG_COUNTS, f"{len(level)} leaves are no power of two")
    if len({node.digest for node in level}) != len(level):
        raise ProofRefused(Refusal.WRONG_COUNTS, "the same leaf twice")
    level.sort(key=lambda node: node.digest)
    while len(level) > 1:
        level = [parent(left, right) for left, right in zip(level[::2], level[1::2], strict=True)]
    return level[0]


def _width(count: int) -> int:
    return max(LEAVES_MIN, 1 << (count - 1).bit_length() if count else 0)


def _digest(text: object) -> bytes:
    if not is_sha256_hex(text):
        raise ProofRefused(Refusal.MALFORMED, "hash")
    return bytes.fromhex(str(text))
