"""The chair's console: one next act, safe to press twice; the secretary looks on, nobody else sees it."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from agm.models import Meeting
from agm.queries.script import script_of
from agm.services import chair as services
from ballots.models import Contest, Count
from core import clock
from core.models import AuditRecord
from core.transactions import atomic
from tests.factories.agm import BEERS, World, cast, close_vote, make_world, open_envelopes, open_vote
from tests.factories.people import make_staff, sign_in, sign_in_staff

pytestmark = pytest.mark.django_db
MILD, PALE, STOUT, BITTER = BEERS


def console(world: World, **query: str) -> str:
    return reverse("office:chair", args=[world.meeting.public_id], query=query or None)


def press(client: Client, world: World, kind: str, act: str, **data: Any) -> Any:
    args = [world.meeting.public_id, world.items[kind].public_id, act]
    return client.post(reverse("office:chair_act", args=args), data)


def at_desk(world: World) -> Client:
    return sign_in_staff(world.chair)


def words(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def buttons(response: Any) -> list[str]:
    """Return the acts that the page offers, by the last word of their address."""
    return re.findall(r'formaction="[^"]*/([a-z]+)/"', response.content.decode())


def errors(response: Any) -> list[str]:
    return re.findall(r'<li><a href="#[^"]*">([^<]+)</a></li>', response.content.decode())


def test_chair_leads_a_resolution_from_opening_to_declaration() -> None:
    world = make_world(step="frozen", kinds=("resolution",))
    client, offered = at_desk(world), []

    def look() -> None:
        offered.append(buttons(client.get(console(world))))

    look()
    client.post(reverse("office:chair_open", args=[world.meeting.public_id]), {"qualifying_persons": "12"})
    look()
    press(client, world, "resolution", "open")
    look()
    cast(world.contest("resolution"), world.members[2], votes=(2000, 0, 0))
    press(client, world, "resolution", "closing")
    look()
    press(client, world, "resolution", "close")
    look()
    open_envelopes(world, "resolution")
    look()
    press(client, world, "resolution", "count", beacon="")
    look()
    press(client, world, "resolution", "next", shown=0)
    look()
    press(client, world, "resolution", "declare")
    look()
    client.post(reverse("office:chair_end", args=[world.meeting.public_id]))
    look()

    assert offered == [
        ["open"],
        ["open", "end"],
        ["closing", "close"],
        ["close"],
        [],
        ["count"],
        ["next"],
        ["declare"],
        ["end"],
        [],
    ]
    assert Meeting.objects.get().state == "ended"
    assert Contest.objects.get().state == "declared"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("1", "A meeting needs at least two qualifying persons present. Without them nothing can be decided."),
        ("", "Count who is present."),
        ("two", "Enter a whole number."),
    ],
)
def test_meeting_without_quorum_is_not_opened_and_keeps_what_was_typed(typed: str, sentence: str) -> None:
    world = make_world(step="frozen", kinds=("resolution",))

    response = at_desk(world).post(
        reverse("office:chair_open", args=[world.meeting.public_id]), {"qualifying_persons": typed}
    )

    assert (response.status_code, errors(response)) == (422, [sentence])
    assert Meeting.objects.get().state == "noticed"
    assert f'value="{typed}"' in response.content.decode() or not typed


ACTS = ["open", "closing", "close", "count", "next", "declare"]


def until(world: World, act: str) -> None:
    """Bring the recipe ballot to the point at which the act is the next one."""
    by, at = world.chair, clock.now()
    steps: dict[str, Any] = {
        "open": lambda item: services.open_poll(item=item, by=by, at=at),
        "close": lambda item: services.close_poll(item=item, by=by, at=clock.now()),
        "count": lambda item: services.count_poll(item=item, by=by, at=clock.now()),
        "next": lambda item: services.reveal_next_round(item=item, by=by, at=clock.now()),
    }
    for name in ACTS[: ACTS.index(act)]:
        if name == "count":
            open_envelopes(world, "recipes")
        if name in steps:
            with atomic():
                steps[name](world.item("recipes"))
        if name == "open":
            cast(world.contest("recipes"), world.members[0], MILD)
    if act == "count":
        open_envelopes(world, "recipes")


@pytest.mark.parametrize("act", ACTS)
def test_second_press_changes_nothing_and_shows_the_same_state(act: str) -> None:
    world = make_world(kinds=("recipes",))
    until(world, act)
    first, second = at_desk(world), sign_in_staff(make_staff("chair"))
    data = {"shown": world.contest("recipes").revealed_rounds, "beacon": ""}

    one = press(first, world, "recipes", act, **data)
    after = Contest.objects.values().get(), AuditRecord.objects.count()
    two = press(second, world, "recipes", act, **data)

    assert (one.status_code, two.status_code, one["Location"] == two["Location"]) == (302, 302, True)
    assert (Contest.objects.values().get(), AuditRecord.objects.count()) == after
    assert (
        words(second.get(two["Location"])).partition(" Say ")[2]
        == words(first.get(two["Location"])).partition(" Say ")[2]
    )


def test_ended_meeting_is_not_opened_again_and_says_so() -> None:
    world = make_world(kinds=("resolution",))
    with atomic():
        services.end_meeting(meeting=world.meeting, by=world.chair, at=clock.now())

    response = at_desk(world).post(
        reverse("office:chair_open", args=[world.meeting.public_id]), {"qualifying_persons": "12"}
    )

    assert (response.status_code, errors(response)) == (422, ["This meeting has ended. It cannot be opened again."])
    assert Meeting.objects.get().state == "ended"


def test_press_that_comes_too_late_is_told_how_it_stands() -> None:
    world = make_world(kinds=("recipes",))
    client = at_desk(world)
    open_vote(world, "recipes")
    close_vote(world, "recipes")

    response = client.post(
        reverse("office:chair_act", args=[world.meeting.public_id, world.items["recipes"].public_id, "open"]),
        follow=True,
    )

    assert response.status_code == 200
    assert "The vote is at another point already. This is how it stands now." in words(response)


def test_round_is_revealed_only_from_the_round_the_chair_saw() -> None:
    world = make_world(holdings=(1,) * 5, kinds=("recipes",))
    contest = open_vote(world, "recipes")
    for member, pick in zip(world.members, (MILD, MILD, PALE, PALE, STOUT), strict=True):
        cast(contest, member, pick)
    close_vote(world, "recipes")
    open_envelopes(world, "recipes")
    client = at_desk(world)
    press(client, world, "recipes", "count", beacon="6 6 1")

    shown = []
    for seen in (0, 0, 1, 0, 1, 2):
        press(client, world, "recipes", "next", shown=seen)
        shown.append(world.contest("recipes").revealed_rounds)

    assert shown == [1, 1, 2, 2, 2, 3]


def test_two_votes_are_never_open_at_once() -> None:
    world = make_world(kinds=("resolution", "recipes"))
    open_vote(world, "resolution")

    response = press(at_desk(world), world, "recipes", "open")

    assert (response.status_code, errors(response)) == (
        422, ["Another vote is open. Close it first, so that everybody knows what they vote on."],
    )  # fmt: skip
    assert world.contest("recipes").state == "frozen"


def tied_world() -> World:
    """Return a ballot that one first choice each leaves to the lot; its envelopes are opened."""
    world = make_world(holdings=(1, 1), kinds=("recipes",))
    contest = open_vote(world, "recipes")
    cast(contest, world.members[0], MILD)
    cast(contest, world.members[1], PALE)
    close_vote(world, "recipes")
    open_envelopes(world, "recipes")
    return world


def test_tie_asks_for_dice_and_counts_with_them() -> None:
    world = tied_world()
    client = at_desk(world)
    before = client.get(console(world)).content.decode()

    asked = press(client, world, "recipes", "count", beacon="")
    step = client.get(asked.headers["Location"])
    counted = press(client, world, "recipes", "count", asked="1", beacon=" 3 6  1 ")

    assert 'id="id_beacon"' not in before
    assert (asked.status_code, step.status_code, errors(step)) == (302, 200, [])
    assert "A lot must be drawn: throw dice, and enter what they show." in words(step)
    assert "first choices do not break. I throw the dice now, in front of everybody." in words(step)
    assert ('id="id_beacon"' in step.content.decode(), "error-summary" in step.content.decode()) == (True, False)
    assert (counted.status_code, Count.objects.get().lot) == (302, "3 6 1")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Enter what the dice show."),
        ("three and six", "Write what the dice show in figures, for example 3 6 1 4."),
    ],
)
def test_wrong_dice_are_refused_and_nothing_is_counted(typed: str, sentence: str) -> None:
    world = tied_world()

    refused = press(at_desk(world), world, "recipes", "count", asked="1", beacon=typed)

    assert (refused.status_code, errors(refused)) == (422, [sentence])
    assert "A lot must be drawn:" in words(refused)
    assert not Count.objects.exists()


def test_vote_without_a_tie_is_counted_without_dice() -> None:
    world = make_world(holdings=(1, 1), kinds=("recipes",))
    cast(open_vote(world, "recipes"), world.members[0], MILD)
    close_vote(world, "recipes")
    open_envelopes(world, "recipes")

    counted = press(at_desk(world), world, "recipes", "count", beacon="")

    assert counted.headers["Location"] == console(world, item=world.items["recipes"].public_id)
    assert Count.objects.get().lot == ""


def test_dice_that_are_too_many_stay_typed() -> None:
    world, typed = tied_world(), "6 " * 80

    response = press(at_desk(world), world, "recipes", "count", beacon=typed)

    assert response.status_code == 422
    assert f'value="{typed}"' in response.content.decode() or f'value="{typed.strip()}"' in response.content.decode()


def test_polled_parts_keep_asking_for_the_dice() -> None:
    world = tied_world()
    client = at_desk(world)
    asked = press(client, world, "recipes", "count", beacon="")
    step = client.get(asked.headers["Location"]).content.decode()

    live = re.search(r'data-live="([^"]+)"', step)
    assert live
    parts = client.get(live[1].replace("&amp;", "&"))

    assert 'id="id_beacon"' in parts.content.decode()
    assert parts["Cache-Control"] == "no-store, private"


def test_polled_parts_are_those_of_the_page() -> None:
    world = make_world(kinds=("resolution",))
    client = at_desk(world)
    page = client.get(console(world)).content.decode()
    live = re.search(r'data-live="([^"]+)"', page)
    assert live

    assert client.get(live[1].replace("&amp;", "&")).content.decode().strip() in page


def test_console_shows_no_count_while_the_vote_is_open() -> None:
    world = make_world(holdings=(40_111, 2_333, 5, 5, 5, 5), kinds=("resolution",))
    contest = open_vote(world, "resolution")
    for member, votes in zip(world.members, ((40_111, 0, 0), (0, 2_333, 0)), strict=False):
        cast(contest, member, votes=votes)

    page = words(at_desk(world).get(console(world)))

    assert "of 6 have voted, in full fives" in page
    assert [number for number in ("40111", "40,111", "2333", "2,333") if number in page] == []


def test_console_says_since_when_the_scrutineer_has_the_envelopes() -> None:
    world = make_world(kinds=("recipes",))
    cast(open_vote(world, "recipes"), world.members[0], MILD)
    close_vote(world, "recipes")

    page = words(at_desk(world).get(console(world)))

    assert re.search(r"Votes in the box 1 Envelopes waiting for the scrutineer since \d\d:\d\d:\d\d", page)
    assert "The sealed envelopes are with Quillon &amp; Marsh LLP." in page


def test_default_script_says_what_opens_and_what_it_needs() -> None:
    world = make_world(kinds=("resolution",), majority="special")

    page = words(at_desk(world).get(console(world)))

    assert "Say I now open the vote on item 1: To receive the accounts. It is a special resolution: 75% of" in page


@pytest.mark.parametrize(
    ("language", "lines"), [("en", ["Dear members.", "We vote."]), ("vi", ["Thưa cổ đông.", "Ta biểu quyết."])]
)
def test_written_script_is_read_line_by_line_in_the_readers_language(language: str, lines: list[str]) -> None:
    item = make_world(step="draft", kinds=("resolution",)).item("resolution")
    item.script, item.script_vi = "Dear members.\n\nWe vote.\n", "Thưa cổ đông.\nTa biểu quyết."

    with override(language):
        assert script_of(item) == lines


def test_log_tells_what_happened_since_the_opening_and_nothing_of_voters() -> None:
    world = make_world(kinds=("recipes",))
    cast(open_vote(world, "recipes"), world.members[0], MILD)
    close_vote(world, "recipes")

    page = words(at_desk(world).get(console(world)))

    told = re.sub(r"\d\d:\d\d:\d\d ", "", page.partition("What happened ")[2])
    assert told.startswith("Handed the sealed envelopes to the scrutineer")
    assert "holder" not in told


@pytest.mark.parametrize(
    ("role", "reads", "acts"),
    [("chair", 200, 302), ("secretary", 200, 403), ("director", 403, 403), ("finance", 403, 403)],
)
def test_console_opens_for_chair_and_secretary_and_only_the_chair_acts(role: str, reads: int, acts: int) -> None:
    world = make_world(kinds=("recipes",))
    client = sign_in_staff(make_staff(role))

    assert client.get(console(world)).status_code == reads
    assert client.get(reverse("office:chair_live", args=[world.meeting.public_id])).status_code == reads
    assert press(client, world, "recipes", "open").status_code == acts
    assert world.contest("recipes").state == ("open" if acts == 302 else "frozen")


def test_secretary_is_offered_no_act() -> None:
    world = make_world(kinds=("recipes",))

    page = sign_in_staff(world.secretary).get(console(world))

    assert buttons(page) == []
    assert "You may look on. Only the chair acts here." in words(page)


def test_member_does_not_see_the_console() -> None:
    world = make_world(kinds=("recipes",))

    assert sign_in(world.members[0]).get(console(world)).status_code == 403


@pytest.mark.parametrize("act", ["steal", "reopen"])
def test_unknown_act_is_not_found(act: str) -> None:
    world = make_world(kinds=("recipes",))

    assert press(at_desk(world), world, "recipes", act).status_code == 404


def test_item_of_another_meeting_is_not_found() -> None:
    world = make_world(kinds=("recipes",))
    address = reverse("office:chair_act", args=["x" * 22, world.items["recipes"].public_id, "open"])

    assert at_desk(world).post(address).status_code == 404


@pytest.mark.parametrize("kinds", [("recipes",), ("recipes", "resolution", "names")])
def test_console_asks_the_same_number_of_questions_whatever_is_on_the_agenda(
    kinds: tuple[str, ...], django_assert_num_queries: Any
) -> None:
    world = make_world(kinds=kinds)
    cast(open_vote(world, "recipes"), world.members[0], MILD)
    client = at_desk(world)
    address = reverse("office:chair_live", args=[world.meeting.public_id])

    with django_assert_num_queries(LIVE_QUERIES):
        client.get(address)


# Session, user, roles, factors, then meeting, clock, agenda, turnout, log.
LIVE_QUERIES = 9
