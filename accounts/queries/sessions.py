"""Where somebody is signed in."""

from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from accounts.models import User
from accounts.queries.people import real_now
from accounts.rules.devices import device_of


@dataclass(frozen=True)
class OpenSession:
    """One browser that is signed in; ``is_here`` for the one that asks."""

    id: int
    browser: str
    system: str
    ip: str
    created_at: datetime
    is_here: bool


def sessions_of(user: User, *, here: str) -> list[OpenSession]:
    """Return the user's sessions that still work, latest first. Two queries."""
    rows = list(UserSession.objects.filter(user=user).order_by("-created_at"))
    keys = [row.session_key for row in rows]
    alive = set(
        Session.objects.filter(session_key__in=keys, expire_date__gt=real_now()).values_list("session_key", flat=True)
    )
    return [
        OpenSession(row.pk, *device_of(row.user_agent), row.ip, row.created_at, row.session_key == here)
        for row in rows
        if row.session_key in alive
    ]
