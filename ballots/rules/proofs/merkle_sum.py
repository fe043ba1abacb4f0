"""A Merkle-sum tree: the announced totals of a resolution bind every member's votes, one path each.

A leaf is (hash of the member's opening, for, against, withheld). A node hashes both children *with the sums of each
child*, so no child can borrow from its sibling (the flaw of trees that hash only the total), and every number in a path
is refused unless it is 0 or more: nobody's votes can be taken away by a negative neighbour, or by an overflow.
Leaves are shuffled by sorting on their hashes and filled up with zero leaves to a power of two, so that a place in
the tree says nothing.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

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


@dataclass(frozen=True)
class SumPath:
    """Proves one leaf: its place from 0, and the sibling at each height from the leaf up."""

    index: int
    siblings: tuple[SumNode, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the path for a member's proof file."""
        return {
            "index": self.index,
            "siblings": [
                [node.digest.hex(), node.sums.votes_for, node.sums.votes_against, node.sums.votes_withheld]
                for node in self.siblings
            ],
        }

    @classmethod
    def from_json(cls, value: Any) -> "SumPath":
        """Return the path written by ``as_json``; ``ProofRefused`` for anything else."""
        try:
            nodes = [
                SumNode(_digest(digest), Sums(pro, contra, held)) for digest, pro, contra, held in value["siblings"]
            ]
            index = value["index"]
        except ProofRefused:
            raise
        except (KeyError, TypeError, ValueError) as error:
            raise ProofRefused(Refusal.MALFORMED, "path") from error
        if type(index) is not int:
            raise ProofRefused(Refusal.MALFORMED, "path")
        return cls(index, tuple(nodes))


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


class SumTree:
    """The tree of a whole resolution, from all (opening hash, votes) and the zero leaves."""

    def __init__(self, leaves: Iterable[tuple[str, Sums]], zeros: Sequence[str] = ()) -> None:
        nodes = [leaf_node(opening, sums) for opening, sums in leaves]
        nodes += [leaf_node(opening, Sums()) for opening in zeros]
        if not nodes or len(nodes) & (len(nodes) - 1):
            raise ProofRefused(Refusal.WRONG_COUNTS, f"{len(nodes)} leaves are no power of two")
        nodes.sort(key=lambda node: node.digest)
        self._places = {node.digest: place for place, node in enumerate(nodes)}
        if len(self._places) != len(nodes):
            raise ProofRefused(Refusal.WRONG_COUNTS, "the same leaf twice")
        self._levels = [nodes]
        while len(nodes) > 1:
            nodes = [parent(left, right) for left, right in zip(nodes[::2], nodes[1::2], strict=True)]
            self._levels.append(nodes)

    @property
    def root(self) -> SumNode:
        """The root: its sums are the totals."""
        return self._levels[-1][0]

    def path(self, opening: str, sums: Sums) -> SumPath:
        """Return the proof of one member's leaf; ``KeyError`` when it is not in the tree."""
        index = self._places[leaf_node(opening, sums).digest]
        siblings = tuple(level[(index >> height) ^ 1] for height, level in enumerate(self._levels[:-1]))
        return SumPath(index, siblings)


def is_in_totals(opening: str, sums: Sums, path: SumPath, root: SumNode) -> bool:
    """Say whether the path proves that these votes are inside the announced totals."""
    if not 0 <= path.index < 1 << len(path.siblings):
        return False
    node = leaf_node(opening, sums)
    try:
        for height, sibling in enumerate(path.siblings):
            node = parent(sibling, node) if path.index >> height & 1 else parent(node, sibling)
    except ProofRefused:  # more votes than can be
        return False
    return node == root


def _width(count: int) -> int:
    return max(LEAVES_MIN, 1 << (count - 1).bit_length() if count else 0)


def _digest(text: object) -> bytes:
    if not is_sha256_hex(text):
        raise ProofRefused(Refusal.MALFORMED, "hash")
    return bytes.fromhex(str(text))
