"""The roll: the register of the record date as it was known then, whatever is entered afterwards."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agm.errors import NoticeDiffers, NotYetTime
from agm.models import Meeting
from agm.services.rolls import freeze_meeting_roll
from agm.services.sweeping import sweep
from ballots.enums import ContestState
from ballots.errors import NoScrutineer
from ballots.rules.proofs.rolls import roll_sha256
from core import clock
from core.transactions import atomic
from equity.models import Member, RegisterHead, ShareClass
from equity.queries.register import register_on
from equity.queries.voting_rights import votes_at
from equity.services.register import Issue, write_issues
from tests.factories.agm import World, freeze, give_notice, make_world, register_shares
from tests.factories.equity import make_share_class
from tests.factories.people import make_holder

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world(step="noticed", holdings=(4, 100), kinds=("recipes",))


def votes_of(world: World) -> dict[int, int]:
    roll = Meeting.objects.get(pk=world.meeting.pk).roll
    assert roll is not None
    return dict(roll.entries.values_list("party_id", "votes"))


def test_shares_entered_after_the_record_moment_do_not_vote(world: World) -> None:
    late = make_holder()
    register_shares([(late.party, 5000), (world.members[0].party, 6)], at=clock.now())

    freeze(world)

    assert votes_of(world) == {world.members[0].party_id: 4, world.members[1].party_id: 100}


def test_shares_entered_late_but_effective_earlier_do_not_vote(world: World) -> None:
    holder, share_class = world.members[0], make_share_class()
    issue = Issue(holder.party, (holder.party.display_name,), "1 Lock Lane", "GB", 50, 0)
    with atomic():
        write_issues(
            share_class=share_class,
            issues=[issue],
            effective_on=(world.meeting.record_at - timedelta(days=20)).date(),
            reference="entered late",
            by=None,
            at=clock.now(),
        )

    freeze(world)

    assert votes_of(world)[holder.party_id] == 4


def test_shares_entered_before_the_record_moment_vote(world: World) -> None:
    new = make_holder()
    register_shares([(new.party, 9)], at=world.meeting.record_at - timedelta(days=3))

    freeze(world)

    assert votes_of(world)[new.party_id] == 9


def test_classes_vote_by_their_votes_per_share(world: World) -> None:
    founders = make_share_class(code="A", votes_per_share=10)
    silent = make_share_class(code="N", votes_per_share=0)
    before = world.meeting.record_at - timedelta(days=3)
    new = make_holder()
    register_shares([(world.members[0].party, 3)], at=before, share_class=founders)
    register_shares([(new.party, 3)], at=before + timedelta(hours=1), share_class=silent)

    freeze(world)

    assert votes_of(world) == {world.members[0].party_id: 34, world.members[1].party_id: 100}


def test_roll_is_frozen_once_with_the_rules_of_its_contests(world: World) -> None:
    freeze(world)
    first = Meeting.objects.get(pk=world.meeting.pk).roll
    register_shares([(world.members[0].party, 6)], at=clock.now())

    with atomic():
        again = freeze_meeting_roll(meeting=world.meeting, by=None, at=clock.now())

    contest = world.contest("recipes")
    assert again == first
    assert contest.state == ContestState.FROZEN
    assert contest.rules["roll_sha256"] == again.sha256


def test_hash_of_the_roll_is_that_of_its_salted_entries(world: World) -> None:
    freeze(world)
    roll = Meeting.objects.select_related("roll").get(pk=world.meeting.pk).roll
    assert roll is not None

    entries = list(roll.entries.values_list("public_id", "votes"))

    assert roll_sha256(bytes.fromhex(roll.salt), entries) == roll.sha256
    assert roll_sha256(bytes.fromhex(roll.salt), [(entries[0][0], 5), *entries[1:]]) != roll.sha256


def test_roll_before_the_record_moment_is_refused(world: World) -> None:
    with pytest.raises(NotYetTime), atomic():
        freeze_meeting_roll(meeting=world.meeting, by=None, at=world.meeting.record_at - timedelta(seconds=1))


def test_sweep_freezes_the_roll_when_its_moment_has_come(world: World) -> None:
    sweep()

    assert votes_of(world) == {world.members[0].party_id: 4, world.members[1].party_id: 100}


def noticed_without_scrutineer(*kinds: str) -> World:
    """Return a meeting past the notice's own check, which would refuse it where something is voted on."""
    world = make_world(step="draft", holdings=(4, 100), kinds=kinds)
    Meeting.objects.update(scrutineer=None)
    give_notice(world)
    return world


def test_roll_of_a_vote_without_a_scrutineer_is_refused() -> None:
    world = noticed_without_scrutineer("recipes")

    with pytest.raises(NoScrutineer), atomic():
        freeze_meeting_roll(meeting=world.meeting, by=None, at=clock.now())
    sweep()

    assert Meeting.objects.get().roll is None


def test_roll_of_a_meeting_without_a_vote_needs_no_scrutineer() -> None:
    world = noticed_without_scrutineer("information")

    sweep()

    assert sum(votes_of(world).values()) == 104


def test_roll_of_a_meeting_that_is_not_what_its_notice_said_is_refused(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE ballots_contest DISABLE TRIGGER USER")
        cursor.execute("UPDATE ballots_contest SET promise = 'Nothing will be brewed.'")
        cursor.execute("ALTER TABLE ballots_contest ENABLE TRIGGER USER")

    with pytest.raises(NoticeDiffers), atomic():
        freeze_meeting_roll(meeting=world.meeting, by=None, at=clock.now())
    sweep()

    assert Meeting.objects.get().roll is None


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    entries=st.lists(
        st.tuples(st.integers(0, 3), st.integers(1, 500), st.sampled_from("AB"), st.integers(0, 40)), max_size=8
    ),
    asked=st.integers(0, 45),
)
def test_votes_by_one_statement_are_the_register_row_by_row(db: None, entries: list[tuple], asked: int) -> None:
    with atomic():
        classes = {code: make_share_class(code=code, votes_per_share=n) for code, n in (("A", 3), ("B", 1))}
        people = [make_holder() for _ in range(4)]
        began = clock.now() - timedelta(days=60)
        for who, shares, code, day in sorted(entries, key=lambda entry: entry[3]):
            at = began + timedelta(days=day, seconds=len(Member.objects.all()))
            register_shares([(people[who].party, shares)], at=_later(at), share_class=classes[code])
        moment = began + timedelta(days=asked)

        found = dict(votes_at(moment, known_at=moment))

        assert found == by_register(moment)
        transaction.set_rollback(True)


def _later(at: datetime) -> datetime:
    last = RegisterHead.objects.get().last_entered_at
    return at if last is None or at > last else last + timedelta(seconds=1)


def by_register(moment: datetime) -> dict[int, int]:
    votes: Counter[int] = Counter()
    weights = dict(ShareClass.objects.values_list("code", "votes_per_share"))
    parties = dict(Member.objects.values_list("number", "party_id"))
    for row in register_on(moment.date(), known_at=moment):
        votes[parties[row.member_number]] += row.quantity * weights[row.share_class]
    return {party: number for party, number in votes.items() if number}
