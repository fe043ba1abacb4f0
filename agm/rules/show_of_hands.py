"""Counting raised hands: heads, not shares.

Law: Companies Act 2006 s.284(2) (a member present in person has one vote), s.285(1)-(2) (a proxy has one, or one each
way), s.323(3) (each representative of a corporation has one). The articles may say otherwise (ss.284(4), 285(5)).
Who is there both as a member and as a proxy raises a hand in each capacity.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

from agm.rules.choice import Choice


@dataclass(frozen=True)
class ProxyHand:
    """A proxy present: by member what the member instructed for any of the shares (empty: discretion), and the hand."""

    instructions: Mapping[str, Set[Choice]]
    raised: Choice | None = None


@dataclass(frozen=True)
class Hands:
    """Hands on either side."""

    hands_for: int
    hands_against: int


def count_hands(*, in_person: Iterable[Choice], proxies: Iterable[ProxyHand]) -> Hands:
    """Return the hands of members and representatives present, and of proxies. Who withholds raises none."""
    own = [Hands(choice == Choice.FOR, choice == Choice.AGAINST) for choice in in_person]
    hands = [*own, *(proxy_hands(proxy) for proxy in proxies)]
    return Hands(sum(hand.hands_for for hand in hands), sum(hand.hands_against for hand in hands))


def proxy_hands(proxy: ProxyHand) -> Hands:
    """Return how often one proxy counts on either side.

    Once each way where one member said for and another said against (s.285(2)); else one vote (s.285(1)), as
    instructed (s.324A), and as raised where a member left it to the proxy or gave instructions both ways.
    """
    members_for = {member for member, given in proxy.instructions.items() if Choice.FOR in given}
    members_against = {member for member, given in proxy.instructions.items() if Choice.AGAINST in given}
    is_torn = members_for == members_against and len(members_for) == 1
    if members_for and members_against and not is_torn:
        return Hands(1, 1)
    if members_for and not is_torn:
        return Hands(1, 0)
    if members_against and not is_torn:
        return Hands(0, 1)
    is_free = is_torn or any(not given for given in proxy.instructions.values())
    return Hands(int(is_free and proxy.raised == Choice.FOR), int(is_free and proxy.raised == Choice.AGAINST))
