"""What a ballot paper shows, and for whom one may vote: as few questions as can be, for everybody asks at once.

Note [Frozen ballots]: once a contest is frozen the database refuses every change of its rules and options, so what was
read once stands for as long as the process lives. States and moments do move: they are asked each time, and the vote
itself is judged by the database alone.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from accounts.enums import MemberRole, PartyKind
from accounts.models import User
from agm.models import Meeting
from ballots.enums import Method
from ballots.models import Contest, Envelope, Option, RollEntry
from ballots.queries.contests import Voter
from beers.queries import Card, cards_of
from core.languages import localised
from core.prepared import prepared_cursor

RANKED = frozenset({Method.IRV, Method.SCOTTISH_STV, Method.SCHULZE})
PLAIN_GROUND = "gold"
REMEMBERED_AT_MOST = 64
_frozen: dict[str, "Ballot"] = {}

# The entries of the person, of joint sets they belong to and of organisations they act for, their own first.
SEATS = """
SELECT entry.id, entry.public_id, entry.roll_id, entry.party_id, entry.votes, party.kind, party.display_name,
       COALESCE(place.position, 1), COALESCE(place.role, ''),
       COALESCE((SELECT first.display_name FROM accounts_partymember named
                 JOIN accounts_party first ON first.id = named.person_id
                 WHERE named.joint_id = entry.party_id AND named.position = 1), '')
FROM ballots_rollentry entry
JOIN accounts_party party ON party.id = entry.party_id
LEFT JOIN accounts_partymember place ON place.joint_id = entry.party_id AND place.person_id = %(person)s
WHERE entry.roll_id = %(roll)s AND entry.party_id IN (
    SELECT %(person)s UNION ALL SELECT joint_id FROM accounts_partymember WHERE person_id = %(person)s)
ORDER BY (entry.party_id = %(person)s) DESC, entry.id
"""
IN_THE_BOX = """
SELECT box.contest_id, box.entry_id, box.received_at, box.changes, box.caster_position, box.cast_by_id,
       COALESCE(party.display_name, '')
FROM ballots_envelope box
JOIN accounts_user caster ON caster.id = box.cast_by_id
LEFT JOIN accounts_party party ON party.id = caster.party_id
WHERE box.contest_id = ANY(%(contests)s) AND box.entry_id = ANY(%(entries)s)
"""


@dataclass(frozen=True)
class Choosable:
    """An option of the paper; ``card`` is there where `beers` knows its reference."""

    public_id: str
    option: Option
    card: Card | None

    @property
    def title(self) -> str:
        """The name in the reader's language."""
        return localised(self.option, "title") or self.option.title

    @property
    def credit(self) -> str:
        """Whose idea it was."""
        return self.option.credit

    @property
    def ground(self) -> str:
        """The colour of the beer; for what is no beer the house's."""
        return self.card.ground if self.card and self.card.is_recipe else PLAIN_GROUND


@dataclass(frozen=True)
class Ballot:
    """A contest with its meeting and its options, as they stand on the paper."""

    contest: Contest
    meeting: Meeting
    text: str
    text_vi: str
    options: tuple[Choosable, ...]

    @property
    def is_resolution(self) -> bool:
        """Whether it is answered by for, against or withheld, in votes."""
        return self.contest.method == Method.RESOLUTION

    @property
    def is_ranked(self) -> bool:
        """Whether the order of the choices counts."""
        return self.contest.method in RANKED

    @property
    def most(self) -> int:
        """How many choices the paper has places for."""
        return min(self.contest.choices_max, len(self.options))

    def options_for(self, entry: str) -> list[Choosable]:
        """Return the options in the order drawn for this voter, the same each time: nobody gains by standing first."""
        return sorted(self.options, key=lambda option: _lot(self.contest.public_id, entry, option.public_id))

    def chosen(self, option_ids: Iterable[str]) -> list[Choosable]:
        """Return the options of these ids, in their order."""
        known = {option.public_id: option for option in self.options}
        return [known[option_id] for option_id in option_ids]


