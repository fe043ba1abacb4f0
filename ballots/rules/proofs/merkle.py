"""The log of envelopes as a Merkle tree, after RFC 9162 section 2.1 (the same as RFC 6962).

A leaf's hash is SHA-256(0x00, entry), a node's SHA-256(0x01, left, right); the left subtree holds the largest power of
two of leaves that is smaller than all. Here an entry is the 32 bytes of an envelope's SHA-256.
"""

import hashlib
from collections.abc import Iterable, Sequence

LEAF, NODE = b"\x00", b"\x01"
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf that holds ``entry``."""
    return hashlib.sha256(LEAF + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node over its two children."""
    return hashlib.sha256(NODE + left + right).digest()


class MerkleTree:
    """A tree that grows at its right edge; answers for any size it ever had. 200,000 entries take about 0.4 s.

    Every complete subtree is kept, so appending and proving cost O(log n) hashes. Indexes count from 0.
    """

    def __init__(self, entries: Iterable[bytes] = ()) -> None:
        self._levels: list[list[bytes]] = [[]]
        for entry in entries:
            self.append(entry)

    @classmethod
    def of_hex(cls, sha256s: Iterable[str]) -> "MerkleTree":
        """Return the tree whose entries are these hashes of envelopes, in hexadecimal, in the order of the log."""
        return cls(map(bytes.fromhex, sha256s))

    def __len__(self) -> int:
        return len(self._levels[0])

    def append(self, entry: bytes) -> None:
        """Add an entry at the end."""
        sha256 = hashlib.sha256
        levels = self._levels
        digest = sha256(LEAF + entry).digest()
        levels[0].append(digest)
        height = 0
        while len(levels[height]) % 2 == 0:
            digest = sha256(NODE + levels[height][-2] + digest).digest()
            height += 1
            if height == len(levels):
                levels.append([])
            levels[height].append(digest)

    def root(self, size: int | None = None) -> bytes:
        """Return the root of the first ``size`` entries, of all when left out; ``ValueError`` for a size beyond."""
        size = self._checked(size)
        return self._subtree(0, size) if size else EMPTY_ROOT

    def inclusion_proof(self, index: int, size: int | None = None) -> list[bytes]:
        """Return the path of RFC 9162 section 2.1.3.1 for the entry at ``index``; ``ValueError`` if none is there."""
        size = self._checked(size)
        if not 0 <= index < size:
            raise ValueError(f"no entry {index} in a tree of {size}")
        path: list[bytes] = []
        low, high = 0, size
        while high - low > 1:
            middle = low + _split(high - low)
            if index < middle:
                path.append(self._subtree(middle, high))
                high = middle
            else:
                path.append(self._subtree(low, middle))
                low = middle
        return path[::-1]

    def consistency_proof(self, old_size: int, size: int | None = None) -> list[bytes]:
        """Return the proof of RFC 9162 section 2.1.4.1 that the first ``old_size`` entries are still the same."""
        size = self._checked(size)
        if not 0 < old_size <= size:
            raise ValueError(f"no proof from size {old_size} to {size}")
        path: list[bytes] = []
        low, high = 0, size
        while high != old_size:
            middle = low + _split(high - low)
            if old_size <= middle:
                path.append(self._subtree(middle, high))
                high = middle
            else:
                path.append(self._subtree(low, middle))
                low = middle
        if low:  # the old tree is not itself the leftmost subtree, which the verifier has
            path.append(self._subtree(low, high))
        return path[::-1]

    def _subtree(self, low: int, high: int) -> bytes:
        width = high - low
        if width & (width - 1) == 0:  # complete: a power of two of leaves, aligned by construction
            height = width.bit_length() - 1
            return self._levels[height][low >> height]
        middle = low + _split(width)
        return node_hash(self._subtree(low, middle), self._subtree(middle, high))

    def _checked(self, size: int | None) -> int:
        if size is None:
            return len(self)
        if not 0 <= size <= len(self):
            raise ValueError(f"the tree has {len(self)} entries, not {size}")
        return size


def is_included(entry: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Say whether the path proves that ``entry`` stands at ``index`` of the tree (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, digest = index, size - 1, leaf_hash(entry)
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            digest = node_hash(sibling, digest)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            digest = node_hash(digest, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and digest == root


def is_consistent(old_size: int, size: int, old_root: bytes, root: bytes, path: Sequence[bytes]) -> bool:
    """Say whether the path proves that the new tree only added to the old one (RFC 9162 section 2.1.4.2)."""
    if not 0 < old_size <= size:
        return False
    if old_size == size:
        return not path and old_root == root
    steps = list(path) if old_size & (old_size - 1) else [old_root, *path]
    if not steps:
        return False
    place, last = old_size - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old_digest = new_digest = steps[0]
    for sibling in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old_digest, new_digest = node_hash(sibling, old_digest), node_hash(sibling, new_digest)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            new_digest = node_hash(new_digest, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and old_digest == old_root and new_digest == root


def _split(width: int) -> int:
    """Return the largest power of two smaller than ``width`` (of at least 2)."""
    return 1 << (width - 1).bit_length() - 1
