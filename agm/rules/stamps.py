"""Stamping a ballot paper tap by tap: gaps and overvotes cannot be made, so nothing about them need be refused."""

from collections.abc import Iterable, Sequence


def tidied(order: Iterable[str], known: Iterable[str], *, most: int) -> list[str]:
    """Return what can stand on the paper of what was sent: known options, each once, as many as there are places."""
    places = set(known)
    return [option for option in dict.fromkeys(order) if option in places][:most]


def tapped(order: Sequence[str], option: str, *, most: int) -> list[str]:
    """Return the order after a tap: a new one gets the next number, a stamped one is taken back and the rest move up.

    On a full paper a new one changes nothing.
    """
    if option in order:
        return [one for one in order if one != option]
    return [*order, option] if len(order) < most else list(order)


def moved(order: Sequence[str], option: str, *, up: bool) -> list[str]:
    """Return the order with the option one place up or down; at the end, or not stamped, nothing changes."""
    there = list(order)
    if option not in there:
        return there
    here = there.index(option)
    other = here - 1 if up else here + 1
    if 0 <= other < len(there):
        there[here], there[other] = there[other], there[here]
    return there
