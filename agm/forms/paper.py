"""A ballot paper as it was sent: what was chosen, and which button was pressed."""

import re
import secrets
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from agm.queries.paper import Ballot, Seat
from agm.rules.choice import Choice
from agm.rules.stamps import moved, tapped, tidied
from ballots.errors import BadPaper, NothingChosen
from ballots.rules.proofs.papers import CAST_ID_BYTES, Split
from core.errors import DomainError

SPLIT = "split"
FIGURES_MAX = 19  # a bigint has no more
GROUPED = re.compile(r"[0-9]{1,3}(?:([.,])[0-9]{3})(?:\1[0-9]{3})*")
SIDES = (Choice.FOR, Choice.AGAINST, Choice.WITHHELD)


class PaperOfAnother(DomainError):
    """The page was made for somebody else, or for a right to vote this person does not have."""

    sentence = _("This ballot paper was opened for somebody else. Nothing was cast; open your own from the meeting.")
    code = "paper_of_another"


class SplitNotCast(BadPaper):
    """All votes were cast for one side while figures of a split stand on the paper: only one of them is meant."""

    sentence = _("You filled in split votes: cast those, or clear them. Nothing was counted yet.")
    code = "split_not_cast"


@dataclass
class PaperDraft:
    """What stands on the paper before it is cast; shown again whatever goes wrong.

    ``order`` are option ids, the first choice first; ``side`` is for, against, withheld or ``split``, with the
    ``figures`` as they were typed. ``cast_id`` is 32 hexadecimal digits, fresh for every paper that is asked for.
    """

    cast_id: str = field(default_factory=lambda: secrets.token_hex(CAST_ID_BYTES))
    order: list[str] = field(default_factory=list)
    side: str = ""
    figures: dict[str, str] = field(default_factory=dict)

    @property
    def is_split(self) -> bool:
        """Whether the figures are to be seen: by the button that was pressed, or because some are filled in."""
        return self.side == SPLIT or any(figure.strip() for figure in self.figures.values())


def read_draft(data: QueryDict, ballot: Ballot) -> PaperDraft:
    """Return what was sent, after the tap that sent it, if it was one: a paper stamped without JavaScript."""
    draft = PaperDraft()
    if _is_cast_id(data.get("cast_id", "")):
        draft.cast_id = data["cast_id"]
    known = [option.public_id for option in ballot.options]
    draft.order = tidied(data.getlist("choice"), known, most=ballot.most)
    draft.side = SPLIT if SPLIT in data else data.get("side", "")
    draft.figures = {side.value: data.get(f"votes_{side.value}", "")[: FIGURES_MAX + 6] for side in SIDES}
    if data.get("tap") in known:
        draft.order = tapped(draft.order, data["tap"], most=ballot.most)
    for name in ("up", "down"):
        draft.order = moved(draft.order, data.get(name, ""), up=name == "up")
    return draft


def is_cast(data: QueryDict) -> bool:
    """Tell whether the paper was cast, not only stamped."""
    return "cast" in data or SPLIT in data


def cast_id_of(data: QueryDict) -> bytes:
    """Return the 128 random bits of the paper. Raises `BadPaper`: without them nobody could find the vote again."""
    if not _is_cast_id(data.get("cast_id", "")):
        raise BadPaper()
    return bytes.fromhex(data["cast_id"])


def choice_of(data: QueryDict, ballot: Ballot, seat: Seat) -> Split | tuple[str, ...]:
    """Return the choice exactly as it was sent; the ballot's own laws judge it. Raises a `BadPaper`."""
    if not ballot.is_resolution:
        return tuple(data.getlist("choice"))
    entry, votes = seat.entry.public_id, seat.entry.votes
    if SPLIT in data:
        return Split(entry, *(_votes(data.get(f"votes_{side.value}", "")) for side in SIDES))
    if any(data.get(f"votes_{side.value}", "").strip() for side in SIDES):
        raise SplitNotCast()
    if data.get("side", "") not in list(Choice):
        raise NothingChosen()
    return Split(entry, *(votes if side == data["side"] else 0 for side in SIDES))


def seal_of(ballot: Ballot, seat: Seat, user: Any) -> str:
    """Return the mark that binds a paper to contest, entry and person: an old tab of somebody else is known by it."""
    words = f"{ballot.contest.public_id} {seat.entry.public_id} {user.pk}"
    return salted_hmac("agm.paper", words, algorithm="sha256").hexdigest()[:32]


def is_sealed_for(data: QueryDict, ballot: Ballot, seat: Seat, user: Any) -> bool:
    """Tell whether the paper was made for this person."""
    return constant_time_compare(data.get("seal", ""), seal_of(ballot, seat, user))


def _is_cast_id(text: str) -> bool:
    return len(text) == 2 * CAST_ID_BYTES and set(text) <= set("0123456789abcdef")


def _votes(text: str) -> int:
    """Return a number of votes as it was typed: empty is none, thousands may be grouped. Raises `BadPaper`.

    1.5 is nothing anybody can cast, and must not be read as 15.
    """
    typed = "".join(text.split())
    figures = re.sub(r"[.,]", "", typed) if GROUPED.fullmatch(typed) else typed
    if not typed:
        return 0
    if not (figures.isascii() and figures.isdigit() and len(figures) <= FIGURES_MAX):
        raise BadPaper(_("Please give the numbers of votes as whole figures, like 20."))
    return int(figures)
