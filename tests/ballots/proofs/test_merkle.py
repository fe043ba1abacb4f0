"""The log's tree against the vectors of Certificate Transparency and against a tree written from the definition."""

import hashlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots.rules.proofs.merkle import EMPTY_ROOT, MerkleTree, is_consistent, is_included

# The test inputs and roots of Certificate Transparency's reference implementation, for RFC 6962 trees of 1 to 8 leaves.
ENTRIES = [
    bytes.fromhex(entry)
    for entry in ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAF_0 = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
LEAF_1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
NODE_23 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
NODE_4567 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
SIZES = st.integers(1, 80)


def by_definition(entries: list[bytes]) -> bytes:
    """RFC 9162 section 2.1.1, word by word."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    k = 1
    while k * 2 < len(entries):
        k *= 2
    return hashlib.sha256(b"\x01" + by_definition(entries[:k]) + by_definition(entries[k:])).digest()


def entries_of(size: int) -> list[bytes]:
    return [number.to_bytes(4, "big") for number in range(size)]


def test_root_known_vectors() -> None:
    tree = MerkleTree(ENTRIES)

    assert [tree.root(size).hex() for size in range(1, 9)] == ROOTS


def test_root_of_nothing_known_vector() -> None:
    assert MerkleTree().root() == EMPTY_ROOT == hashlib.sha256(b"").digest()


def test_inclusion_proof_known_vector() -> None:
    """First of eight: its neighbour, then the pair, then the other half."""
    proof = MerkleTree(ENTRIES).inclusion_proof(0)

    assert [step.hex() for step in proof] == [LEAF_1, NODE_23, NODE_4567]


def test_inclusion_proof_of_the_only_entry_is_empty() -> None:
    assert MerkleTree(ENTRIES[:1]).inclusion_proof(0) == []


def test_consistency_proof_known_vector() -> None:
    """From one to eight: RFC 6962 keeps the first leaf out, since the verifier has it as the old root."""
    proof = MerkleTree(ENTRIES).consistency_proof(1)

    assert [step.hex() for step in proof] == [LEAF_1, NODE_23, NODE_4567]


def test_proofs_of_the_example_in_the_rfc() -> None:
    """RFC 9162 section 2.1.5: a tree of seven leaves d0..d6, nodes named as there."""
    tree = MerkleTree(entries_of(7))
    a, b, c, d, e, f, j = (hashlib.sha256(b"\x00" + entry).digest() for entry in entries_of(7))
    g, h, i = (hashlib.sha256(b"\x01" + pair).digest() for pair in (a + b, c + d, e + f))
    k, m = (hashlib.sha256(b"\x01" + pair).digest() for pair in (g + h, i + j))

    assert tree.inclusion_proof(0) == [b, h, m]
    assert tree.inclusion_proof(3) == [c, g, m]
    assert tree.inclusion_proof(4) == [f, j, k]
    assert tree.inclusion_proof(6) == [i, k]
    assert tree.consistency_proof(3) == [c, d, g, m]
    assert tree.consistency_proof(4) == [m]
    assert tree.consistency_proof(6) == [i, j, k]


@given(SIZES)
def test_root_equals_the_definition(size: int) -> None:
    assert MerkleTree(entries_of(size)).root() == by_definition(entries_of(size))


@given(SIZES, st.data())
def test_inclusion_proof_of_every_entry_and_size_verifies(size: int, data: st.DataObject) -> None:
    tree = MerkleTree(entries_of(size))
    at = data.draw(st.integers(1, size))
    index = data.draw(st.integers(0, at - 1))

    proof = tree.inclusion_proof(index, at)

    assert is_included(entries_of(size)[index], index, at, proof, by_definition(entries_of(at)))


@given(SIZES, st.data())
def test_inclusion_proof_tampered_does_not_verify(size: int, data: st.DataObject) -> None:
    tree, entries = MerkleTree(entries_of(size)), entries_of(size)
    index = data.draw(st.integers(0, size - 1))
    proof, root = tree.inclusion_proof(index), tree.root()
    place = data.draw(st.integers(0, max(len(proof) - 1, 0)))
    wrong = [b"\0" * 32 if step == place else digest for step, digest in enumerate(proof)]

    assert not is_included(b"other", index, size, proof, root)
    assert not is_included(entries[index], index, size, [*proof, root], root)
    assert not is_included(entries[index], index + 1, size, proof, root)
    assert not is_included(entries[index], -1, size, proof, root)
    if proof:
        assert not is_included(entries[index], index, size, wrong, root)
        assert not is_included(entries[index], index, size, proof[:-1], root)


@given(SIZES, st.data())
def test_consistency_proof_of_every_two_sizes_verifies(size: int, data: st.DataObject) -> None:
    tree = MerkleTree(entries_of(size))
    new = data.draw(st.integers(1, size))
    old = data.draw(st.integers(1, new))

    proof = tree.consistency_proof(old, new)

    assert is_consistent(old, new, by_definition(entries_of(old)), by_definition(entries_of(new)), proof)


@given(st.integers(2, 80), st.data())
def test_consistency_proof_of_a_rewritten_log_does_not_verify(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size - 1))
    rewritten = entries_of(size)
    rewritten[data.draw(st.integers(0, old - 1))] = b"changed"
    was, now = MerkleTree(entries_of(size)), MerkleTree(rewritten)
    proof = now.consistency_proof(old)

    assert not is_consistent(old, size, was.root(old), now.root(), proof)
    assert not is_consistent(old, size, was.root(old), was.root(), [*was.consistency_proof(old), bytes(32)])
    assert not is_consistent(old, size, was.root(old), now.root(), [])


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3), (-1, 3)])
def test_is_consistent_impossible_sizes_are_false(old: int, new: int) -> None:
    assert not is_consistent(old, new, EMPTY_ROOT, EMPTY_ROOT, [])


@pytest.mark.parametrize(
    "ask",
    [
        lambda tree: tree.root(4),
        lambda tree: tree.inclusion_proof(3),
        lambda tree: tree.inclusion_proof(-1),
        lambda tree: tree.inclusion_proof(2, 2),
        lambda tree: tree.consistency_proof(0),
        lambda tree: tree.consistency_proof(3, 2),
    ],
)
def test_tree_asked_for_what_is_not_there_refuses(ask: object) -> None:
    with pytest.raises(ValueError, match=r"entry|size|entries"):
        ask(MerkleTree(entries_of(3)))  # type: ignore[operator]


def test_of_hex_takes_the_bytes_of_the_hashes() -> None:
    assert MerkleTree.of_hex([LEAF_0, LEAF_1]).root() == by_definition([bytes.fromhex(LEAF_0), bytes.fromhex(LEAF_1)])


def test_two_hundred_thousand_entries_and_a_thousand_proofs_take_seconds() -> None:
    """About 0.3 s alone; the limit leaves room for a busy machine."""
    began = time.process_time()

    tree = MerkleTree(number.to_bytes(32, "big") for number in range(200_000))
    proofs = [tree.inclusion_proof(index) for index in range(0, 200_000, 200)]

    assert time.process_time() - began < 3
    assert is_included((200).to_bytes(32, "big"), 200, 200_000, proofs[1], tree.root())
