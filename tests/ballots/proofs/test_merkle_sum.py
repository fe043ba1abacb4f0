"""Totals that bind every member's votes."""

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots.rules.proofs.canonical import sha256_hex
from ballots.rules.proofs.merkle_sum import (
    LEAVES_MIN,
    SumNode,
    SumPath,
    Sums,
    SumTree,
    is_in_totals,
    leaf_node,
    opening_sha256,
    parent,
    zero_leaves,
)
from ballots.rules.proofs.papers import VOTES_MAX, Paper, Split, paper_bytes
from ballots.rules.proofs.refusals import ProofRefused, Refusal
from ballots.rules.proofs.sum_file import NODE_BYTES, SumFile, sum_file

VOTES = st.integers(0, 10**12)
SUMS = st.builds(Sums, VOTES, VOTES, VOTES)
HOUSES = st.lists(SUMS, max_size=40)


def leaves_of(house: list[Sums]) -> list[tuple[str, Sums]]:
    return [(sha256_hex(f"opening {number}".encode()), sums) for number, sums in enumerate(house)]


def tree_of(house: list[Sums]) -> SumTree:
    return SumTree(leaves_of(house), zero_leaves(len(house), b"secret", "contest"))


def test_two_leaves_by_hand() -> None:
    one, other = ("11" * 32, Sums(70, 20, 5)), ("22" * 32, Sums(0, 40, 0))
    numbers = bytes.fromhex("000000000000004600000000000000140000000000000005")
    others = bytes.fromhex("000000000000000000000000000000280000000000000000")
    first = hashlib.sha256(b"\x00kilderkin/sum/1\0" + b"\x11" * 32 + numbers).digest() + numbers
    second = hashlib.sha256(b"\x00kilderkin/sum/1\0" + b"\x22" * 32 + others).digest() + others

    root = SumTree([one, other]).root

    assert root.digest == hashlib.sha256(b"\x01kilderkin/sum/1\0" + b"".join(sorted([first, second]))).digest()
    assert root.sums == Sums(70, 60, 5)


@given(HOUSES)
def test_totals_are_the_sums_and_every_member_is_inside(house: list[Sums]) -> None:
    tree = tree_of(house)

    root = tree.root

    assert root.sums == sum(house, Sums())
    assert all(is_in_totals(opening, sums, tree.path(opening, sums), root) for opening, sums in leaves_of(house))


@given(HOUSES)
def test_sum_file_answers_as_the_tree_does(house: list[Sums]) -> None:
    tree, zeros = tree_of(house), zero_leaves(len(house), b"secret", "contest")

    file = SumFile(sum_file(leaves_of(house), zeros))

    assert file.root == tree.root
    assert [file.path(*leaf) for leaf in leaves_of(house)] == [tree.path(*leaf) for leaf in leaves_of(house)]


def test_sum_file_of_who_is_not_there_is_a_key_error() -> None:
    data = sum_file(leaves_of([Sums(1, 0, 0)]), zero_leaves(1, b"secret", "contest"))

    assert len(data) == 31 * NODE_BYTES
    for stranger in (("33" * 32, Sums(1, 0, 0)), ("00" * 32, Sums()), ("ff" * 32, Sums())):
        assert not SumFile(data).has(*stranger)
        with pytest.raises(KeyError):
            SumFile(data).path(*stranger)


@given(st.lists(SUMS, min_size=1, max_size=20), st.data())
def test_path_with_anything_changed_proves_nothing(house: list[Sums], data: st.DataObject) -> None:
    tree, (opening, sums) = tree_of(house), data.draw(st.sampled_from(leaves_of(house)))
    path, root = tree.path(opening, sums), tree.root
    height = data.draw(st.integers(0, len(path.siblings) - 1))
    node = path.siblings[height]
    richer = SumNode(node.digest, node.sums + Sums(1, 0, 0))
    changed = [*path.siblings[:height], richer, *path.siblings[height + 1 :]]

    assert not is_in_totals(opening, sums + Sums(0, 0, 1), path, root)
    assert not is_in_totals("00" * 32, sums, path, root)
    assert not is_in_totals(opening, sums, SumPath(path.index ^ 1, path.siblings), root)
    assert not is_in_totals(opening, sums, SumPath(path.index, tuple(changed)), root)
    assert not is_in_totals(opening, sums, SumPath(path.index, path.siblings[:-1]), root)
    assert not is_in_totals(opening, sums, SumPath(-1, path.siblings), root)
    assert not is_in_totals(opening, sums, path, replace(root, sums=root.sums + Sums(1, 0, 0)))


