"""Appointing who holds the key of the envelopes."""

from datetime import datetime
from typing import TYPE_CHECKING

from ballots.errors import ScrutineerKeyRefused
from ballots.models import Scrutineer
from ballots.rules.proofs.refusals import ProofRefused
from ballots.rules.proofs.sealing import seal
from core import audit
from core.transactions import needs_transaction

if TYPE_CHECKING:
    from accounts.models import User


@needs_transaction
def appoint_scrutineer(
    *, name: str, public_key: str, paid_by: str, is_independent: bool, by: "User | None", at: datetime
) -> Scrutineer:
    """Write who holds the private key that belongs to ``public_key``; appointing the same key again returns it.

    Raises `ScrutineerKeyRefused` for a text that nothing could be sealed to.
    """
    public_key = public_key.strip().lower()
    try:
        seal(b"", public_key)
    except ProofRefused as error:
        raise ScrutineerKeyRefused() from error
    scrutineer, is_new = Scrutineer.objects.get_or_create(
        public_key=public_key,
        defaults={
            "name": name,
            "paid_by": paid_by,
            "is_independent": is_independent,
            "appointed_at": at,
            "appointed_by": by,
        },
    )
    if is_new:
        audit.record(by=by, at=at, verb="scrutineer_appointed", subject=scrutineer, name=name, public_key=public_key)
    return scrutineer
