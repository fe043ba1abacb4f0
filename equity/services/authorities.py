"""The directors' authority to allot, as the members gave it."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from core import audit
from core.transactions import needs_transaction
from equity.models import AllotmentAuthority, ShareClass

if TYPE_CHECKING:
    from accounts.models import User


@needs_transaction
def record_authority(
    *,
    share_class: ShareClass,
    resolution_reference: str,
    resolved_on: date,
    expires_on: date,
    max_shares: int,
    by: "User",
    at: datetime,
) -> AllotmentAuthority:
    """Write an authority (CA 2006 s.551); the same resolution for the same class again returns the one that stands."""
    authority, made = AllotmentAuthority.objects.get_or_create(
        share_class=share_class,
        resolution_reference=resolution_reference,
        resolved_on=resolved_on,
        expires_on=expires_on,
        max_shares=max_shares,
    )
    if made:
        audit.record(by=by, at=at, verb="authority_recorded", subject=authority, max_shares=max_shares)
    return authority
