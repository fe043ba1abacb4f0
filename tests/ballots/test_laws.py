"""What the database itself refuses of ballots, by the name of the law: whoever asks, with the app's own rights."""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256

import pytest
from django.db import DatabaseError, IntegrityError, connection
from django.db.models import F

from agm.models import Meeting
from ballots.models import Contest, Envelope, LogLeaf, NamedVote, Option, Paper, Roll, RollEntry
from ballots.rules.proofs.sealing import ScrutineerKey, new_seed
from ballots.services.contests import announce_closing
from core import clock
from core.errors import constraint_name
from core.transactions import atomic
from tests.factories.agm import World, appoint, cast, close_vote, count_vote, make_world, open_vote, voter_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files(settings, tmp_path) -> None:
    settings.FILES_ROOT = tmp_path


@pytest.fixture
def world() -> World:
    return make_world(kinds=("recipes", "resolution"))


def law_broken_by(act: Callable[[], object]) -> str:
    """Return the name of the law that refuses the act."""
    with pytest.raises(DatabaseError) as refused, atomic():
        act()
    return constraint_name(refused.value)


def test_rules_cannot_change_once_frozen(world: World) -> None:
    contest = world.contest("recipes")

    assert law_broken_by(lambda: Contest.objects.filter(pk=contest.pk).update(seats=1, choices_max=2)) == (
        "contest_rules_frozen"
    )
    assert law_broken_by(lambda: Contest.objects.filter(pk=contest.pk).update(promise="Nothing.")) == (
        "contest_rules_frozen"
    )


def test_options_cannot_change_once_frozen(world: World) -> None:
    contest = world.contest("recipes")

    assert law_broken_by(lambda: contest.options.update(title=F("title"))) == "contest_options_frozen"
    assert law_broken_by(lambda: contest.options.all().delete()) == "contest_options_frozen"
    late = Option(contest=contest, position=9, title="A late one")
    assert law_broken_by(late.save) == "contest_options_frozen"


@pytest.mark.parametrize("state", ["closed", "counted", "declared"])
def test_contest_cannot_skip_a_step(world: World, state: str) -> None:
    contest = world.contest("recipes")

    assert law_broken_by(lambda: Contest.objects.filter(pk=contest.pk).update(state=state)) == (
        "contest_goes_forward_step_by_step"
    )


def test_closed_contest_cannot_open_again(world: World) -> None:
    contest = open_vote(world, "recipes")
    close_vote(world, "recipes")

    assert law_broken_by(
        lambda: Contest.objects.filter(pk=contest.pk).update(state="open", closed_at=None, closed_by=None)
    ) == ("contest_goes_forward_step_by_step")


def test_frozen_contest_cannot_be_deleted(world: World) -> None:
    contest = world.contest("recipes")

    assert law_broken_by(lambda: Contest.objects.filter(pk=contest.pk)._raw_delete("default")) == (
        "contest_born_or_dropped_as_draft"
    )


def envelope(world: World, contest: Contest, **fields: object) -> Envelope:
    user = world.members[0]
    defaults = {
        "contest": contest,
        "entry": voter_of(user, contest).entry,
        "sealed": b"x",
        "sha256": sha256(b"x").hexdigest(),
        "received_at": clock.now(),
        "cast_by": user,
    }
    return Envelope(**{**defaults, **fields})


def test_envelope_before_opening_is_refused(world: World) -> None:
    contest = world.contest("recipes")

    assert law_broken_by(envelope(world, contest).save) == "envelope_within_opening"


def test_envelope_after_close_is_refused(world: World) -> None:
    contest = open_vote(world, "recipes")
    cast(contest, world.members[0], "Weir Stout")
    close_vote(world, "recipes")

    assert law_broken_by(envelope(world, contest).save) == "envelope_within_opening"
    assert law_broken_by(lambda: Envelope.objects.update(sealed=b"y")) == "envelope_within_opening"


def test_envelope_with_forged_moment_behind_announced_end_is_refused(world: World) -> None:
    contest = open_vote(world, "recipes")
    now = clock.now()
    with atomic():
        announce_closing(contest=contest, closes_at=now + timedelta(milliseconds=1), by=world.chair, at=now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.002)")

    forged = envelope(world, contest, received_at=now)

    assert law_broken_by(forged.save) == "envelope_within_opening"


def test_envelope_of_another_roll_is_refused(world: World) -> None:
    contest = open_vote(world, "recipes")
    first = voter_of(world.members[0], contest).entry
    other = Roll.objects.get(pk=first.roll_id)
    other.pk, other.public_id = None, "x" * 22
    other.save()
    stranger = RollEntry.objects.create(roll=other, party=first.party, votes=1)

    assert law_broken_by(envelope(world, contest, entry=stranger).save) == "envelope_of_this_roll"


