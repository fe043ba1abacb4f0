"""The hall's screen: public, cheap to ask every second, and never ahead of the chair."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from agm.queries.hall import RESULT_SHOWN, revealed, stage_of
from agm.services import chair
from ballots.models import Contest
from ballots.services.contests import OptionDraft
from core import clock
from core.transactions import atomic
from tests.factories.agm import (
    BEERS,
    World,
    cast,
    close_vote,
    count_vote,
    declare_vote,
    freeze,
    give_notice,
    make_world,
    open_envelopes,
    open_session,
    open_vote,
)

pytestmark = pytest.mark.django_db
MILD, PALE, STOUT, BITTER = BEERS
# 14 papers: Pale (2) leaves first, Stout (3) second; Bitter wins by 7 of 13.
RANKINGS = [(MILD,)] * 4 + [(PALE, MILD), (PALE,), (STOUT, MILD)] + [(STOUT, BITTER)] * 2 + [(BITTER,)] * 5


def stage(world: World, **headers: str) -> Any:
    return Client().get(f"/meeting/{world.meeting.slug}/hall/stage/?lang=en", headers=headers)


def words(response: Any) -> str:
    """Return the words of a page, without markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def reveal(world: World, kind: str) -> None:
    with atomic():
        chair.reveal_next_round(item=world.item(kind), by=world.chair, at=clock.now())


def ranked_world() -> World:
    """Return a meeting whose recipe ballot was counted in three rounds; nothing is revealed yet."""
    world = make_world(holdings=(1,) * len(RANKINGS), kinds=("recipes",))
    contest = open_vote(world, "recipes")
    for member, picks in zip(world.members, RANKINGS, strict=True):
        cast(contest, member, *picks)
    count_vote(world, "recipes")
    return world


def test_hall_of_a_draft_is_not_found() -> None:
    world = make_world(step="draft")

    assert Client().get(f"/meeting/{world.meeting.slug}/hall/").status_code == 404
    assert stage(world).status_code == 404


def test_stage_follows_the_meeting_from_before_to_after() -> None:
    world = make_world(step="draft", kinds=("resolution",))
    kinds = []

    def look() -> None:
        world.meeting.refresh_from_db()
        kinds.append(stage_of(world.meeting, at=clock.now()).kind)

    for act in (give_notice, freeze, open_session):
        act(world)
        look()
    cast(open_vote(world, "resolution"), world.members[0], votes=(4, 0, 0))
    look()
    close_vote(world, "resolution")
    look()
    open_envelopes(world, "resolution")
    look()
    with atomic():
        chair.count_poll(item=world.item("resolution"), by=world.chair, at=clock.now())
    look()
    reveal(world, "resolution")
    look()
    with atomic():
        chair.declare_result(item=world.item("resolution"), by=world.chair, at=clock.now())
        chair.end_meeting(meeting=world.meeting, by=world.chair, at=clock.now())
    look()

    assert kinds == ["before", "before", "agenda", "voting", "sealed", "sealed", "counted", "resolution", "ended"]


def test_result_leaves_the_screen_to_the_agenda_after_a_while() -> None:
    world = make_world(kinds=("resolution", "names"))
    cast(open_vote(world, "resolution"), world.members[0], votes=(4, 0, 0))
    contest = declare_vote(world, "resolution")
    assert contest.declared_at

    kinds = [
        stage_of(world.meeting, at=contest.declared_at + RESULT_SHOWN + timedelta(seconds=later)).kind
        for later in (0, 1)
    ]

    assert kinds == ["resolution", "agenda"]


def test_turnout_is_shown_in_full_fives_only() -> None:
    world = make_world(holdings=(1,) * 9, kinds=("recipes",))
    contest = open_vote(world, "recipes")
    seen = []
    for member in world.members:
        cast(contest, member, MILD)
        seen.append(stage_of(world.meeting, at=clock.now()).voting.shown)  # type: ignore[union-attr]

    assert seen == [0, 0, 0, 0, 5, 5, 5, 5, 5]
    assert "About 5 of 9 have voted" in words(stage(world))


def test_fragment_before_the_close_is_the_same_however_members_vote() -> None:
    world = make_world(holdings=(1,) * 6, kinds=("resolution",))
    contest = open_vote(world, "resolution")
    seen = set()
    for votes in ((1, 0, 0), (0, 1, 0), (0, 0, 1)):
        for member in world.members:
            cast(contest, member, votes=votes)
        seen.add(stage(world).content)

    assert len(seen) == 1


