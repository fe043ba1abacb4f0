"""The way of a vote through the rooms, from the register to the declared result."""

import pytest

from agm import integrity as agm_integrity
from ballots import integrity
from ballots.models import Envelope, NamedVote, Paper
from tests.factories.agm import cast, declare_vote, make_world, open_vote

pytestmark = pytest.mark.django_db


def test_ranked_ballot_from_register_to_result_elects_majority() -> None:
    world = make_world()
    contest = open_vote(world, "recipes")
    first, second, third = world.members

    cast(contest, first, "Weir Stout", "Towpath Pale")
    cast(contest, second, "Towpath Pale")
    receipt = cast(contest, third, "Weir Stout")
    contest = declare_vote(world, "recipes")

    assert contest.count.result["elected"] == ["Weir Stout"]
    assert Paper.objects.filter(contest=contest).count() == 3
    assert Paper.objects.filter(code=receipt.code).count() == 1


def test_resolution_by_shares_is_carried_with_withheld_left_out() -> None:
    world = make_world()
    contest = open_vote(world, "resolution")
    first, second, third = world.members

    cast(contest, first, votes=(4, 0, 0))
    cast(contest, second, votes=(0, 60, 40))
    cast(contest, third, votes=(70, 1, 5))
    contest = declare_vote(world, "resolution")

    result = contest.count.result
    assert (result["for"], result["against"], result["withheld"]) == (74, 61, 45)
    assert (result["for_percent"], result["passed"]) == ("54.81", True)
    assert NamedVote.objects.filter(contest=contest).count() == 3


def test_vote_again_replaces_envelope_until_close() -> None:
    world = make_world()
    contest = open_vote(world, "names")
    voter, another, _third = world.members

    cast(contest, voter, "Low Water")
    cast(contest, voter, "Mossy Gate", "Heron's Wait")
    cast(contest, another, "Mossy Gate")
    contest = declare_vote(world, "names")

    assert [box.changes for box in Envelope.objects.filter(contest=contest).order_by("entry")] == [1, 0]
    assert contest.count.result["approvals"] == {"Mossy Gate": 2, "Heron's Wait": 1, "Low Water": 0}


def test_books_of_counted_votes_are_clean() -> None:
    world = make_world()
    for kind, votes in (("resolution", {"votes": (4, 0, 0)}), ("recipes", {}), ("names", {})):
        contest = open_vote(world, kind)
        picks = [] if votes else [contest.options.order_by("position")[0].title]
        cast(contest, world.members[0], *picks, **votes)
        cast(contest, world.members[0], *picks, **votes)
        declare_vote(world, kind)

    assert [*integrity.findings(), *agm_integrity.findings()] == []


def test_ballot_in_which_nobody_voted_elects_nobody_and_throws_no_dice() -> None:
    world = make_world(kinds=("recipes",))
    open_vote(world, "recipes")

    contest = declare_vote(world, "recipes")

    assert contest.count.result["elected"] == []
    assert [*integrity.findings(), *agm_integrity.findings()] == []
