"""Who a session belongs to, and when to nobody."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from tests.factories.people import make_holder, sign_in


@pytest.fixture
def user(db: None) -> User:
    return make_holder()


def asked_with(key: str) -> HttpRequest:
    request = HttpRequest()
    request.session = SessionStore(key)
    return request


def test_user_of_a_session_is_read_whole(user: User) -> None:
    key = sign_in(user).cookies["sessionid"].value

    found = get_user(asked_with(key))

    assert found == user
    assert {name: getattr(found, name) for name in vars(user) if not name.startswith("_")} == {
        name: value for name, value in vars(user).items() if not name.startswith("_")
    }


def test_session_that_is_over_belongs_to_nobody_and_forgets_its_key(user: User) -> None:
    key = sign_in(user).cookies["sessionid"].value
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    request = asked_with(key)

    found = get_user(request)

    assert (found.is_authenticated, request.session.session_key) == (False, None)


def test_session_nobody_wrote_belongs_to_nobody(db: None) -> None:
    assert get_user(asked_with("a" * 32)).is_authenticated is False


def test_session_of_somebody_no_longer_active_belongs_to_nobody(user: User) -> None:
    key = sign_in(user).cookies["sessionid"].value
    User.objects.update(is_active=False)

    assert get_user(asked_with(key)).is_authenticated is False


def test_session_from_before_the_password_changed_belongs_to_nobody(user: User) -> None:
    key = sign_in(user).cookies["sessionid"].value
    user.set_password("another long password of tests")
    user.save()

    assert get_user(asked_with(key)).is_authenticated is False
