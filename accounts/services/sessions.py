"""Sessions that are ended before their time."""

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from accounts.models import User
from core import audit
from core.transactions import needs_transaction


@needs_transaction
def end_sessions(*, user: User, by: User | None, at: datetime, keep: str = "", only: int | None = None) -> int:
    """End the user's sessions but the one with key ``keep``, or just the one with id ``only``; return how many."""
    rows = UserSession.objects.filter(user=user).exclude(session_key=keep)
    if only is not None:
        rows = rows.filter(pk=only)
    keys = list(rows.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    rows.delete()
    if keys:
        audit.record(by=by, at=at, verb="end_sessions", subject=user, ended=len(keys))
    return len(keys)