@pytest.mark.parametrize("step", [close_vote, open_envelopes, count_vote])
def test_no_votes_stand_in_a_fragment_before_the_chair_reveals(step: Any) -> None:
    world = make_world(holdings=(40_111, 2_333), kinds=("resolution",))
    contest = open_vote(world, "resolution")
    cast(contest, world.members[0], votes=(40_111, 0, 0))
    cast(contest, world.members[1], votes=(0, 2_333, 0))
    if step is open_envelopes:
        close_vote(world, "resolution")
    step(world, "resolution")

    pages = stage(world).content + Client().get(f"/meeting/{world.meeting.slug}/hall/?lang=en").content

    assert [number for number in ("40111", "40,111", "2333", "2,333", "94.50") if number in pages.decode()] == []


def test_each_press_shows_one_round_and_nothing_of_a_later_one() -> None:
    world = ranked_world()
    shown = []
    for _press in range(3):
        reveal(world, "recipes")
        page = stage(world).content.decode()
        pours = re.findall(r"<li data-from[^>]*>([^<]+)</li>", page)
        shown.append((re.findall(r"glass-votes number\">([^<]+)<", page), pours, "wins" in page))

    assert shown == [
        (["4", "2", "3", "5"], [], False),
        (["5", "3", "5"], ["Towpath Pale: 1", "Towpath Pale: 1"], False),
        (["6", "7"], ["Weir Stout: 1", "Weir Stout: 2"], True),
    ]


def test_stage_of_a_round_is_the_same_however_the_count_goes_on() -> None:
    world = ranked_world()
    reveal(world, "recipes")
    contest = world.contest("recipes")
    result = contest.count.result
    otherwise = {**result, "rounds": [*result["rounds"][:1], *reversed(result["rounds"])], "elected": [PALE]}

    stages = [revealed(world.meeting, world.item("recipes"), contest, each).round for each in (result, otherwise)]

    assert stages[0] == stages[1]


def test_declared_winner_stands_with_author_votes_and_promise() -> None:
    world = make_world(
        holdings=(1, 1, 1), kinds=("recipes",), recipes=[OptionDraft(MILD, credit="Agnes W."), OptionDraft(PALE)]
    )
    contest = open_vote(world, "recipes")
    for member, pick in zip(world.members, (MILD, MILD, PALE), strict=True):
        cast(contest, member, pick)
    declare_vote(world, "recipes")

    assert words(stage(world)) == (
        "The beer for next year Lockside Mild by Agnes W. 2 of 3 votes The winner will be brewed. "
        "Final in 24 hours, unless somebody shows a mistake."
    )


def test_resolution_stands_in_one_step_with_two_decimals() -> None:
    world = make_world(holdings=(2, 1, 5), kinds=("resolution",))
    contest = open_vote(world, "resolution")
    for member, votes in zip(world.members, ((2, 0, 0), (0, 1, 0), (0, 0, 5)), strict=True):
        cast(contest, member, votes=votes)
    count_vote(world, "resolution")
    reveal(world, "resolution")

    assert words(stage(world)) == (
        "To receive the accounts Carried For 2 66.67% Against 1 33.33% "
        "Ordinary resolution: more for than against. Withheld: 5."
    )


def test_resolution_on_which_nobody_voted_is_not_carried() -> None:
    world = make_world(kinds=("resolution",))
    open_vote(world, "resolution")
    declare_vote(world, "resolution")

    assert words(stage(world)).startswith("To receive the accounts Not carried For 0 – Against 0 –")


@pytest.mark.parametrize(
    ("kind", "counted", "declared"),
    [
        ("recipes", "The beer for next year Round 1", "The beer for next year Nobody was chosen"),
        ("names", "Its name The count", "Its name Nobody was chosen"),
    ],
)
def test_ballot_in_which_nobody_voted_says_that_nobody_was_chosen(kind: str, counted: str, declared: str) -> None:
    world = make_world(kinds=(kind,))
    open_vote(world, kind)
    count_vote(world, kind)
    reveal(world, kind)
    revealed = words(stage(world))
    with atomic():
        chair.declare_result(item=world.item(kind), by=world.chair, at=clock.now())

    told = words(stage(world))

    assert revealed.startswith(counted)
    assert revealed.endswith("Nobody was chosen")
    assert told.startswith(declared)
    assert "wins" not in revealed


