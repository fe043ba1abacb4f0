"""For whom a person may vote: the one answer that the paper, the count of what is open, and the results go by."""

from datetime import timedelta

import pytest

from accounts.services.people import make_joint_party, make_organisation
from agm.queries.paper import seats_of
from core import clock
from core.transactions import atomic
from equity.models import ShareClass
from tests.factories.agm import World, freeze, make_world, register_shares
from tests.factories.people import make_holder


@pytest.fixture
def world(db: None) -> World:
    """Two members who also hold 30 shares together, and for whom a company's 50 are voted by the second."""
    world = make_world(step="noticed")
    first, second = (user.party for user in world.members[:2])
    with atomic():
        joint = make_joint_party(holders=[first, second], by=None, at=clock.now())
        firm = make_organisation(
            name="Wharf Ltd", number="01234567", representatives=[second], language="en", by=None, at=clock.now()
        )
    since = clock.now() - timedelta(days=59)
    register_shares([(joint, 30), (firm, 50)], at=since, share_class=ShareClass.objects.get())
    freeze(world)
    world.meeting.refresh_from_db()
    return world


def test_seats_are_the_own_the_joint_ones_by_place_and_the_represented_ones(world: World) -> None:
    first, second, third = (
        [
            (seat.entry.votes, seat.voter.position, seat.is_own, seat.is_joint, seat.is_represented)
            for seat in seats_of(user, roll_id=world.meeting.roll_id)
        ]
        for user in world.members
    )

    assert first == [(4, 1, True, False, False), (30, 1, False, True, False)]
    assert second == [(100, 1, True, False, False), (30, 2, False, True, False), (50, 1, False, False, True)]
    assert third == [(2000, 1, True, False, False)]


def test_seats_before_a_roll_or_without_shares_are_none(world: World) -> None:
    assert seats_of(world.members[0], roll_id=None) == []
    assert seats_of(make_holder(), roll_id=world.meeting.roll_id) == []


def test_seats_are_asked_for_by_one_query(world: World, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        seats = seats_of(world.members[1], roll_id=world.meeting.roll_id)
        facts = [(seat.name, seat.first_named, seat.entry.public_id) for seat in seats]

    assert len(facts) == 3
