"""The result pages: what they say, to whom, from when, and what they never say."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agm.enums import ItemKind
from agm.queries.results import told_result
from ballots.models import Challenge, Contest, Publication
from ballots.rules.proofs.canonical import sha256_hex
from ballots.services import sweeping
from ballots.services.promises import answer_challenge, raise_challenge
from core import clock
from core.transactions import atomic
from tests.factories.agm import World, cast, close_vote, count_vote, declare_vote, make_world, open_envelopes, open_vote
from tests.factories.people import make_holder, sign_in

pytestmark = pytest.mark.django_db


def words(response: Any) -> str:
    """Return the page's text with single spaces, a space where a tag stood, none before a mark."""
    text = html.unescape(re.sub(r"<[^>]*>", " ", response.content.decode()))
    return re.sub(r" (?=[.,;:)])", "", re.sub(r"\s+", " ", text))


def address(contest: Contest, more: str = "") -> str:
    return f"/meeting/{contest.item.meeting.slug}/results/{contest.public_id}/{more}"


def declared_recipes(world: World) -> Contest:
    """Three members vote: two for the stout, one for the pale."""
    contest = open_vote(world, "recipes")
    for user, picks in zip(world.members, [("Weir Stout",), ("Towpath Pale",), ("Weir Stout",)], strict=False):
        cast(contest, user, *picks)
    return declare_vote(world, "recipes")


def declared_resolution(world: World, *votes: tuple[int, int, int]) -> Contest:
    contest = open_vote(world, "resolution")
    for user, split in zip(world.members, votes, strict=False):
        cast(contest, user, votes=split)
    return declare_vote(world, "resolution")


def test_result_before_the_declaration_says_the_state_and_nothing_else() -> None:
    world = make_world(kinds=("recipes",))
    client, contest = Client(), world.contest("recipes")
    said = []

    for act in (lambda: None, lambda: cast(open_vote(world, "recipes"), world.members[0], "Weir Stout")):
        act()
        said.append(client.get(address(contest)))
    close_vote(world, "recipes")
    said.append(client.get(address(contest)))
    open_envelopes(world, "recipes")
    said.append(client.get(address(contest)))

    sentences = ["has not been opened yet", "Voting is open.", "with the scrutineer", "are being counted"]
    assert [sentence in words(page) for sentence, page in zip(sentences, said, strict=True)] == [True] * 4
    assert [page for page in said if "Weir Stout" in words(page)] == []


def test_counted_result_is_kept_back_until_the_chair_declares_it() -> None:
    world = make_world(kinds=("recipes",))
    cast(open_vote(world, "recipes"), world.members[0], "Weir Stout")
    contest = count_vote(world, "recipes")

    page = Client().get(address(contest))

    assert "The chair declares the result in the meeting." in words(page)
    assert "Weir Stout" not in words(page)
    files = ("papers.csv", "papers.blt", "bundle.zip")
    assert [Client().get(address(contest, name)).status_code for name in files] == [404] * 3
    assert Client().post(address(contest, "find/"), {"code": "0" * 20}).status_code == 404


def test_ballot_says_the_winner_with_votes_and_rounds_in_one_sentence() -> None:
    world = make_world(kinds=("recipes",), holdings=(4,) * 5)
    contest = open_vote(world, "recipes")
    ballots = [("Weir Stout",), ("Weir Stout",), ("Towpath Pale",), ("Towpath Pale",), ("Basin Bitter", "Weir Stout")]
    for user, picks in zip(world.members, ballots, strict=True):
        cast(contest, user, *picks)
    contest = declare_vote(world, "recipes")

    told = told_result(Contest.objects.get(pk=contest.pk), at=clock.now())

    assert told.headline == "Weir Stout won with 3 of 5 votes after 3 rounds."
    assert [each.moves + each.decisions for each in told.rounds] == [
        ("Lockside Mild has no votes and leaves.",),
        ("Nobody has more than half. Basin Bitter has the fewest votes (1) and leaves.",),
        (
            "The votes of Basin Bitter (1) go on: 1 to Weir Stout.",
            "Weir Stout has 3 of the 5 votes still in play. That is more than half: it wins.",
        ),
    ]


