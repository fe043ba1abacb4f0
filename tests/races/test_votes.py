"""Votes at the same moment: one voter many times, the closing second, two chairs."""

import threading
from typing import Any

import pytest
from django.db import connection

from agm.services import chair
from ballots.models import Contest, Envelope, Handover, LogLeaf
from ballots.services import voting
from ballots.services.voting import Receipt
from core import clock
from core.models import AuditRecord
from core.transactions import atomic
from tests.factories.agm import World, cast, make_world, open_vote, voter_of
from tests.races.crowd import as_owner, drop_constraint, together

pytestmark = pytest.mark.race
CROWD = 20


@pytest.fixture
def world(committed_db: str, settings: Any, tmp_path: Any) -> World:
    settings.FILES_ROOT = tmp_path
    return make_world(kinds=("recipes",))


def test_twenty_votes_of_one_member_at_once_leave_one_envelope(world: World) -> None:
    contest = open_vote(world, "recipes")

    results = together([lambda: cast(contest, world.members[0], "Weir Stout")] * CROWD)

    assert [type(result) for result in results] == [Receipt] * CROWD
    assert [box.changes for box in Envelope.objects.all()] == [CROWD - 1]
    assert LogLeaf.objects.count() == CROWD


def test_votes_without_the_law_of_one_envelope_would_be_twenty(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    contest = open_vote(world, "recipes")
    drop_constraint("ballots_envelope", "envelope_once_per_voter_and_contest")
    begin, end = voting.CAST.index("ON CONFLICT (contest_id, entry_id)"), voting.CAST.rindex("RETURNING")
    monkeypatch.setattr(voting, "CAST", voting.CAST[:begin] + voting.CAST[end:])

    together([lambda: cast(contest, world.members[0], "Weir Stout")] * CROWD)

    assert Envelope.objects.count() == CROWD


def test_one_vote_sent_twenty_times_at_once_is_one_with_one_receipt(world: World) -> None:
    contest = open_vote(world, "recipes")
    user = world.members[0]
    choice = voting.ranking(contest, [contest.rules["options"][0]["id"]])

    def send() -> Receipt:
        with atomic():
            return voting.cast_ballot(
                contest=contest, voter=voter_of(user, contest), choice=choice, cast_id=b"0123456789abcdef", by=user
            )

    results = together([send] * CROWD)

    assert len({(receipt.code, receipt.promise) for receipt in results}) == 1
    assert [receipt.is_repeat for receipt in results].count(False) == 1
    assert [box.changes for box in Envelope.objects.all()] == [0]
    assert LogLeaf.objects.count() == 1


def close_while_a_vote_is_on_its_way(world: World) -> None:
    """A vote is in the box but not committed when the chair closes; it is committed once the close waits or is done."""
    contest = open_vote(world, "recipes")
    is_in, is_closing = threading.Event(), threading.Event()

    def vote() -> None:
        with atomic():
            voting.cast_ballot(
                contest=contest,
                voter=voter_of(world.members[0], contest),
                choice=voting.ranking(contest, [contest.rules["options"][0]["id"]]),
                cast_id=b"0123456789abcdef",
                by=world.members[0],
            )
            is_in.set()
            is_closing.wait(timeout=60)

    def close() -> None:
        is_in.wait(timeout=60)
        threading.Timer(1.0, is_closing.set).start()
        with atomic():
            chair.close_poll(item=world.item("recipes"), by=world.chair, at=clock.now())
        is_closing.set()

    results = together([vote, close])

    assert results == [None, None]


def test_vote_on_its_way_at_the_close_is_handed_over(world: World) -> None:
    close_while_a_vote_is_on_its_way(world)

    assert (Envelope.objects.count(), Handover.objects.get().envelopes_count) == (1, 1)


def test_vote_on_its_way_without_the_door_would_be_left_in_the_box(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('ballots_envelope_within_opening'::regproc)")
        law = cursor.fetchone()[0]
    door = "PERFORM pg_advisory_xact_lock_shared(ballots_door(), NEW.contest_id::integer);"
    assert door in law
    as_owner(law.replace(door, ""))

    close_while_a_vote_is_on_its_way(world)

    assert (Envelope.objects.count(), Handover.objects.get().envelopes_count) == (1, 0)


def test_two_chairs_closing_at_once_close_once(world: World) -> None:
    open_vote(world, "recipes")

    def close() -> Contest:
        with atomic():
            return chair.close_poll(item=world.item("recipes"), by=world.chair, at=clock.now())

    results = together([close, close])

    assert {(contest.state, contest.closed_at) for contest in results} == {("closed", Contest.objects.get().closed_at)}
    assert AuditRecord.objects.filter(verb="contest_closed").count() == 1
    assert Handover.objects.count() == 1
