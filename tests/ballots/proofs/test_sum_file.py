"""The tree of sums kept as a file answers as the tree itself does."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots.rules.proofs.merkle_sum import Sums, SumTree, is_in_totals, zero_leaves
from ballots.rules.proofs.sum_file import NODE_BYTES, SumFile, sum_file

VOTES = st.builds(Sums, *(st.integers(0, 10**6) for _ in range(3)))
ZERO = Sums()


def leaves_of(house: list[Sums]) -> list[tuple[str, Sums]]:
    return [(hashlib.sha256(str(number).encode()).hexdigest(), sums) for number, sums in enumerate(house)]


@given(house=st.lists(VOTES, max_size=40))
def test_every_path_of_the_file_is_that_of_the_tree(house: list[Sums]) -> None:
    leaves, zeros = leaves_of(house), zero_leaves(len(house), b"secret", "contest")
    tree, kept = SumTree(leaves, zeros), SumFile(sum_file(leaves, zeros))

    paths = [kept.path(opening, sums) for opening, sums in leaves]

    assert kept.root == tree.root
    assert paths == [tree.path(opening, sums) for opening, sums in leaves]
    assert all(
        is_in_totals(opening, sums, path, tree.root) for (opening, sums), path in zip(leaves, paths, strict=True)
    )


def test_file_is_a_node_for_each_leaf_and_inner_node() -> None:
    leaves = leaves_of([Sums(1, 2, 3)])

    assert len(sum_file(leaves, zero_leaves(1, b"secret", "contest"))) == 31 * NODE_BYTES


@pytest.mark.parametrize("opening", ["00" * 32, "7f" * 32, "ff" * 32])
def test_leaf_that_is_not_in_the_file_has_no_path(opening: str) -> None:
    kept = SumFile(sum_file(leaves_of([Sums(1, 2, 3)]), zero_leaves(1, b"secret", "contest")))

    assert not kept.has(opening, ZERO)
    with pytest.raises(KeyError):
        kept.path(opening, ZERO)


def test_known_opening_with_other_votes_has_no_path() -> None:
    leaves = leaves_of([Sums(1, 2, 3)])
    kept = SumFile(sum_file(leaves, zero_leaves(1, b"secret", "contest")))

    assert not kept.has(leaves[0][0], Sums(1, 2, 4))
