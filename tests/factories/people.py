"""People for tests: holders, and staff whose session proved two factors."""

import time
from itertools import count

from allauth.mfa.models import Authenticator
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import Client

from accounts.freshness import SESSION_KEY as FRESH_KEY
from accounts.models import User
from accounts.queries.people import APP, real_now
from accounts.services.people import make_user, register_person
from accounts.services.staff import give_role
from core import clock
from core.transactions import atomic

_numbers = count(1)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def make_holder(*, name: str = "Siobhán O’Brien", email: str = "", language: str = "en") -> User:
    """Write a person who can sign in and hold shares."""
    email = email or f"holder{next(_numbers)}@example.org"
    at = clock.now()
    with atomic():
        party = register_person(name=name, language=language, email=email, country="GB", by=None, at=at)
        return make_user(email=email, party=party, by=None, at=at)


def make_staff(*roles: str, email: str = "") -> User:
    """Write a member of staff with the roles and an authenticator app."""
    email = email or f"{'-'.join(roles)}{next(_numbers)}@example.org"
    at = clock.now()
    with atomic():
        user = make_user(email=email, party=None, by=None, at=at, password="a long password of tests")
        for role in roles:
            give_role(user=user, role=role, by=None, at=at)
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "unused in tests"})
    return user


def sign_in_staff(user: User, *, fresh: bool = True) -> Client:
    """Return a client whose session gave password and app code, a moment ago when ``fresh``."""
    moment = time.time()
    records = [{"method": "password", "at": moment}, {"method": "mfa", "type": "totp", "at": moment}]
    client = sign_in(user)
    session = client.session
    session["account_authentication_methods"] = records
    session["account_authentication_methods_user"] = str(user.pk)
    if fresh:
        session[FRESH_KEY] = {"user": user.pk, "way": APP, "at": real_now().isoformat()}
    session.save()
    return client


def sign_in(user: User) -> Client:
    """Return a client with a session of the user that proved nothing more."""
    client = Client()
    session = client.session
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    client.cookies["sessionid"] = session.session_key
    return client


def staff_client(*roles: str, fresh: bool = True) -> Client:
    """Return the signed-in client of a new member of staff; ``client.user`` is that member."""
    user = make_staff(*roles)
    client = sign_in_staff(user, fresh=fresh)
    client.user = user  # type: ignore[attr-defined]
    return client
