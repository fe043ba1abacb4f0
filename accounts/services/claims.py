"""A sign-in for somebody who is in the books already.

Note [Claims]: holders and creators come into the books by the office or with the register, with an address and without
a sign-in. Who proves that address by a mailed code is that person from then on (ADR 0083). Nobody unverified ever sets
the address of somebody without a sign-in: signing up makes the person and the sign-in together, and changing an address
needs a sign-in. Where the address fits several people, a code tells nobody which one has come, and nothing is linked.
Until the code is proved nothing differs for anybody: the row made when a code is asked for belongs to no person.
"""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import ProtectedError

from accounts.errors import EmailTaken
from accounts.models import Party, PrivateContact, User
from accounts.queries.claims import find_claimable
from accounts.queries.people import find_unproved, find_user, is_staff_member
from core import audit
from core.errors import constraints_as
from core.locks import lock
from core.transactions import needs_transaction


@needs_transaction
def prepare_claim(*, email: str, at: datetime) -> User | None:
    """Return the sign-in to which a code may be mailed because its proof would claim somebody; None for nobody.

    Makes it where there is none: it belongs to nobody and opens nothing. Raises `EmailTaken` when another was faster.
    """
    if find_claimable(email) is None:
        return None
    if find_user(email) is not None:
        return find_unproved(email)
    user = User(email=email.strip().lower(), party=None, date_joined=at)
    user.set_unusable_password()
    with constraints_as({"user_email_is_one_persons": EmailTaken}), transaction.atomic():
        user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=False, primary=True)
    return user


@needs_transaction
def claim_person(*, user: User, by: User | None, at: datetime) -> Party | None:
    """Make the user, who proved their address just now, the one person of the books who has it; None when none fits.

    Only at their first sign-in. Name and language stay as the books have them; what somebody typed at sign-up goes
    away again.
    """
    party = find_claimable(user.email)
    if party is None or not user.is_active or user.last_login is not None or is_staff_member(user):
        return None
    lock(Party.objects.all(), pk=party.pk)
    if find_claimable(user.email) != party or not _move(user, to=party):
        return None
    EmailAddress.objects.filter(user=user, email=user.email).update(verified=True)
    audit.record(by=by, at=at, verb="claim_person", subject=user, party=party.pk)
    return party


def _move(user: User, *, to: Party) -> bool:
    """Give the user the person; return False, changing nothing, where the books speak of the one of the sign-up."""
    typed, user.party = user.party, to
    try:
        with transaction.atomic():
            user.save(update_fields=["party"])
            if typed is not None:
                PrivateContact.objects.filter(party=typed).delete()
                typed.delete()
    except ProtectedError:
        user.party = typed
        return False
    return True