def test_approval_stands_from_the_most_votes_down() -> None:
    world = make_world(holdings=(1, 1, 1), kinds=("names",))
    contest = open_vote(world, "names")
    for member, picks in zip(
        world.members, (("Low Water",), ("Low Water", "Mossy Gate"), ("Low Water", "Mossy Gate")), strict=True
    ):
        cast(contest, member, *picks)
    count_vote(world, "names")
    reveal(world, "names")

    assert words(stage(world)) == "Its name The count Low Water wins 3 Mossy Gate 2 Heron&#x27;s Wait 0"


def test_unchanged_fragment_is_answered_304_and_a_changed_one_whole() -> None:
    world = make_world(kinds=("recipes",))
    first = stage(world)

    again = stage(world, **{"If-None-Match": first["ETag"]})
    open_vote(world, "recipes")
    changed = stage(world, **{"If-None-Match": first["ETag"]})

    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert (changed.status_code, changed["ETag"] == first["ETag"]) == (200, False)


def test_fragment_may_be_kept_a_second_by_anybody_and_knows_no_session() -> None:
    world = make_world()

    for response in (stage(world), stage(world, **{"If-None-Match": stage(world)["ETag"]})):
        assert response["Cache-Control"] == "public, max-age=1"
        assert "Cookie" not in response.get("Vary", "")
        assert response.cookies == {}


def test_seconds_count_down_by_the_clock_of_the_database() -> None:
    world = make_world(kinds=("recipes",))
    contest = open_vote(world, "recipes")
    with atomic():
        chair.announce_poll_closing(item=world.item("recipes"), by=world.chair, at=clock.now())
    closes_at = Contest.objects.get(pk=contest.pk).closes_at
    assert closes_at

    seconds = [
        stage_of(world.meeting, at=closes_at - timedelta(seconds=left)).voting.seconds  # type: ignore[union-attr]
        for left in (60, 59.1, 0.5, 0, -3)
    ]

    assert seconds == [60, 60, 1, 0, 0]


@pytest.mark.parametrize(("language", "title"), [("en", "The beer for next year"), ("vi", "Bia cho năm sau")])
def test_screen_speaks_the_language_of_the_address(language: str, title: str) -> None:
    world = make_world(kinds=("recipes",))
    open_vote(world, "recipes")

    page = Client().get(f"/meeting/{world.meeting.slug}/hall/?lang={language}").content.decode()
    fragment = Client().get(f"/meeting/{world.meeting.slug}/hall/stage/?lang={language}").content.decode()

    assert f'<html lang="{language}">' in page
    assert (title in page, title in fragment) == (True, True)
    assert f'data-live="/meeting/{world.meeting.slug}/hall/stage/?lang={language}"' in page


def test_screen_without_a_language_speaks_that_of_the_cookie() -> None:
    world = make_world(kinds=("recipes",))
    client = Client()
    client.cookies["django_language"] = "vi"

    assert '<html lang="vi">' in client.get(f"/meeting/{world.meeting.slug}/hall/").content.decode()


def counted_queries(world: World, count: Any, expected: int) -> None:
    with count(expected):
        stage(world)


@pytest.mark.parametrize("options", [1, 3])
def test_fragment_asks_few_questions_whatever_is_on_the_paper(options: int, django_assert_num_queries: Any) -> None:
    titles = [OptionDraft(f"Beer {number}") for number in range(1 + options)]
    world = make_world(step="frozen", holdings=(1,) * 3, kinds=("recipes",), recipes=titles)
    counted_queries(world, django_assert_num_queries, 2)  # meeting, clock
    open_session(world)
    counted_queries(world, django_assert_num_queries, 3)  # and the agenda
    contest = open_vote(world, "recipes")
    cast(contest, world.members[0], "Beer 0")
    counted_queries(world, django_assert_num_queries, 4)  # and the turnout
    count_vote(world, "recipes")
    counted_queries(world, django_assert_num_queries, 3)
    reveal(world, "recipes")
    counted_queries(world, django_assert_num_queries, 6)  # result, options, cards