def test_votes_without_a_further_choice_are_said() -> None:
    world = make_world(kinds=("recipes",), holdings=(4,) * 5)
    contest = open_vote(world, "recipes")
    for user, pick in zip(world.members, ["Weir Stout"] * 2 + ["Towpath Pale"] * 2 + ["Basin Bitter"], strict=True):
        cast(contest, user, *((pick,) if pick != "Weir Stout" else (pick, "Basin Bitter")))
    contest = declare_vote(world, "recipes", beacon="6 2 5")

    told = told_result(Contest.objects.get(pk=contest.pk), at=clock.now())

    assert told.rounds[2].moves[0] == "The votes of Basin Bitter (1) have no further choice."
    assert told.rounds[2].ties[0].sentence.startswith("Towpath Pale and Weir Stout have equally few votes.")


def test_tie_by_lot_shows_what_is_needed_to_draw_it_again() -> None:
    world = make_world(kinds=("names",), holdings=(4, 5))
    contest = open_vote(world, "names")
    cast(contest, world.members[0], "Mossy Gate")
    cast(contest, world.members[1], "Low Water")
    contest = declare_vote(world, "names", beacon="3 5 1")

    text = words(Client().get(address(contest)))

    lot = contest.count.result["ties"][0]["lot"]
    assert f"The public lot decides: {contest.count.result['elected'][0]}." in text
    assert [part in text for part in (lot["label"], lot["root"], "3 5 1", "Mossy Gate, Low Water")] == [True] * 4


def test_resolution_in_the_published_form_with_withheld_outside() -> None:
    world = make_world(kinds=("resolution",), holdings=(4, 100, 2000))
    contest = declared_resolution(world, (4, 0, 0), (0, 60, 40), (70, 1, 5))

    told = told_result(Contest.objects.get(pk=contest.pk), at=clock.now())

    line = told.line
    assert line is not None
    assert told.headline == "Carried: 54.81% of the votes cast were for it."
    assert (str(line.votes.percent_for), str(line.votes.percent_against)) == ("54.81", "45.19")
    assert (line.votes.votes_total, str(line.votes.percent_of_issued), line.votes.votes_withheld) == (135, "6.42", 45)
    assert "20% or more of the votes cast were against." in words(Client().get(address(contest)))
    assert "A vote withheld is not a vote in law" in words(Client().get(address(contest)))


def test_resolution_with_little_dissent_asks_the_board_for_nothing() -> None:
    world = make_world(kinds=("resolution",), holdings=(4, 100, 2000))
    contest = declared_resolution(world, (4, 0, 0), (0, 100, 0), (2000, 0, 0))

    assert "20% or more" not in words(Client().get(address(contest)))


def test_special_resolution_just_below_three_quarters_is_not_carried() -> None:
    world = make_world(kinds=("resolution",), holdings=(749, 251), majority="special")
    contest = declared_resolution(world, (749, 0, 0), (0, 251, 0))

    text = words(Client().get(address(contest)))

    assert "Not carried: 74.90% of the votes cast were for it." in text
    assert "at least 75% of the votes cast must be for it" in text


def test_result_names_who_held_the_key_who_pays_them_and_the_hashes() -> None:
    world = make_world(kinds=("recipes",))
    contest = declared_recipes(world)

    text = words(Client().get(address(contest)))

    assert "Who held the key Quillon & Marsh LLP, paid by the company. Independent of the company." in text
    assert contest.rules_sha256 in text
    assert contest.roll is not None
    assert contest.roll.sha256 in text
    assert "3 of 3 (100.00%)" in text


def test_scrutineer_who_is_not_independent_is_said_to_be_so() -> None:
    world = make_world(kinds=("recipes",))
    contest = declared_recipes(world)
    told = Contest.objects.select_related("scrutineer").get(pk=contest.pk)
    assert told.scrutineer is not None
    told.scrutineer.is_independent = False  # in memory: the book of scrutineers never changes

    page = render_to_string("agm/_result_who.html", {"contest": told, "told": told_result(told, at=clock.now())})

    assert "Not independent." in page


def test_result_is_provisional_for_a_day_and_then_final() -> None:
    world = make_world(kinds=("recipes",))
    contest = Contest.objects.get(pk=declared_recipes(world).pk)
    assert contest.declared_at is not None
    end = contest.declared_at + timedelta(hours=24)

    standings = [told_result(contest, at=at).standing for at in (end - timedelta(seconds=1), end)]

    assert standings == ["provisional", "final"]


