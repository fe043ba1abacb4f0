"""Nothing in the tables links a paper to a person: no column, no order, no time, no length, no trace elsewhere."""

import logging
from typing import Any

import pytest
from django.db import connection

from ballots.models import Envelope, Paper
from tests.factories.agm import World, cast, close_vote, count_vote, declare_vote, make_world, open_vote

pytestmark = pytest.mark.django_db
VOTERS = 24
DICE = "6 2 4"
PICKS = (
    ("Weir Stout",),
    ("Lockside Mild", "Towpath Pale", "Weir Stout", "Basin Bitter"),
    ("Towpath Pale", "Weir Stout"),
)


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Any) -> None:
    settings.FILES_ROOT = tmp_path


@pytest.fixture
def world() -> World:
    return make_world(kinds=("recipes", "names"), holdings=(4,) * VOTERS)


def cast_all(world: World) -> list[str]:
    """Let everybody vote in turn, and return their tracking codes in the order of casting."""
    contest = open_vote(world, "recipes")
    return [cast(contest, user, *PICKS[turn % 3]).code for turn, user in enumerate(world.members)]


def tables_that_hold(text: str) -> list[str]:
    """Return every table of the database with a row in which the text stands, in whatever column."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
        tables = [name for (name,) in cursor.fetchall()]
        found = []
        for table in tables:
            cursor.execute(f'SELECT EXISTS (SELECT FROM "{table}" row WHERE position(%s IN row::text) > 0)', [text])
            if cursor.fetchone()[0]:
                found.append(table)
    return found


def test_paper_has_no_columns_but_code_contest_and_choices() -> None:
    assert [field.column for field in Paper._meta.fields] == ["code", "contest_id", "choices"]


def test_no_table_points_at_papers_and_no_path_leads_from_paper_to_person() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint "
            "WHERE contype = 'f' AND 'ballots_paper'::regclass IN (conrelid, confrelid)"
        )
        keys = cursor.fetchall()

    assert keys == [("ballots_paper", "ballots_contest")]


def test_tracking_code_is_kept_nowhere_before_the_envelopes_are_opened(world: World) -> None:
    codes = cast_all(world)
    close_vote(world, "recipes")

    assert [tables_that_hold(code) for code in codes[:3]] == [[], [], []]


def test_tracking_code_stands_with_its_paper_alone_after_the_count(world: World) -> None:
    codes = cast_all(world)
    declare_vote(world, "recipes", beacon=DICE)

    assert [tables_that_hold(code) for code in codes[:3]] == [["ballots_paper"]] * 3


def test_papers_lie_in_the_order_of_their_codes_whatever_the_order_of_casting(world: World) -> None:
    codes = cast_all(world)
    count_vote(world, "recipes", beacon=DICE)

    with connection.cursor() as cursor:
        cursor.execute("SELECT code FROM ballots_paper ORDER BY ctid")
        lying = [code for (code,) in cursor.fetchall()]
        cursor.execute("SELECT count(DISTINCT xmin::text) FROM ballots_paper")
        transactions = cursor.fetchone()[0]
    assert lying == sorted(codes)
    assert lying != codes
    assert transactions == 1


def test_envelopes_of_short_and_long_choices_have_one_length(world: World) -> None:
    cast_all(world)

    assert len({len(bytes(sealed)) for sealed in Envelope.objects.values_list("sealed", flat=True)}) == 1


def test_equal_choices_of_two_people_share_nothing(world: World) -> None:
    contest = open_vote(world, "recipes")
    first, second = world.members[:2]

    receipts = [cast(contest, user, "Weir Stout") for user in (first, second)]

    sealed = [bytes(box.sealed) for box in Envelope.objects.order_by("pk")]
    assert receipts[0].code != receipts[1].code
    # What two sealed boxes share is chance: one byte in 256.
    assert sum(a == b for a, b in zip(*sealed, strict=True)) < len(sealed[0]) / 8


def test_casting_writes_no_choice_and_no_code_to_the_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    contest = open_vote(world, "recipes")
    option = contest.options.get(title="Weir Stout")

    receipt = cast(contest, world.members[0], "Weir Stout")

    assert [record for record in caplog.records if receipt.code in record.getMessage()] == []
    assert [record for record in caplog.records if option.public_id in str(record.args)] == []


def test_trail_of_a_contest_names_no_voter(world: World) -> None:
    cast_all(world)
    declare_vote(world, "recipes", beacon=DICE)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT verb FROM core_auditrecord WHERE subject_kind = 'ballots.envelope' OR by_id = ANY(%s)",
            [[user.pk for user in world.members]],
        )
        assert cursor.fetchall() == []
