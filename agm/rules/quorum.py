"""Whether enough qualifying persons are present, now and over the time of a meeting.

Law: Companies Act 2006 s.318 (one in a company of one member, else two unless the articles say more), s.318(3) (who
qualifies). Persons who take part from elsewhere are present where the articles allow it (s.360A). That a proxy's
authority ended does not undo a quorum unless the company heard of it before the meeting began (s.330(2)): leave
such a proxy among those present.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby

from agm.rules.refusals import Code, Refusal


class Capacity(StrEnum):
    """In which of the ways of s.318(3) a person qualifies."""

    MEMBER = "member"
    REPRESENTATIVE = "representative"  # of a corporation that is a member (s.323)
    PROXY = "proxy"


@dataclass(frozen=True)
class Presence:
    """A person present in one capacity for one member; who is there in several ways has several. Ids are opaque."""

    person: str
    capacity: Capacity
    member: str


@dataclass(frozen=True)
class Quorum:
    """Whether there is a quorum, why not, and what a careful chair should know all the same."""

    is_present: bool
    refusals: tuple[Refusal, ...]
    warnings: tuple[Refusal, ...]


@dataclass(frozen=True)
class Change:
    """Somebody comes or goes, in one capacity."""

    at: datetime
    presence: Presence
    arrives: bool


@dataclass(frozen=True)
class Turn:
    """From this moment on there is a quorum, or none."""

    at: datetime
    is_present: bool


def persons_needed(*, members: int, articles_min: int | None = None) -> int:
    """Return how many qualifying persons make a quorum: one for a company of one member (s.318(1)), else the articles'.

    Two where the articles are silent (s.318(2)).
    """
    if members == 1:
        return 1
    return 2 if articles_min is None else articles_min


def quorum(present: Iterable[Presence], *, needed: int) -> Quorum:
    """Say whether so many qualifying persons are present.

    Several proxies of one member, and several representatives of one corporation, are one (s.318(2)(a)-(b)); where
    the articles ask for more than two the same is held of every such group. Somebody with several capacities is one
    person, counted in the capacity that helps most. A member beside the own proxy, and two joint holders, are two by
    the letter of s.318(3): where the quorum hangs on that, it is warned of.
    """
    presences = list(present)
    persons = len({presence.person for presence in presences})
    counted = _most_persons(_voices(presences, _voice), needed)
    if counted < needed:
        return Quorum(is_present=False, refusals=_reasons(presences, persons, counted, needed), warnings=())
    holdings = _most_persons(_voices(presences, _holding), needed)
    values = {"present": holdings, "needed": needed}
    warnings = (Refusal(Code.QUORUM_ONE_HOLDING_TWICE, values),) if holdings < needed else ()
    return Quorum(is_present=True, refusals=(), warnings=warnings)


def quorum_turns(changes: Sequence[Change], *, needed: int) -> list[Turn]:
    """Return when the quorum was there, lost and regained, in order of time, beginning with the first change.

    Changes of one moment count together. Whoever leaves without having come changes nothing.
    """
    turns: list[Turn] = []
    voices: dict[str, set[str]] = {}
    for at, together in groupby(sorted(changes, key=lambda change: change.at), key=lambda change: change.at):
        for change in together:
            _move(voices, change)
        is_present = _most_persons(voices, needed) >= needed
        if not turns or turns[-1].is_present != is_present:
            turns.append(Turn(at=at, is_present=is_present))
    return turns


def is_quorum_present(turns: Sequence[Turn], *, at: datetime) -> bool:
    """Say whether there was a quorum at the moment, for example when an item was put to the vote."""
    before = [turn for turn in turns if turn.at <= at]
    return bool(before) and before[-1].is_present


def _voice(presence: Presence) -> str:
    """Return what may count only once: the person as a member, else the capacity for one member."""
    one = presence.person if presence.capacity == Capacity.MEMBER else presence.member
    return f"{presence.capacity}:{one}"


def _holding(presence: Presence) -> str:
    return presence.member


def _voices(presences: Iterable[Presence], voice: Callable[[Presence], str]) -> dict[str, set[str]]:
    voices: dict[str, set[str]] = {}
    for presence in presences:
        voices.setdefault(presence.person, set()).add(voice(presence))
    return voices


def _move(voices: dict[str, set[str]], change: Change) -> None:
    person, voice = change.presence.person, _voice(change.presence)
    if change.arrives:
        voices.setdefault(person, set()).add(voice)
    elif person in voices:
        voices[person].discard(voice)


def _most_persons(voices: Mapping[str, set[str]], enough: int) -> int:
    """Return how many persons can be counted, each with a voice of the own; stops at enough.

    The largest matching of persons and voices by augmenting paths (Kuhn): a proxy of two members makes way for a
    proxy of only one of them.
    """
    taken: dict[str, str] = {}

    def is_placed(person: str, tried: set[str]) -> bool:
        for voice in voices[person]:
            if voice in tried:
                continue
            tried.add(voice)
            if voice not in taken or is_placed(taken[voice], tried):
                taken[voice] = person
                return True
        return False

    for person in voices:
        if len(taken) >= enough:
            break
        is_placed(person, set())
    return len(taken)


def _reasons(presences: list[Presence], persons: int, counted: int, needed: int) -> tuple[Refusal, ...]:
    if persons < needed:
        return (Refusal(Code.QUORUM_TOO_FEW, {"present": persons, "needed": needed}),)
    codes = {
        Capacity.PROXY: Code.QUORUM_SAME_MEMBER_PROXIES,
        Capacity.REPRESENTATIVE: Code.QUORUM_SAME_CORPORATION,
    }
    of_voice: dict[tuple[Capacity, str], set[str]] = {}
    for presence in presences:
        of_voice.setdefault((presence.capacity, presence.member), set()).add(presence.person)
    shared = {capacity for (capacity, _), people in of_voice.items() if len(people) > 1}
    values = {"present": counted, "needed": needed}
    return tuple(Refusal(code, values) for capacity, code in codes.items() if capacity in shared)