def test_unanswered_challenge_keeps_a_result_from_being_final() -> None:
    world = make_world(kinds=("recipes",))
    contest = Contest.objects.get(pk=declared_recipes(world).pk)
    later = clock.now() + timedelta(days=3)
    with atomic():
        challenge = raise_challenge(contest=contest, text="A paper is missing.", by=world.members[0], at=clock.now())
    before = told_result(contest, at=later).standing

    with atomic():
        answer_challenge(challenge=challenge, answer="It was spoiled.", by=world.secretary, at=clock.now())

    assert (before, told_result(contest, at=later).standing) == ("challenged", "final")


def test_member_challenges_and_everybody_reads_it_without_the_name() -> None:
    world = make_world(kinds=("recipes",))
    contest = declared_recipes(world)

    response = sign_in(world.members[0]).post(address(contest, "challenge/"), {"text": "My <b>paper</b> is missing."})

    page = Client().get(address(contest))
    assert (response.status_code, Challenge.objects.get().text) == (302, "My <b>paper</b> is missing.")
    assert "My &lt;b&gt;paper&lt;/b&gt; is missing." in page.content.decode()
    assert "Not answered yet." in words(page)
    assert world.members[0].party is not None
    assert world.members[0].party.display_name not in words(page)


def test_empty_challenge_is_refused_by_the_field() -> None:
    world = make_world(kinds=("recipes",))
    contest = declared_recipes(world)

    response = sign_in(world.members[0]).post(address(contest, "challenge/"), {"text": "  "})

    assert (response.status_code, Challenge.objects.count()) == (422, 0)
    assert "Error:" in response.content.decode()


def test_challenge_by_somebody_who_is_not_on_the_roll_is_refused() -> None:
    world = make_world(kinds=("recipes",))
    contest = declared_recipes(world)

    response = sign_in(make_holder()).post(address(contest, "challenge/"), {"text": "I do not like it."})

    assert (response.status_code, Challenge.objects.count()) == (409, 0)
    assert "You are not on the roll of this vote" in words(response)


def test_challenge_of_a_resolution_is_refused_because_the_chair_declared_it() -> None:
    world = make_world(kinds=("resolution",))
    contest = declared_resolution(world, (4, 0, 0))

    response = sign_in(world.members[0]).post(address(contest, "challenge/"), {"text": "Wrong."})

    assert (response.status_code, Challenge.objects.count()) == (409, 0)
    assert "challenge-form" not in Client().get(address(contest)).content.decode()


@pytest.mark.parametrize("typing", [str, str.lower, lambda code: code.replace("-", " "), lambda code: f" {code}\n"])
def test_own_paper_is_found_however_its_code_is_typed(typing: Any) -> None:
    world = make_world(kinds=("recipes",))
    contest = open_vote(world, "recipes")
    receipt = cast(contest, world.members[0], "Weir Stout", "Towpath Pale")
    contest = declare_vote(world, "recipes")

    response = Client().post(address(contest, "find/"), {"code": typing(receipt.code)})

    assert response.status_code == 200
    assert "Your paper was counted." in words(response)
    assert re.findall(r'<li class="ground-\w+">([^<]+)</li>', response.content.decode()) == [
        "Weir Stout",
        "Towpath Pale",
    ]
    assert response.headers["Cache-Control"] == "no-store, private"


def test_unknown_code_says_what_to_do() -> None:
    world = make_world(kinds=("recipes",))
    contest = declared_recipes(world)

    response = Client().post(address(contest, "find/"), {"code": "00000-00000-00000-00000"})

    assert response.status_code == 404
    assert "No paper with this code was counted." in words(response)


def test_code_of_a_replaced_vote_is_not_found_and_that_of_the_last_is() -> None:
    world = make_world(kinds=("recipes",))
    contest = open_vote(world, "recipes")
    first = cast(contest, world.members[0], "Weir Stout")
    last = cast(contest, world.members[0], "Towpath Pale")
    contest = declare_vote(world, "recipes")

    found = [Client().post(address(contest, "find/"), {"code": one.code}).status_code for one in (first, last)]

    assert found == [404, 200]


@pytest.mark.parametrize("code", ["", "short", "U" * 20, "0" * 81])
def test_what_is_no_code_is_refused_by_the_field(code: str) -> None:
    world = make_world(kinds=("recipes",))
    contest = declared_recipes(world)

    response = Client().post(address(contest, "find/"), {"code": code})

    assert response.status_code == 422
    assert 'href="#id_code"' in response.content.decode()


