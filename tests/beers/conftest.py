"""Shareholders, and people who are none."""

from collections.abc import Callable

import pytest

from accounts.models import User
from core import clock
from equity.models import Member
from tests.factories.people import make_holder


@pytest.fixture
def new_shareholder(db: None) -> Callable[..., User]:
    """Make people who stand in the register of members."""

    def make(name: str = "Agnes Whitlock", language: str = "en") -> User:
        user = make_holder(name=name, language=language)
        enter(user)
        return user

    return make


def enter(user: User) -> None:
    """Write the person into the register of members, without shares: being a member is what is asked."""
    number = Member.objects.count() + 1
    Member.objects.create(party=user.party, number=number, entered_at=clock.now())