@dataclass(frozen=True)
class Seat:
    """A right to vote, as the person who has it must see it before choosing."""

    voter: Voter
    kind: str
    name: str
    role: str
    first_named: str

    @property
    def entry(self) -> RollEntry:
        """The entry of the roll."""
        return self.voter.entry

    @property
    def is_own(self) -> bool:
        """Whether the shares are the person's alone."""
        return self.kind == PartyKind.PERSON

    @property
    def is_represented(self) -> bool:
        """Whether the person votes for an organisation."""
        return self.role == MemberRole.REPRESENTATIVE

    @property
    def is_joint(self) -> bool:
        """Whether others hold these shares too."""
        return self.kind == PartyKind.JOINT


@dataclass(frozen=True)
class InTheBox:
    """That a sealed paper lies in the box, when and from whom; never what stands on it."""

    received_at: datetime
    changes: int
    position: int
    cast_by: int
    name: str


def find_ballot(slug: str, public_id: str) -> Ballot | None:
    """Return the ballot of the meeting, remembered once it is frozen: see Note [Frozen ballots]."""
    ballot = _frozen.get(public_id) or _read(public_id)
    return ballot if ballot and ballot.meeting.slug == slug else None


def _read(public_id: str) -> Ballot | None:
    rows = Contest.objects.select_related("item__meeting", "roll", "scrutineer")
    contest = rows.filter(public_id=public_id, item__isnull=False).first()
    if contest is None:
        return None
    options = list(contest.options.order_by("position"))
    cards = cards_of(option.reference for option in options if option.reference) if options else {}
    choosable = tuple(Choosable(option.public_id, option, cards.get(option.reference)) for option in options)
    item = contest.item
    ballot = Ballot(contest, item.meeting, item.text, item.text_vi, choosable)
    if contest.frozen_at is not None:
        while len(_frozen) >= REMEMBERED_AT_MOST:
            _frozen.pop(next(iter(_frozen)), None)
        _frozen[public_id] = ballot
    return ballot


def closing_of(contest: Contest) -> tuple[str, datetime | None, datetime]:
    """Return the contest's state as it is now, until when votes are taken if that was announced, and the moment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT state, closes_at, kilderkin_now() FROM ballots_contest WHERE id = %s", [contest.pk])
        state, closes_at, now = cursor.fetchone()
    return state, closes_at, now


def seats_of(user: User, *, roll_id: int | None) -> list[Seat]:
    """Return every right to vote the person has on the roll: their own first. None before there is a roll."""
    if user.party_id is None or roll_id is None:
        return []
    with prepared_cursor() as cursor:
        cursor.execute(SEATS, {"person": user.party_id, "roll": roll_id})
        return [_seat(row) for row in cursor.fetchall()]


def _seat(row: Sequence[object]) -> Seat:
    fields = dict(zip(("id", "public_id", "roll_id", "party_id", "votes"), row[:5], strict=True))
    kind, name, position, role, first_named = row[5:]
    voter = Voter(RollEntry(**fields), int(str(position)))
    return Seat(voter, str(kind), str(name), str(role), str(first_named))


def in_the_box(contest_ids: Sequence[int], entry_ids: Sequence[int]) -> dict[tuple[int, int], InTheBox]:
    """Return, by contest and roll entry, that somebody voted. One query; none when there is nothing to ask for."""
    if not contest_ids or not entry_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(IN_THE_BOX, {"contests": list(contest_ids), "entries": list(entry_ids)})
        return {(contest, entry): InTheBox(*rest) for contest, entry, *rest in cursor.fetchall()}


def is_in_the_box(contest: Contest, leaf_sha256: str) -> bool:
    """Tell whether the envelope of this leaf still lies in the box, or a later one replaced it."""
    return Envelope.objects.filter(contest=contest, sha256=leaf_sha256).exists()


def _lot(*words: str) -> bytes:
    return hashlib.sha256(" ".join(words).encode()).digest()