def test_code_in_an_address_finds_nothing() -> None:
    world = make_world(kinds=("recipes",))
    contest = open_vote(world, "recipes")
    receipt = cast(contest, world.members[0], "Weir Stout")
    contest = declare_vote(world, "recipes")

    response = Client().get(address(contest, "find/"), {"code": receipt.code})

    assert (response.status_code, response.headers["Location"]) == (302, f"{address(contest)}#find")


def test_paper_of_another_vote_is_not_found_here() -> None:
    world = make_world(kinds=("recipes", "names"))
    contest = open_vote(world, "recipes")
    receipt = cast(contest, world.members[0], "Weir Stout")
    declare_vote(world, "recipes")
    cast(open_vote(world, "names"), world.members[0], "Low Water")
    names = declare_vote(world, "names")

    assert Client().post(address(names, "find/"), {"code": receipt.code}).status_code == 404


def test_vote_on_a_resolution_is_found_by_code_with_what_was_left_unused() -> None:
    world = make_world(kinds=("resolution",), holdings=(100,))
    contest = open_vote(world, "resolution")
    receipt = cast(contest, world.members[0], votes=(70, 20, 5))
    contest = declare_vote(world, "resolution")

    text = words(Client().post(address(contest, "find/"), {"code": receipt.code}))

    assert "For 70 Against 20 Withheld 5 Not used 5" in text


def test_member_sees_the_own_votes_on_a_resolution_and_nobody_else_does() -> None:
    world = make_world(kinds=("resolution",), holdings=(4, 100, 7))
    contest = declared_resolution(world, (4, 0, 0), (0, 61, 39), (0, 0, 7))
    title = "Your votes as they were counted"

    own, others, public = (
        words(client.get(address(contest)))
        for client in (sign_in(world.members[1]), sign_in(world.members[0]), Client())
    )

    assert [title in text for text in (own, others, public)] == [True, True, False]
    assert "For 0 Against 61 Withheld 39" in own
    assert "Withheld 39" not in others


def test_nobody_is_handed_a_path_that_would_show_a_neighbours_votes() -> None:
    """A proof of being inside the totals shows the votes beside one's own, and holdings stand in the open register."""
    world = make_world(kinds=("resolution",), holdings=(4, 100))
    contest = open_vote(world, "resolution")
    receipt = cast(contest, world.members[0], votes=(4, 0, 0))
    cast(contest, world.members[1], votes=(0, 61, 39))
    contest = declare_vote(world, "resolution")
    sweeping.sweep()
    client = sign_in(world.members[0])

    pages = [client.get(address(contest)), client.post(address(contest, "find/"), {"code": receipt.code})]

    assert ["For 4 Against 0 Withheld 0" in words(page) for page in pages] == [True, True]
    assert [page.content.count(b"proof") for page in pages] == [0, 0]
    assert client.post(address(contest, "proof/"), {"code": receipt.code}).status_code == 404


@pytest.mark.parametrize("kind", ["recipes", "names"])
def test_ballot_in_which_nobody_voted_chose_nobody(kind: str) -> None:
    world = make_world(kinds=(kind,))
    open_vote(world, kind)
    contest = declare_vote(world, kind)

    page = Client().get(address(contest))
    told = told_result(Contest.objects.get(pk=contest.pk), at=clock.now())

    assert (page.status_code, told.headline, told.winners) == (200, "Nobody was chosen.", ())
    assert [each.decisions for each in told.rounds] == [("No paper names anybody, so nobody was chosen.",)]
    assert "wins" not in words(page)


def test_files_are_offered_with_their_hash_and_kept_by_caches_for_ever() -> None:
    world = make_world(kinds=("recipes",))
    contest = declared_recipes(world)
    before = words(Client().get(address(contest)))
    sweeping.sweep()

    page = words(Client().get(address(contest)))
    files = [Client().get(address(contest, name)) for name in ("bundle.zip", "papers.csv", "papers.blt")]

    assert "The files are being put together." in before
    assert [sha256_hex(file.content) in page for file in files] == [True] * 3
    assert [file.headers["ETag"] for file in files] == [f'"{sha256_hex(file.content)}"' for file in files]
    assert {file.headers["Cache-Control"] for file in files} == {"public, max-age=31536000, immutable"}
    assert [file.headers["Content-Type"] for file in files] == [
        "application/zip", "text/csv; charset=utf-8", "text/plain; charset=utf-8",
    ]  # fmt: skip


