"""Quorum: T13 and T14 of the law as test cases."""

from datetime import timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agm.rules.quorum import (
    Capacity,
    Change,
    Presence,
    Quorum,
    Turn,
    is_quorum_present,
    persons_needed,
    quorum,
    quorum_turns,
)
from agm.rules.refusals import Code, Refusal
from tests.agm.rules.strategies import at

MEMBER, PROXY, REPRESENTATIVE = Capacity.MEMBER, Capacity.PROXY, Capacity.REPRESENTATIVE
ANH, BINH = Presence("anh", MEMBER, "anh"), Presence("binh", MEMBER, "binh")
FIRST_PROXY, SECOND_PROXY = Presence("p1", PROXY, "anh"), Presence("p2", PROXY, "anh")
BEGIN = at("2026-06-26T11:00")
PRESENCES = st.builds(
    Presence,
    st.sampled_from(["a", "b", "c", "d"]),
    st.sampled_from([PROXY, REPRESENTATIVE]),
    st.sampled_from(["a", "x"]),
) | st.sampled_from(["a", "b", "c", "d"]).map(lambda person: Presence(person, MEMBER, person))


@pytest.mark.parametrize(
    ("members", "articles_min", "needed"), [(1, None, 1), (1, 3, 1), (2, None, 2), (7000, None, 2), (7000, 5, 5)]
)
def test_persons_needed_of_company_is_the_statutes_or_the_articles(
    members: int, articles_min: int | None, needed: int
) -> None:
    assert persons_needed(members=members, articles_min=articles_min) == needed


@pytest.mark.parametrize(
    "present",
    [
        [ANH, BINH],
        [ANH, Presence("p", PROXY, "binh")],
        [Presence("p", PROXY, "anh"), Presence("q", PROXY, "binh")],
        [Presence("r", REPRESENTATIVE, "brewers ltd"), Presence("s", REPRESENTATIVE, "maltsters ltd")],
        [ANH, Presence("r", REPRESENTATIVE, "brewers ltd")],
        [FIRST_PROXY, SECOND_PROXY, BINH],
        [FIRST_PROXY, Presence("p1", PROXY, "binh"), SECOND_PROXY],  # the first stands for somebody else, too
    ],
)
def test_quorum_of_two_qualifying_persons_is_there(present: list[Presence]) -> None:
    assert quorum(present, needed=2) == Quorum(is_present=True, refusals=(), warnings=())


@pytest.mark.parametrize(
    ("present", "refusal"),
    [
        ([], Refusal(Code.QUORUM_TOO_FEW, {"present": 0, "needed": 2})),
        ([ANH], Refusal(Code.QUORUM_TOO_FEW, {"present": 1, "needed": 2})),
        ([ANH, Presence("anh", PROXY, "binh")], Refusal(Code.QUORUM_TOO_FEW, {"present": 1, "needed": 2})),
        ([FIRST_PROXY, SECOND_PROXY], Refusal(Code.QUORUM_SAME_MEMBER_PROXIES, {"present": 1, "needed": 2})),
        (
            [Presence("r", REPRESENTATIVE, "brewers ltd"), Presence("s", REPRESENTATIVE, "brewers ltd")],
            Refusal(Code.QUORUM_SAME_CORPORATION, {"present": 1, "needed": 2}),
        ),
    ],
)
def test_quorum_of_too_few_is_refused_with_its_reason(present: list[Presence], refusal: Refusal) -> None:
    assert quorum(present, needed=2) == Quorum(is_present=False, refusals=(refusal,), warnings=())


@pytest.mark.parametrize(
    "present",
    [
        [ANH, FIRST_PROXY],
        [Presence("r", REPRESENTATIVE, "brewers ltd"), Presence("p", PROXY, "brewers ltd")],
        [Presence("x", MEMBER, "x and y"), Presence("y", MEMBER, "x and y")],
    ],
)
def test_quorum_that_counts_one_holding_twice_is_there_with_a_warning(present: list[Presence]) -> None:
    warning = Refusal(Code.QUORUM_ONE_HOLDING_TWICE, {"present": 1, "needed": 2})

    assert quorum(present, needed=2) == Quorum(is_present=True, refusals=(), warnings=(warning,))


def test_quorum_of_company_with_one_member_is_that_member() -> None:
    assert quorum([ANH], needed=1).is_present


def test_quorum_of_three_by_the_articles_counts_proxies_of_one_member_once() -> None:
    found = quorum([ANH, FIRST_PROXY, SECOND_PROXY, BINH], needed=4)

    assert found.refusals == (Refusal(Code.QUORUM_SAME_MEMBER_PROXIES, {"present": 3, "needed": 4}),)


def statute_allows(one: list[Presence], other: list[Presence]) -> bool:
    """Read s.318(2) for two persons word by word: refused only when the same member's proxies, or corporation's."""
    return any(
        first.capacity != second.capacity or first.capacity == MEMBER or first.member != second.member
        for first in one
        for second in other
    )


@given(st.lists(PRESENCES, max_size=6))
def test_quorum_of_two_agrees_with_the_statute_on_every_pair(present: list[Presence]) -> None:
    people = {one.person: [each for each in present if each.person == one.person] for one in present}

    allowed = any(statute_allows(people[one], people[other]) for one, other in combinations(people, 2))

    assert quorum(present, needed=2).is_present is allowed


@given(st.lists(PRESENCES, max_size=8), PRESENCES, st.integers(1, 4))
def test_quorum_is_not_lost_when_somebody_comes(present: list[Presence], comer: Presence, needed: int) -> None:
    before, after = quorum(present, needed=needed), quorum([*present, comer], needed=needed)

    assert before.is_present <= after.is_present


@given(st.lists(PRESENCES, max_size=8), st.integers(1, 4))
def test_quorum_that_is_not_there_says_why(present: list[Presence], needed: int) -> None:
    found = quorum(present, needed=needed)

    assert found.is_present is not bool(found.refusals)


def test_quorum_turns_tell_when_it_was_lost_and_regained() -> None:
    minutes = [BEGIN + timedelta(minutes=n) for n in range(5)]
    changes = [
        Change(minutes[3], BINH, True),
        Change(minutes[0], ANH, True),
        Change(minutes[1], BINH, True),
        Change(minutes[2], BINH, False),
        Change(minutes[4], Presence("c", MEMBER, "c"), True),
    ]

    turns = quorum_turns(changes, needed=2)

    assert turns == [Turn(minutes[0], False), Turn(minutes[1], True), Turn(minutes[2], False), Turn(minutes[3], True)]
    assert [is_quorum_present(turns, at=minute) for minute in minutes] == [False, True, False, True, True]
    assert not is_quorum_present(turns, at=BEGIN - timedelta(minutes=1))


def test_quorum_turns_take_changes_of_one_moment_together() -> None:
    changes = [Change(BEGIN, ANH, True), Change(BEGIN, BINH, True), Change(BEGIN, Presence("d", MEMBER, "d"), False)]

    assert quorum_turns(changes, needed=2) == [Turn(BEGIN, True)]
