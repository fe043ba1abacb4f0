"""Who may do what in the office."""

from datetime import datetime

from accounts.models import StaffRole, User
from core import audit
from core.transactions import needs_transaction


@needs_transaction
def give_role(*, user: User, role: str, by: User | None, at: datetime) -> StaffRole:
    """Give the role; a role already held is returned as it is. Nobody gives a role to themselves (database)."""
    row, given = StaffRole.objects.get_or_create(user=user, role=role, defaults={"given_by": by, "given_at": at})
    if given:
        audit.record(by=by, at=at, verb="give_role", subject=user, role=role)
    return row


@needs_transaction
def take_role(*, user: User, role: str, by: User | None, at: datetime) -> None:
    """Take the role away; taking what is not held changes nothing."""
    taken, _rows = StaffRole.objects.filter(user=user, role=role).delete()
    if taken:
        audit.record(by=by, at=at, verb="take_role", subject=user, role=role)
