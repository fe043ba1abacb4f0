"""Who somebody is."""

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from accounts.models import StaffRole, User

Viewer = User | AnonymousUser
PASSKEY, APP, MAILED_CODE = "passkey", "app", "code"


def real_now() -> datetime:
    """Return the database's real time; codes and factors live by it, never by the demo's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def roles_of(user: Viewer) -> frozenset[str]:
    """Return the roles the user holds in the office; asked once per request and user."""
    if not isinstance(user, User) or not user.is_active:
        return frozenset()
    known: frozenset[str] | None = getattr(user, "_roles", None)
    if known is None:
        known = frozenset(StaffRole.objects.filter(user=user).values_list("role", flat=True))
        user._roles = known  # type: ignore[attr-defined]
    return known


def is_staff_member(user: Viewer) -> bool:
    """Return whether the user holds any role, and so signs in with a second factor."""
    return bool(roles_of(user))


def language_of(user: User | None, otherwise: str) -> str:
    """Return the language to write to the user in."""
    return user.party.language if user and user.party else otherwise


def find_user(email: str) -> User | None:
    """Return the user of an address in any letter case."""
    return User.objects.select_related("party").filter(email=email.lower()).first()


def find_unproved(email: str) -> User | None:
    """Return who signed up with the address and never proved it, so that anybody may have typed their name."""
    user = find_user(email)
    if user is None or user.last_login is not None or user.has_usable_password() or is_staff_member(user):
        return None
    addresses = EmailAddress.objects.filter(user=user)
    return user if addresses.exists() and not addresses.filter(verified=True).exists() else None


def factors_of(user: User) -> frozenset[str]:
    """Return the strong factors the user has set up: a passkey, an authenticator app, both or none."""
    types = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    names = {Authenticator.Type.WEBAUTHN: PASSKEY, Authenticator.Type.TOTP: APP}
    return frozenset(names[kind] for kind in types & names.keys())


def ways_to_confirm(user: User) -> frozenset[str]:
    """Return how the user can prove to be there now: a factor they have, else a code mailed to them."""
    return factors_of(user) or frozenset({MAILED_CODE})


def name_of(user: User) -> str:
    """Return the name under which the user acts: a holder's own, a member of staff's, the address without either."""
    return (user.party.display_name if user.party else "") or user.name or user.email
