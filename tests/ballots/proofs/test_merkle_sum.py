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
    Sums,
    leaf_node,
    opening_sha256,
    parent,
    sum_root,
    zero_leaves,
)
from ballots.rules.proofs.papers import VOTES_MAX, Paper, Split, paper_bytes
from ballots.rules.proofs.refusals import ProofRefused, Refusal

VOTES = st.integers(0, 10**12)
SUMS = st.builds(Sums, VOTES, VOTES, VOTES)
HOUSES = st.lists(SUMS, max_size=40)


def leaves_of(house: list[Sums]) -> list[tuple[str, Sums]]:
    return [(sha256_hex(f"opening {number}".encode()), sums) for number, sums in enumerate(house)]


def root_of(house: list[Sums]) -> SumNode:
    return sum_root(leaves_of(house), zero_leaves(len(house), b"secret", "contest"))


def test_two_leaves_by_hand() -> None:
    one, other = ("11" * 32, Sums(70, 20, 5)), ("22" * 32, Sums(0, 40, 0))
    numbers = bytes.fromhex("000000000000004600000000000000140000000000000005")
    others = bytes.fromhex("000000000000000000000000000000280000000000000000")
    first = hashlib.sha256(b"\x00kilderkin/sum/1\0" + b"\x11" * 32 + numbers).digest() + numbers
    second = hashlib.sha256(b"\x00kilderkin/sum/1\0" + b"\x22" * 32 + others).digest() + others

    root = sum_root([one, other])

    assert root.digest == hashlib.sha256(b"\x01kilderkin/sum/1\0" + b"".join(sorted([first, second]))).digest()
    assert root.sums == Sums(70, 60, 5)


@given(HOUSES)
def test_totals_are_the_sums(house: list[Sums]) -> None:
    assert root_of(house).sums == sum(house, Sums())


@given(st.lists(SUMS, min_size=1, max_size=20), st.data())
def test_root_binds_every_members_votes(house: list[Sums], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(house) - 1))
    changed = [*house[:place], house[place] + Sums(0, 0, 1), *house[place + 1 :]]

    assert root_of(changed).digest != root_of(house).digest


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


@given(st.permutations(range(16)))
def test_root_does_not_depend_on_the_order_of_the_voters(order: list[int]) -> None:
    leaves = leaves_of([Sums(number, 0, 0) for number in range(16)])

    assert sum_root([leaves[number] for number in order]) == sum_root(leaves)


@pytest.mark.parametrize("count", [0, 3, 5])
def test_tree_of_no_power_of_two_is_refused(count: int) -> None:
    with pytest.raises(ProofRefused):
        sum_root(leaves_of([Sums()] * count))


def test_tree_with_a_leaf_twice_is_refused() -> None:
    with pytest.raises(ProofRefused):
        sum_root(leaves_of([Sums(1, 1, 1)]) * 2)


def test_opening_is_the_named_paper_hidden_by_its_code() -> None:
    paper = Paper("contest", "7QK4M-0ZT2R-9XW5B-H3N6D", Split("entry", 1, 0, 0))

    assert opening_sha256(paper) == sha256_hex(paper_bytes(paper))
    assert opening_sha256(paper) != opening_sha256(replace(paper, code="7QK4M-0ZT2R-9XW5B-H3N6E"))
