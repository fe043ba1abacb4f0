"""The meeting's poster and its public part."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from agm.models import Meeting
from agm.queries import paper as papers
from agm.services import chair
from core import clock
from core.transactions import atomic
from tests.factories.agm import cast, close_vote, declare_vote, make_world, open_vote
from tests.factories.people import make_holder, sign_in, sign_in_staff


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """Let every test count its queries as if the process had just started."""
    papers._frozen.clear()


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())


def page(world: Any) -> str:
    return f"/meeting/{world.meeting.slug}/"


def test_meeting_of_a_draft_is_shown_to_staff_only(db: None) -> None:
    world = make_world(step="draft")

    seen = {
        "anybody": Client().get(page(world)).status_code,
        "a member": sign_in(world.members[0]).get(page(world)).status_code,
        "the secretary": sign_in_staff(world.secretary).get(page(world)).status_code,
        "the public part": sign_in_staff(world.secretary).get(f"{page(world)}live/").status_code,
    }

    assert seen == {"anybody": 404, "a member": 404, "the secretary": 200, "the public part": 404}


def test_meeting_before_the_record_date_says_what_it_means(db: None) -> None:
    world = make_world(step="noticed")

    said = words(sign_in(world.members[0]).get(page(world)))

    assert "What is bought or sold after that moment does not move a vote." in said
    assert f'href="{page(world)}notice.pdf"' in said
    assert f'href="{page(world)}calendar.ics"' in said


def test_meeting_with_a_roll_says_the_voting_power_in_words(db: None) -> None:
    world = make_world(step="frozen")

    said = words(sign_in(world.members[0]).get(page(world)))

    assert '<span class="number">4</span> votes of 2,104' in said
    assert "on resolutions, and one vote in each beer ballot" in said


def test_meeting_for_somebody_not_on_the_roll_says_so(db: None) -> None:
    world = make_world(step="frozen")

    said = words(sign_in(make_holder()).get(page(world)))

    assert "You are not on the roll of this meeting" in said


def test_meeting_with_an_open_vote_has_one_big_button(db: None) -> None:
    world = make_world()
    contest = open_vote(world, "recipes")

    said = words(Client().get(page(world)))

    assert said.count("open-now-button") == 1
    assert f'href="{page(world)}vote/{contest.public_id}/">Vote now</a>' in said


def test_meeting_after_voting_says_that_it_can_be_changed(db: None) -> None:
    world = make_world()
    contest = open_vote(world, "recipes")
    cast(contest, world.members[0], "Weir Stout")

    said = words(sign_in(world.members[0]).get(page(world)))

    assert "A sealed paper came in at" in said
    assert "Change it until the close" in said
    assert "Weir Stout" not in said


def test_meeting_page_is_never_kept_and_its_public_part_is_for_a_second(db: None) -> None:
    world = make_world()

    whole = sign_in(world.members[0]).get(page(world))
    part = sign_in(world.members[0]).get(f"{page(world)}live/")

    assert whole["Cache-Control"] == "no-store, private"
    assert part["Cache-Control"] == "public, max-age=1"


def test_live_part_is_the_same_to_everybody_and_known_by_its_tag(db: None) -> None:
    world = make_world()
    open_vote(world, "resolution")
    cast(world.contest("resolution"), world.members[0], votes=(4, 0, 0))

    mine = sign_in(world.members[0]).get(f"{page(world)}live/")
    anybodys = Client().get(f"{page(world)}live/")
    again = Client(headers={"If-None-Match": anybodys["ETag"]}).get(f"{page(world)}live/")

    assert mine.content == anybodys.content
    assert mine["ETag"] == anybodys["ETag"]
    assert not anybodys.cookies
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", anybodys["ETag"])


def test_live_part_after_a_step_has_another_tag(db: None) -> None:
    world = make_world()
    tags = [Client().get(f"{page(world)}live/")["ETag"]]

    open_vote(world, "names")
    tags.append(Client().get(f"{page(world)}live/")["ETag"])
    close_vote(world, "names")
    tags.append(Client().get(f"{page(world)}live/")["ETag"])

    assert len(set(tags)) == 3


def test_live_part_speaks_the_language_of_its_address_whatever_the_cookie_says(db: None) -> None:
    world = make_world()
    client = Client()
    client.cookies["django_language"] = "en"

    said = client.get(f"{page(world)}live/?lang=vi")

    assert said["Content-Language"] == "vi"
    assert "Thông qua báo cáo tài chính" in said.content.decode()


def test_live_part_in_a_language_nobody_speaks_here_is_english(db: None) -> None:
    world = make_world()

    assert Client().get(f"{page(world)}live/?lang=xx")["Content-Language"] == "en"


def test_live_part_after_the_announced_end_offers_no_vote(db: None) -> None:
    world = make_world()
    contest = open_vote(world, "resolution")
    with atomic():
        chair.announce_poll_closing(item=world.item("resolution"), by=world.chair, at=clock.now())
    open_then = words(Client().get(f"{page(world)}live/"))
    with atomic():
        clock.move_forward(by=timedelta(seconds=61))

    over = words(Client().get(f"{page(world)}live/"))

    assert f"vote/{contest.public_id}/" in open_then
    assert "data-closes-at" in open_then
    assert "vote/" not in over


def test_live_part_of_a_declared_vote_leads_to_its_result(db: None) -> None:
    world = make_world()
    contest = open_vote(world, "resolution")
    cast(contest, world.members[0], votes=(4, 0, 0))
    declare_vote(world, "resolution")

    said = words(Client().get(f"{page(world)}live/"))

    assert f'href="{page(world)}results/{contest.public_id}/"' in said


def test_vote_leads_to_the_open_vote_else_to_the_meeting_else_says_so(db: None) -> None:
    nothing = Client().get("/vote/")
    world = make_world()
    meeting = Client().get("/vote/")
    contest = open_vote(world, "recipes")
    paper = Client().get("/vote/")

    assert (nothing.status_code, "Nothing to vote on." in nothing.content.decode()) == (200, True)
    assert meeting["Location"] == page(world)
    assert paper["Location"] == f"{page(world)}vote/{contest.public_id}/"


@pytest.mark.parametrize("kinds", [("resolution",), ("resolution", "recipes", "names")])
def test_meeting_page_asks_as_often_for_three_items_as_for_one(
    db: None, django_assert_num_queries: Any, kinds: tuple[str, ...]
) -> None:
    world = make_world(kinds=kinds)
    for kind in kinds:
        open_vote(world, kind)
        close_vote(world, kind)
    client = sign_in(world.members[0])

    with django_assert_num_queries(8):  # session, user, meeting, clock, agenda, seats, box, company
        response = client.get(page(world))

    assert response.status_code == 200


@pytest.mark.parametrize("kinds", [("resolution",), ("resolution", "recipes", "names")])
def test_live_part_asks_as_often_for_three_items_as_for_one(
    db: None, django_assert_num_queries: Any, kinds: tuple[str, ...]
) -> None:
    world = make_world(kinds=kinds)

    with django_assert_num_queries(3):  # meeting, agenda, clock
        response = Client().get(f"{page(world)}live/")

    assert response.status_code == 200


def test_meeting_that_ended_says_when(db: None) -> None:
    world = make_world()
    with atomic():
        chair.end_meeting(meeting=world.meeting, by=world.chair, at=clock.now())

    said = words(Client().get(page(world)))

    assert "Ended on" in said
    assert Meeting.objects.get().state == "ended"
