"""What a person sees of their bank details: endings and words, never numbers."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.models import Party, User
from accounts.queries.parties import parties_of
from payments.enums import MandateEnd
from payments.models import BankMandate
from payments.queries.mandates import histories_of, state_sentence


@dataclass(frozen=True)
class Line:
    """One set of details in the history, and what became of it."""

    mandate: BankMandate
    sentence: str


@dataclass(frozen=True)
class Place:
    """Where the money of one party goes. ``mandate`` is in force, and may still wait."""

    party: Party
    mandate: BankMandate | None
    is_waiting: bool
    sentence: str
    lines: list[Line]


def places_of(user: User, *, at: datetime) -> list[Place]:
    """Return every party whose money the user decides about, with all its details. Three queries."""
    parties = parties_of(user)
    histories = histories_of(parties)
    return [_place(party, histories.get(party.pk, []), at) for party in parties]


def _place(party: Party, history: list[BankMandate], at: datetime) -> Place:
    standing = next((mandate for mandate in history if mandate.ended_at is None), None)
    return Place(
        party=party,
        mandate=standing,
        is_waiting=standing is not None and standing.usable_from > at,
        sentence=state_sentence(standing, at=at),
        lines=[Line(mandate, _fate(mandate, at)) for mandate in history],
    )


def _fate(mandate: BankMandate, at: datetime) -> str:
    day = date_format(localtime(mandate.ended_at or mandate.usable_from), "DATE_FORMAT")
    if mandate.ended_at is None:
        waits = mandate.usable_from > at
        return _("Waits until %(day)s.") % {"day": day} if waits else _("We pay there.")
    return {
        MandateEnd.REPLACED: _("Replaced on %(day)s."),
        MandateEnd.WITHDRAWN: _("Taken back on %(day)s."),
        MandateEnd.NOT_ME: _("Stopped on %(day)s: somebody else had given it."),
    }[MandateEnd(mandate.ended_how)] % {"day": day}
