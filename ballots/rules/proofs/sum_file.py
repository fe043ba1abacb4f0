"""A Merkle-sum tree as one file, so that a member's path is read and not computed from everybody's votes again.

Level after level from the leaves to the root, each node as its hash (32 bytes) and its three sums (8 bytes each, big
end first); the leaves lie sorted by hash. A tree of 200,000 voters is some 29 MB.
"""

from bisect import bisect_left
from collections.abc import Iterable

from ballots.rules.proofs.merkle_sum import SumNode, SumPath, Sums, leaf_node, parent

HASH_BYTES, SUM_BYTES = 32, 8
NODE_BYTES = HASH_BYTES + 3 * SUM_BYTES


def sum_file(leaves: Iterable[tuple[str, Sums]], zeros: Iterable[str]) -> bytes:
    """Return the file of the tree over (opening hash, votes) and zero leaves, together a power of two."""
    level = [leaf_node(opening, sums) for opening, sums in leaves]
    level += [leaf_node(opening, Sums()) for opening in zeros]
    level.sort(key=lambda node: node.digest)
    nodes = list(level)
    while len(level) > 1:
        level = [parent(left, right) for left, right in zip(level[::2], level[1::2], strict=True)]
        nodes += level
    return b"".join(node.digest + node.sums.encoded() for node in nodes)


class SumFile:
    """The tree in the bytes of `sum_file`; answers paths as `SumTree` does."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._width = (len(data) // NODE_BYTES + 1) // 2

    @property
    def root(self) -> SumNode:
        """The root: its sums are the totals."""
        return self._node(2 * self._width - 2)

    def has(self, opening: str, sums: Sums) -> bool:
        """Say whether the member's leaf is in the tree."""
        return self._index(opening, sums) is not None

    def path(self, opening: str, sums: Sums) -> SumPath:
        """Return the proof of one member's leaf; ``KeyError`` when it is not in the tree."""
        index = self._index(opening, sums)
        if index is None:
            raise KeyError(opening)
        siblings, first, width, place = [], 0, self._width, index
        while width > 1:
            siblings.append(self._node(first + (place ^ 1)))
            first, width, place = first + width, width // 2, place // 2
        return SumPath(index, tuple(siblings))

    def _index(self, opening: str, sums: Sums) -> int | None:
        wanted = leaf_node(opening, sums)
        index = bisect_left(range(self._width), wanted.digest, key=self._digest)
        return index if index < self._width and self._node(index) == wanted else None

    def _digest(self, place: int) -> bytes:
        return self._data[place * NODE_BYTES : place * NODE_BYTES + HASH_BYTES]

    def _node(self, place: int) -> SumNode:
        start = place * NODE_BYTES + HASH_BYTES
        numbers = (self._data[start + n * SUM_BYTES : start + (n + 1) * SUM_BYTES] for n in range(3))
        return SumNode(self._digest(place), Sums(*(int.from_bytes(number, "big") for number in numbers)))
