"""Holders say where they want to be paid, change it, and stop a change that was not theirs.

Note [Bank details]: whoever gets into an account wants the money to go elsewhere, so new details wait seven days, in
which nothing is paid; the holder is told at the present address and at the one before, by a mail with a link that stops
them without signing in. Only the first details a party ever gave are usable at once: nobody can take back old ones and
give "first" ones anew.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from accounts.models import Party, User
from core.secrets import fingerprint, seal
from payments.models import BankMandate
from payments.queries.mandates import PURPOSE, hashed_token
from payments.rules.bank_details import BankDetails

HOLD = timedelta(days=7)


class ExampleRow(NamedTuple):
    """Details of the demo's example; usable from the moment they were given."""

    party_id: int
    details: BankDetails
    given_at: datetime


def written_mandate(
    *,
    party: Party,
    details: BankDetails,
    by: User | None,
    at: datetime,
    usable_from: datetime,
    token: str = "",
    restores: BankMandate | None = None,
) -> BankMandate:
    """Return the row, not saved yet; its numbers are sealed, of the token only the hash is kept."""
    return BankMandate(
        party_id=party.pk,
        scheme=details.scheme.value,
        country=details.country,
        holder_name=details.holder_name,
        sealed=seal(details.numbers, purpose=PURPOSE),
        ending=details.ending,
        fingerprint=fingerprint(details.numbers, purpose=PURPOSE),
        given_at=at,
        given_by=by,
        usable_from=usable_from,
        stop_token_sha256=hashed_token(token) if token else None,
        restores=restores,
    )
