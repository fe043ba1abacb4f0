"""Freezing who may vote."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection

from ballots.errors import RollEmpty
from ballots.models import Roll
from ballots.rules.proofs.rolls import SALT_BYTES, roll_sha256
from core import audit
from core.ids import new_public_id
from core.transactions import needs_transaction

if TYPE_CHECKING:
    from accounts.models import User


@needs_transaction
def freeze_roll(
    *,
    label: str,
    voters: Iterable[tuple[int, int]],
    issued_votes: int,
    record_at: datetime,
    known_at: datetime,
    by: "User | None",
    at: datetime,
) -> Roll:
    """Write the roll once, with the hash that is published; ``voters`` are (party id, votes above zero).

    ``record_at`` is the moment the roll speaks of, ``known_at`` what was known then. Raises `RollEmpty`.
    """
    lines = [(new_public_id(), party_id, votes) for party_id, votes in voters]
    if not lines:
        raise RollEmpty()
    salt = secrets.token_bytes(SALT_BYTES)
    roll = Roll.objects.create(
        label=label,
        record_at=record_at,
        known_at=known_at,
        frozen_at=at,
        frozen_by=by,
        salt=salt.hex(),
        entries_count=len(lines),
        votes_total=sum(votes for _public_id, _party_id, votes in lines),
        issued_votes=issued_votes,
        sha256=roll_sha256(salt, ((public_id, votes) for public_id, _party_id, votes in lines)),
    )
    _copy_entries(roll, lines)
    audit.record(by=by, at=at, verb="roll_frozen", subject=roll, entries=len(lines), sha256=roll.sha256)
    return roll


def _copy_entries(roll: Roll, lines: list[tuple[str, int, int]]) -> None:
    """COPY is forty times as fast as saving rows: a roll of 200,000 is frozen in seconds."""
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY ballots_rollentry (public_id, roll_id, party_id, votes) FROM STDIN") as copy,
    ):
        for public_id, party_id, votes in lines:
            copy.write_row((public_id, roll.pk, party_id, votes))
