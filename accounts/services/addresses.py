"""The address somebody signs in with and is written to."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.errors import EmailTaken
from accounts.models import PrivateContact, User
from accounts.services.sessions import end_sessions
from core import audit
from core.errors import constraints_as
from core.locks import lock
from core.transactions import needs_transaction


@needs_transaction
def change_email(*, user: User, email: str, by: User | None, at: datetime) -> User:
    """Write to the user at another address from now on, and end their sessions; raise `EmailTaken`.

    The caller has made sure who asks and that the address is theirs. The address before signs nobody in any more; the
    trail keeps it, because it is told when the bank details change soon afterwards: see `accounts.queries.changes`.
    """
    user = lock(User.objects.all(), pk=user.pk)
    before, user.email = user.email, email.strip().lower()
    if user.email == before:
        return user
    with constraints_as({"user_email_is_one_persons": EmailTaken}), transaction.atomic():
        user.save(update_fields=["email"])
    EmailAddress.objects.filter(user=user).delete()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    PrivateContact.objects.filter(party__user=user).update(email=user.email)
    audit.record(by=by, at=at, verb="change_email", subject=user, before=before)
    end_sessions(user=user, by=by, at=at)
    return user
