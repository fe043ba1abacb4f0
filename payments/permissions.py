"""Who may see and settle what payments hold."""

from accounts.models import User
from accounts.permissions import has_role


def can_see_payments(user: User) -> bool:
    """Payments, refunds and parked events are for finance and the secretary."""
    return has_role(user, "finance", "secretary")


def can_settle_events(user: User) -> bool:
    """Only finance takes a parked event up again or dismisses it."""
    return has_role(user, "finance")
