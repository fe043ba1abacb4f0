"""Whoever owns the database and switches the triggers off can change a row; the proof of the books names it."""

from typing import Any

import pytest
from django.db import connection

from agm import integrity as agm_integrity
from ballots import integrity
from ballots.services.log import merge_log
from core import clock
from core.transactions import atomic
from tests.factories.agm import World, cast, declare_vote, make_world, open_vote

pytestmark = pytest.mark.django_db
IRV = "(SELECT id FROM ballots_contest WHERE method = 'irv')"
FIRST = f"(SELECT MIN(id) FROM ballots_envelope WHERE contest_id = {IRV})"
TAMPERINGS = {
    "envelope emptied": ("envelope", f"SET sealed = 'x' WHERE id = {FIRST}", "not what its hash says"),
    "envelope exchanged": (
        "envelope",
        f"SET sealed = 'x', sha256 = encode(sha256('x'), 'hex') WHERE id = {FIRST}",
        "hash is not in the log",
    ),
    "envelope dated after the close": (
        "envelope",
        f"SET received_at = received_at + interval '1 day' WHERE id = {FIRST}",
        "from outside the opening",
    ),
    "envelope said to be changed": ("envelope", f"SET changes = 7 WHERE id = {FIRST}", "fewer envelopes than"),
    "leaf moved": ("logleaf", "SET position = position + 10 WHERE position = 0", "a log with a gap"),
    "leaf exchanged": ("logleaf", "SET sha256 = repeat('a', 64) WHERE position = 0", "the log does not have"),
    "checkpoint forged": ("checkpoint", "SET root = repeat('a', 64)", "the log does not have"),
    "handover smaller": ("handover", "SET envelopes_count = 1", "not the whole box"),
    "return smaller": ("opening", "SET papers_count = 1", "papers and spoiled envelopes"),
    "paper changed": (
        "paper",
        "SET choices = ARRAY[(SELECT public_id FROM ballots_option WHERE title = 'Basin Bitter')]",
        "its papers do not give",
    ),
    "shares moved to against": (
        "namedvote",
        "SET against_votes = for_votes, for_votes = 0",
        "its papers do not give",
    ),
    "result changed": ("count", "SET result = jsonb_set(result, '{elected}', '[]')", "its papers do not give"),
    "rules changed": ("contest", "SET rules = jsonb_set(rules, '{seats}', '2')", "rules that are not"),
    "roll entry raised": ("rollentry", "SET votes = votes + 1 WHERE votes = 4", "the register of its record date"),
    "roll's sum changed": ("roll", "SET votes_total = votes_total - 1", "entries do not sum up"),
    "roll's salt changed": ("roll", "SET salt = repeat('a', 32)", "a roll that is not what its hash says"),
}


@pytest.fixture
def world(settings: Any, tmp_path: Any) -> World:
    settings.FILES_ROOT = tmp_path
    world = make_world(kinds=("recipes", "resolution"))
    contest = open_vote(world, "recipes")
    for user, pick in zip(world.members, ("Weir Stout", "Weir Stout", "Towpath Pale"), strict=True):
        cast(contest, user, pick)
    with atomic():
        merge_log(contest=contest, at=clock.now())
    declare_vote(world, "recipes")
    contest = open_vote(world, "resolution")
    cast(contest, world.members[2], votes=(2000, 0, 0))
    declare_vote(world, "resolution")
    return world


def found() -> list[str]:
    return [*integrity.findings(), *agm_integrity.findings()]


def as_owner_without_triggers(table: str, change: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE ballots_{table} DISABLE TRIGGER USER")
        cursor.execute("ALTER TABLE ballots_envelope DROP CONSTRAINT envelope_is_what_its_hash_says")
        cursor.execute(f"UPDATE ballots_{table} {change}")
        assert cursor.rowcount > 0
        cursor.execute(f"ALTER TABLE ballots_{table} ENABLE TRIGGER USER")


def test_untouched_ballots_are_clean(world: World) -> None:
    assert found() == []


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_is_named(world: World, name: str) -> None:
    table, change, sentence = TAMPERINGS[name]

    as_owner_without_triggers(table, change)

    assert [line for line in found() if sentence in line] != []


def test_vote_outside_its_meeting_is_named(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE agm_meeting DISABLE TRIGGER USER")
        cursor.execute("UPDATE agm_meeting SET opened_at = opened_at + interval '1 day'")

    assert [line for line in found() if "a vote outside its meeting" in line] != []


@pytest.mark.parametrize(
    "change",
    [
        "agm_meeting SET place = 'Behind the shed'",
        "agm_agendaitem SET text = 'THAT nothing be received.' WHERE kind = 'resolution'",
        "ballots_contest SET promise = 'Nothing will be brewed.' WHERE method = 'irv'",
        "ballots_contest SET challenge_hours = 1 WHERE method = 'irv'",
        "ballots_option SET title = 'Somebody Else''s Bitter' WHERE title = 'Basin Bitter'",
        "ballots_scrutineer SET paid_by = 'nobody'",
        "ballots_scrutineer SET public_key = repeat('a', 64)",
    ],
)
@pytest.mark.parametrize("step", ["noticed", "in_session"])
def test_meeting_that_is_not_what_its_notice_said_is_named(step: str, change: str) -> None:
    world = make_world(step=step, kinds=("recipes", "resolution"))
    table = change.split()[0]
    before = found()

    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(f"UPDATE {change}")
        assert cursor.rowcount == 1

    said = f"agm: a meeting that is not what its notice said: {world.meeting.slug}"
    assert (before, [line for line in found() if line == said]) == ([], [said])


def test_notice_given_too_late_is_named(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE agm_notice DISABLE TRIGGER USER")
        cursor.execute("UPDATE agm_notice SET given_on = given_on + 30")

    assert [line for line in found() if "given too late" in line] != []
