"""The commands that make the example company: once, with a sentence otherwise, the same story for the same seed."""

from datetime import datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from accounts.models import User
from core import clock
from equity.models import Company, Member, RegisterHead
from equity.queries.register import register_on
from portal.services.example_company import make_example_company

MEMBERS = 50
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Any) -> None:
    settings.FILES_ROOT = tmp_path


def test_the_same_seed_tells_the_same_story_another_seed_another() -> None:
    at = clock.now()

    first, again, other = (_told(seed, at) for seed in (1, 1, 2))

    assert first == again
    assert first != other
    assert len(other) >= MEMBERS


def _told(seed: int, at: datetime) -> list[object]:
    """Return the register's content of a company that is rolled back afterwards."""
    with transaction.atomic():
        make_example_company(members=MEMBERS, seed=seed, at=at)
        content: list[object] = list(register_on(at.date(), known_at=at))
        transaction.set_rollback(True)
    return content


def test_a_second_time_nothing_happens(django_assert_num_queries: Any) -> None:
    call_command("seed", members=MEMBERS, stdout=StringIO())
    before = Member.objects.count(), RegisterHead.objects.get().last_sha256
    out = StringIO()

    with django_assert_num_queries(1):
        call_command("seed_demo", stdout=out)
    with pytest.raises(CommandError, match="A company is there already"):
        call_command("seed", members=MEMBERS)

    assert out.getvalue() == ""
    assert (Member.objects.count(), RegisterHead.objects.get().last_sha256) == before


def test_too_few_members_are_refused_and_nothing_is_written() -> None:
    with pytest.raises(CommandError, match="at least 50 members"):
        call_command("seed", members=49)

    assert (Company.objects.count(), User.objects.count()) == (0, 0)


def test_outside_the_demo_it_is_refused(settings: Any) -> None:
    settings.DEMO = False

    with pytest.raises(CommandError, match="in the demo only"):
        call_command("seed", members=MEMBERS)


def test_the_command_says_what_it_made() -> None:
    out = StringIO()

    call_command("seed", members=MEMBERS, seed=7, stdout=out)

    assert out.getvalue().startswith("Three Sluices Brewery plc: 50 members in ")


def test_demo_people_lists_everybody_with_their_way_in() -> None:
    out = StringIO()

    call_command("demo_people", stdout=out)

    lines = out.getvalue().splitlines()
    assert [line.split("@")[0] for line in lines[:-1]] == [
        "customer", "holder", "secretary", "finance", "director", "chair", "door",
    ]  # fmt: skip
    assert lines[-1].startswith("Their codes are shown on http://localhost:")
