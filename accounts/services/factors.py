"""What happens around a change of the factors somebody signs in with."""

from datetime import datetime

from allauth.mfa.models import Authenticator

from accounts.models import User
from accounts.services.sessions import end_sessions
from core import audit
from core.transactions import needs_transaction


@needs_transaction
def note_changed_factor(*, user: User, what: str, keep_session: str, by: User | None, at: datetime) -> None:
    """Write down that a factor or the password changed, and end every session but the one that changed it."""
    audit.record(by=by, at=at, verb="change_factor", subject=user, what=what)
    end_sessions(user=user, by=by, at=at, keep=keep_session)


@needs_transaction
def end_factors(*, user: User, by: User | None, at: datetime) -> int:
    """Take away all factors of somebody who lost them, and end their sessions; return how many were taken.

    The caller has made sure who asks. A holder then signs in by code; staff set up a new factor after their password.
    """
    taken: int = Authenticator.objects.filter(user=user).delete()[0]
    audit.record(by=by, at=at, verb="end_factors", subject=user, taken=taken)
    end_sessions(user=user, by=by, at=at)
    return taken
