"""Counting raised hands: T20 of the law as test cases."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agm.rules.choice import Choice
from agm.rules.show_of_hands import Hands, ProxyHand, count_hands, proxy_hands

FOR, AGAINST, WITHHELD = Choice
CHOICES = st.sampled_from(Choice)
PROXIES = st.builds(ProxyHand, st.dictionaries(st.text(max_size=2), st.sets(CHOICES), min_size=1), st.none() | CHOICES)


def test_chair_with_500_proxies_both_ways_counts_once_each_way() -> None:
    instructions = {f"member {n}": {FOR if n < 300 else AGAINST} for n in range(500)}

    assert proxy_hands(ProxyHand(instructions, raised=FOR)) == Hands(1, 1)


@pytest.mark.parametrize(
    ("instructions", "raised", "hands"),
    [
        ({"a": {FOR}, "b": {FOR}}, None, Hands(1, 0)),
        ({"a": {AGAINST}}, FOR, Hands(0, 1)),  # instructions bind
        ({"a": {AGAINST}, "b": set()}, FOR, Hands(0, 1)),  # one vote only, and it is instructed
        ({"a": set()}, FOR, Hands(1, 0)),
        ({"a": set(), "b": set()}, AGAINST, Hands(0, 1)),
        ({"a": set()}, None, Hands(0, 0)),
        ({"a": {WITHHELD}}, FOR, Hands(0, 0)),
        ({"a": {WITHHELD}, "b": set()}, FOR, Hands(1, 0)),
        ({"a": {WITHHELD}, "b": {FOR}}, None, Hands(1, 0)),
        ({"a": {FOR, AGAINST}}, AGAINST, Hands(0, 1)),  # one member both ways: one vote, s.285(2) needs two members
        ({"a": {FOR, AGAINST}, "b": {FOR}}, None, Hands(1, 1)),
        ({}, FOR, Hands(0, 0)),  # nobody's proxy
    ],
)
def test_proxy_hands_follow_the_instructions(
    instructions: dict[str, set[Choice]], raised: Choice | None, hands: Hands
) -> None:
    assert proxy_hands(ProxyHand(instructions, raised)) == hands


def test_count_hands_adds_members_representatives_and_proxies() -> None:
    hands = count_hands(
        in_person=[FOR, FOR, AGAINST, WITHHELD],
        proxies=[ProxyHand({"a": {FOR}, "b": {AGAINST}}), ProxyHand({"c": set()}, AGAINST)],
    )

    assert hands == Hands(3, 3)


def test_representatives_of_one_corporation_who_differ_both_count_on_a_show_of_hands() -> None:
    assert count_hands(in_person=[FOR, AGAINST], proxies=[]) == Hands(1, 1)


@given(PROXIES)
def test_proxy_hands_are_one_each_way_only_for_two_members_who_differ(proxy: ProxyHand) -> None:
    differ = any(
        FOR in one and AGAINST in other
        for member, one in proxy.instructions.items()
        for another, other in proxy.instructions.items()
        if member != another
    )

    hands = proxy_hands(proxy)

    assert (hands == Hands(1, 1)) is differ
    assert hands.hands_for + hands.hands_against <= 1 or differ


@given(st.lists(CHOICES), st.lists(PROXIES))
def test_count_hands_does_not_depend_on_the_order(own: list[Choice], proxies: list[ProxyHand]) -> None:
    assert count_hands(in_person=own, proxies=proxies) == count_hands(in_person=own[::-1], proxies=proxies[::-1])