def test_file_that_is_known_already_is_not_sent_again() -> None:
    world = make_world(kinds=("recipes",))
    contest = declared_recipes(world)
    sweeping.sweep()
    etag = f'"{Publication.objects.get().csv_sha256}"'

    response = Client().get(address(contest, "papers.csv"), headers={"If-None-Match": etag})

    assert (response.status_code, response.content) == (304, b"")


def test_resolution_has_a_bundle_and_no_papers() -> None:
    world = make_world(kinds=("resolution",))
    contest = declared_resolution(world, (4, 0, 0))
    sweeping.sweep()

    codes = [Client().get(address(contest, name)).status_code for name in ("bundle.zip", "papers.csv", "papers.blt")]

    assert codes == [200, 404, 404]


def test_results_of_a_meeting_say_each_outcome_and_the_table_of_resolutions() -> None:
    world = make_world(holdings=(4, 100, 2000))
    declared_resolution(world, (4, 0, 0), (0, 60, 40), (70, 1, 5))
    declared_recipes(world)

    text = words(Client().get(f"/meeting/{world.meeting.slug}/results/"))

    assert "Weir Stout won with 2 of 3 votes in the first round." in text
    assert "No result yet." in text
    assert "To receive the accounts Carried. 20% or more against 74 54.81 61 45.19 135 6.42 45" in text


def test_table_of_resolutions_as_csv_runs_no_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    world = make_world(kinds=("resolution",), holdings=(4, 100, 2000))
    declared_resolution(world, (4, 0, 0), (0, 60, 40), (70, 1, 5))
    monkeypatch.setattr("agm.queries.results.localised", lambda _row, _field: "=1+1")

    lines = Client().get(f"/meeting/{world.meeting.slug}/results/resolutions.csv").content.decode().splitlines()

    assert lines == [
        "Resolution,For,%,Against,%,Total,% of issued capital,Withheld,Outcome",
        "'=1+1,74,54.81,61,45.19,135,6.42,45,carried",
    ]


def test_results_of_a_meeting_that_is_being_prepared_are_not_there() -> None:
    world = make_world(step="draft", kinds=("recipes",))
    contest = world.contest("recipes")

    pages = [Client().get(address(contest)), Client().get(f"/meeting/{world.meeting.slug}/results/")]

    assert [page.status_code for page in pages] == [404, 404]


def test_result_under_the_address_of_another_meeting_is_not_there() -> None:
    world = make_world(kinds=("recipes",))
    contest = declared_recipes(world)

    assert Client().get(f"/meeting/another/results/{contest.public_id}/").status_code == 404


def queries_of(url: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert Client().get(url).status_code == 200
    return len(caught)


@pytest.mark.parametrize(("kind", "expected"), [("recipes", 6), ("resolution", 4)])
@pytest.mark.parametrize("challenges", [1, 3])
def test_result_page_costs_the_same_however_many_challenges(kind: str, expected: int, challenges: int) -> None:
    world = make_world(kinds=(kind,))
    contest = declared_recipes(world) if kind == "recipes" else declared_resolution(world, (4, 0, 0), (0, 60, 40))
    for number in range(challenges if kind == "recipes" else 0):
        with atomic():
            raise_challenge(contest=contest, text=f"Doubt {number}", by=world.members[0], at=clock.now())

    assert queries_of(address(contest)) == expected


@pytest.mark.parametrize("number", [1, 3])
def test_list_of_results_costs_the_same_however_many_votes(number: int) -> None:
    kinds = (ItemKind.RESOLUTION, ItemKind.RECIPES, ItemKind.NAMES)[:number]
    world = make_world(kinds=kinds)
    for kind in kinds:
        contest = open_vote(world, kind)
        if kind == "resolution":
            cast(contest, world.members[0], votes=(4, 0, 0))
        else:
            cast(contest, world.members[0], contest.options.order_by("position")[0].title)
        declare_vote(world, kind)

    assert queries_of(f"/meeting/{world.meeting.slug}/results/") == 6


@pytest.mark.parametrize("kind", ["recipes", "resolution"])
def test_no_public_page_of_a_result_names_a_member(kind: str) -> None:
    world = make_world()
    contest = declared_recipes(world) if kind == "recipes" else declared_resolution(world, (4, 0, 0), (0, 60, 40))
    sweeping.sweep()

    pages = [Client().get(address(contest)), Client().get(f"/meeting/{world.meeting.slug}/results/")]

    names = [user.party.display_name for user in world.members if user.party]
    assert [name for name in names for page in pages if name in page.content.decode()] == []
