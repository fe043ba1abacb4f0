"""People of different standing, and the ways they sign in."""

import base64
import re
from datetime import datetime

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from accounts.queries.people import real_now
from accounts.rules.totp import code_at, counter_at
from accounts.services.people import make_user, register_person
from accounts.services.staff import give_role
from core import clock
from core.models import OutgoingMail
from core.transactions import atomic

PASSWORD = "a long and quiet password"
SECRET = base64.b32encode(b"twenty bytes of key!").decode()


@pytest.fixture(autouse=True)
def _rested_limits(request: pytest.FixtureRequest) -> None:
    """Forget how often earlier tests tried."""
    wanted = [name for name in ("committed_db", "db") if name in request.fixturenames]
    if wanted:
        request.getfixturevalue(wanted[0])
        cache.clear()


@pytest.fixture
def at(db: None) -> datetime:
    return clock.now()


@pytest.fixture
def holder(at: datetime) -> User:
    return new_holder("tuyet@example.com", "Nguyễn Thị Ánh Tuyết", at)


@pytest.fixture
def secretary(at: datetime) -> User:
    return new_staff("agnes@example.com", at)


def new_holder(email: str, name: str, at: datetime, language: str = "en") -> User:
    with atomic():
        party = register_person(name=name, language=language, email=email, by=None, at=at)
        return make_user(email=email, party=party, by=None, at=at)


def new_staff(email: str, at: datetime, role: str = "secretary", app: bool = True) -> User:
    with atomic():
        user = make_user(email=email, party=None, by=None, at=at, password=PASSWORD)
        give_role(user=user, role=role, by=None, at=at)
        if app:
            Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": encrypt(SECRET)})
    return user


def app_code(steps: int = 0) -> str:
    return code_at(SECRET, counter_at(real_now().timestamp()) + steps)


def mailed_code(email: str) -> str:
    mail = OutgoingMail.objects.filter(to=email).order_by("-id").first()
    found = re.search(r"^\d{6}$", mail.text, re.MULTILINE) if mail else None
    return found.group() if found else ""


def another(code: str) -> str:
    """A code of the same shape that is not this one."""
    return f"{(int(code or 0) + 1) % 10**6:06d}"


def sign_in_by_code(client: Client, user: User) -> None:
    client.post("/accounts/login/", {"login": user.email})
    client.post("/accounts/login/code/confirm/", {"code": mailed_code(user.email)})
    assert signed_in_as(client) == user.pk


def sign_in_as_staff(client: Client, user: User) -> None:
    client.post("/accounts/staff/", {"login": user.email, "password": PASSWORD})
    client.post("/accounts/login/second/", {"code": app_code()})
    assert signed_in_as(client) == user.pk


def signed_in_as(client: Client) -> int | None:
    found = client.session.get("_auth_user_id")
    return int(found) if found else None