def test_second_envelope_of_one_voter_is_refused(world: World) -> None:
    contest = open_vote(world, "recipes")
    cast(contest, world.members[0], "Weir Stout")

    assert law_broken_by(envelope(world, contest).save) == "envelope_once_per_voter_and_contest"


def test_envelope_cannot_go_to_another_voter(world: World) -> None:
    contest = open_vote(world, "recipes")
    cast(contest, world.members[0], "Weir Stout")
    other = voter_of(world.members[1], contest).entry

    assert law_broken_by(lambda: Envelope.objects.update(entry=other)) == "envelope_stays_where_it_is"


def test_later_named_joint_holder_cannot_replace_the_first(world: World) -> None:
    contest = open_vote(world, "recipes")
    cast(contest, world.members[0], "Weir Stout")

    assert law_broken_by(lambda: Envelope.objects.update(caster_position=2)) == "envelope_of_the_first_named"


def test_leaf_of_the_log_cannot_change(world: World) -> None:
    contest = open_vote(world, "recipes")
    cast(contest, world.members[0], "Weir Stout")

    assert law_broken_by(lambda: LogLeaf.objects.update(sha256="b" * 64)) == "leaf_placed_once"
    close_vote(world, "recipes")
    assert law_broken_by(lambda: LogLeaf.objects.update(position=7)) == "leaf_placed_once"


def test_paper_while_open_or_after_counting_is_refused(world: World) -> None:
    contest = open_vote(world, "recipes")
    cast(contest, world.members[0], "Weir Stout")
    forged = Paper(code="FORGE", contest=contest, choices=[])

    assert law_broken_by(lambda: forged.save(force_insert=True)) == "papers_only_after_the_close"
    count_vote(world, "recipes")
    assert law_broken_by(lambda: forged.save(force_insert=True)) == "papers_only_after_the_close"


def test_named_votes_above_the_holding_are_refused(world: World) -> None:
    contest = open_vote(world, "resolution")
    cast(contest, world.members[0], votes=(4, 0, 0))
    close_vote(world, "resolution")
    entry = voter_of(world.members[0], contest).entry
    forged = NamedVote(contest=contest, entry=entry, code="FORGE", for_votes=5, against_votes=0, withheld_votes=0)

    assert law_broken_by(forged.save) == "named_votes_within_the_roll"


@pytest.mark.parametrize(
    "table", ["roll", "rollentry", "scrutineer", "checkpoint", "handover", "opening", "paper", "namedvote", "count"]
)
def test_book_of_ballots_cannot_be_changed_by_the_app(table: str) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM ballots_{table}")


def test_secret_contest_weighted_by_share_is_refused(world: World) -> None:
    contest = Contest(
        title="x", title_vi="x", question="x", question_vi="x", method="irv", choices_max=3, weighting="share",
        secrecy="secret", prepared_at=clock.now(),
    )  # fmt: skip

    with pytest.raises(IntegrityError) as refused, atomic():
        contest.save()

    assert constraint_name(refused.value) == "contest_resolution_is_named_by_share"


def test_envelope_that_is_not_what_its_hash_says_is_refused(world: World) -> None:
    contest = open_vote(world, "recipes")
    cast(contest, world.members[0], "Weir Stout")

    assert law_broken_by(lambda: Envelope.objects.update(sealed=b"y")) == "envelope_is_what_its_hash_says"


def test_envelope_without_a_leaf_of_the_log_is_refused(world: World) -> None:
    contest = open_vote(world, "recipes")

    assert law_broken_by(envelope(world, contest).save) == "envelope_in_the_log"


def test_leaf_after_the_close_is_refused(world: World) -> None:
    contest = open_vote(world, "recipes")
    cast(contest, world.members[0], "Weir Stout")
    close_vote(world, "recipes")
    late = LogLeaf(contest=contest, sha256="b" * 64, request_sha256="c" * 64, received_at=clock.now())

    assert law_broken_by(late.save) == "leaf_within_opening"


def test_contest_and_options_cannot_change_after_the_notice() -> None:
    world = make_world(step="noticed", kinds=("recipes",))
    contest = world.contest("recipes")

    assert law_broken_by(lambda: Contest.objects.filter(pk=contest.pk).update(promise="We owe nothing.")) == (
        "contest_as_in_its_notice"
    )
    assert law_broken_by(lambda: contest.options.all().delete()) == "contest_as_in_its_notice"


def test_scrutineer_cannot_change_after_the_notice() -> None:
    world = make_world(step="noticed", kinds=("recipes",))
    other = appoint(ScrutineerKey("Eve", "2026-01-01", new_seed()))

    assert law_broken_by(lambda: Meeting.objects.update(scrutineer=other)) == "meeting_scrutineer_stands"
    assert world.meeting.scrutineer != other