def test_votes_cannot_be_moved_between_siblings() -> None:
    """The flaw of trees that hash only the total: a child could borrow from its sibling and the root would stand."""
    left, right = leaf_node("11" * 32, Sums(5, 0, 0)), leaf_node("22" * 32, Sums(3, 0, 0))
    moved = parent(SumNode(left.digest, Sums(4, 0, 0)), SumNode(right.digest, Sums(4, 0, 0)))

    assert moved.sums == parent(left, right).sums
    assert moved.digest != parent(left, right).digest


@pytest.mark.parametrize("numbers", [(-1, 0, 0), (0, -1, 0), (0, 0, -1), (True, 0, 0), (1.0, 0, 0)])
def test_sums_below_zero_or_no_whole_number_are_refused(numbers: tuple[int, int, int]) -> None:
    with pytest.raises(ProofRefused) as refused:
        Sums(*numbers)

    assert refused.value.reason == Refusal.NEGATIVE


def test_sums_that_overflow_are_refused() -> None:
    with pytest.raises(ProofRefused) as refused:
        Sums(VOTES_MAX, 0, 0) + Sums(1, 0, 0)

    assert refused.value.reason == Refusal.TOO_MANY_VOTES


def test_path_that_overflows_proves_nothing() -> None:
    tree = tree_of([Sums(1, 0, 0)])
    opening, sums = leaves_of([Sums(1, 0, 0)])[0]
    path = tree.path(opening, sums)
    full = SumNode(path.siblings[0].digest, Sums(VOTES_MAX, 0, 0))

    assert not is_in_totals(opening, sums, SumPath(path.index, (full, *path.siblings[1:])), tree.root)


def test_path_written_and_read_is_the_same() -> None:
    tree = tree_of([Sums(1, 2, 3), Sums(4, 5, 6)])
    path = tree.path(*leaves_of([Sums(1, 2, 3)])[0])

    assert SumPath.from_json(path.as_json()) == path


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"index": 0},
        {"index": "0", "siblings": []},
        {"index": 0, "siblings": [["00", 1, 1, 1]]},
        {"index": 0, "siblings": [["00" * 32, 1, 1]]},
        {"index": 0, "siblings": [["00" * 32, -1, 1, 1]]},
        {"index": 0, "siblings": [["00" * 32, "1", 1, 1]]},
        {"index": 0, "siblings": [["00" * 32, 1, 1, 1, 1]]},
        {"index": 0, "siblings": [[]]},
        None,
    ],
)
def test_path_of_anything_else_is_refused(value: object) -> None:
    with pytest.raises(ProofRefused):
        SumPath.from_json(value)


@pytest.mark.parametrize(("count", "width"), [(0, 16), (1, 16), (4, 16), (16, 16), (17, 32), (64, 64), (65, 128)])
def test_zero_leaves_fill_up_to_a_power_of_two(count: int, width: int) -> None:
    zeros = zero_leaves(count, b"secret", "contest")

    assert len(zeros) == width - count
    assert width >= LEAVES_MIN
    assert len(set(zeros)) == len(zeros)


def test_zero_leaves_need_the_secret() -> None:
    known = set(zero_leaves(3, b"secret", "contest"))

    assert known & set(zero_leaves(3, b"guess", "contest")) == set()
    assert known & set(zero_leaves(3, b"secret", "other contest")) == set()


def test_leaves_are_shuffled_by_their_hashes() -> None:
    house = [Sums(number, 0, 0) for number in range(16)]
    tree = SumTree(leaves_of(house))

    places = [tree.path(opening, sums).index for opening, sums in leaves_of(house)]

    digests = [leaf_node(opening, sums).digest for opening, sums in leaves_of(house)]
    assert [sorted(digests).index(digest) for digest in digests] == places


@pytest.mark.parametrize("count", [0, 3, 5])
def test_tree_of_no_power_of_two_is_refused(count: int) -> None:
    with pytest.raises(ProofRefused):
        SumTree(leaves_of([Sums()] * count))


def test_tree_with_a_leaf_twice_is_refused() -> None:
    with pytest.raises(ProofRefused):
        SumTree(leaves_of([Sums(1, 1, 1)]) * 2)


def test_path_of_who_is_not_there_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        tree_of([Sums(1, 0, 0)]).path("33" * 32, Sums(1, 0, 0))


def test_opening_is_the_named_paper_hidden_by_its_code() -> None:
    paper = Paper("contest", "7QK4M-0ZT2R-9XW5B-H3N6D", Split("entry", 1, 0, 0))

    assert opening_sha256(paper) == sha256_hex(paper_bytes(paper))
    assert opening_sha256(paper) != opening_sha256(replace(paper, code="7QK4M-0ZT2R-9XW5B-H3N6E"))
