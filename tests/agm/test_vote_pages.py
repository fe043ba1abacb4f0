"""The ballot paper and its receipt."""

import html
import logging
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.models import User
from accounts.services.people import make_joint_party
from agm.queries import paper as papers
from agm.queries.paper import find_ballot
from ballots.models import Contest, Envelope, LogLeaf
from ballots.rules.proofs.papers import Ranking, canonical_choice, tidy_code, tracking_code
from ballots.rules.proofs.receipts import verify
from ballots.services.contests import OptionDraft
from ballots.services.log_key import log_key
from core import clock
from core.models import AuditRecord
from core.transactions import atomic
from equity.models import ShareClass
from tests.factories.agm import (
    World,
    close_vote,
    freeze,
    make_world,
    open_envelopes,
    open_session,
    open_vote,
    register_shares,
)
from tests.factories.people import make_holder, sign_in

CAST_ID = "0123456789abcdef" * 2
FIELD = re.compile(r'<input type="hidden" name="(cast_id|entry|seal)" value="([^"]*)">')


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """Let every test count its queries as if the process had just started."""
    papers._frozen.clear()


def url_of(world: World, kind: str) -> str:
    return f"/meeting/{world.meeting.slug}/vote/{world.contest(kind).public_id}/"


def words(response: Any) -> str:
    return html.unescape(" ".join(response.content.decode().split()))


def options(world: World, kind: str) -> dict[str, str]:
    return dict(world.contest(kind).options.values_list("title", "public_id"))


class Voter:
    """Somebody with a ballot paper in hand."""

    def __init__(self, world: World, kind: str, user: User | None = None) -> None:
        self.client = sign_in(user or world.members[0])
        self.url = url_of(world, kind)
        self.fields = dict(FIELD.findall(self.client.get(self.url).content.decode()))

    def send(self, **data: Any) -> Any:
        return self.client.post(self.url, {**self.fields, **data})

    def cast(self, **data: Any) -> Any:
        return self.send(cast="yes", **data)


@pytest.fixture
def world(db: None) -> World:
    return make_world()


def code_in(response: Any) -> str:
    return re.search(r'data-code="([^"]*)"', response.content.decode())[1]  # type: ignore[index]


# The paper


def test_paper_says_the_power_before_the_question(world: World) -> None:
    open_vote(world, "resolution")

    said = words(Voter(world, "resolution").client.get(url_of(world, "resolution")))

    assert 'You cast <strong class="number">4 votes</strong> of 2,104' in said
    assert said.index("4 votes</strong>") < said.index("THAT the annual accounts for 2025 be received.")


def test_paper_of_a_beer_ballot_says_one_vote_and_the_promise(world: World) -> None:
    open_vote(world, "recipes")

    said = words(Voter(world, "recipes").client.get(url_of(world, "recipes")))

    assert "You cast <strong>one vote</strong> like every member" in said
    assert "<strong>Promised.</strong> The winner will be brewed. Due by 1 September 2027." in said


def test_paper_says_who_holds_the_key_and_by_which_rules(world: World) -> None:
    contest = open_vote(world, "recipes")

    said = words(Voter(world, "recipes").client.get(url_of(world, "recipes")))

    assert "Quillon & Marsh LLP holds the key, paid by the company." in said
    assert "Not independent" not in said
    assert f"<code>{contest.rules_sha256}</code>" in said


def test_paper_and_receipt_are_never_kept(world: World) -> None:
    open_vote(world, "resolution")
    voter = Voter(world, "resolution")

    answers = [voter.client.get(voter.url), voter.cast(side="for"), voter.cast(side="nothing")]

    assert [answer.status_code for answer in answers] == [200, 200, 422]
    assert {answer["Cache-Control"] for answer in answers} == {"no-store, private"}


def test_each_paper_has_random_bits_of_its_own(world: World) -> None:
    open_vote(world, "resolution")

    first, second = (Voter(world, "resolution").fields["cast_id"] for _ in range(2))

    assert (len(first), len(second), first == second) == (32, 32, False)


def test_options_lie_in_an_order_drawn_for_the_voter_alone(db: None) -> None:
    world = make_world(recipes=[OptionDraft(f"Beer {number}") for number in range(12)])
    ballot = find_ballot(world.meeting.slug, world.contest("recipes").public_id)
    assert ballot is not None

    orders = {entry: [row.title for row in ballot.options_for(entry)] for entry in ("a", "b", "c")}

    assert len({tuple(order) for order in orders.values()}) == 3
    assert [row.title for row in ballot.options_for("a")] == orders["a"]
    assert sorted(orders["a"]) == sorted(orders["b"])


def test_paper_of_somebody_not_on_the_roll_says_why_there_is_none(world: World) -> None:
    open_vote(world, "resolution")

    response = sign_in(make_holder()).get(url_of(world, "resolution"))

    assert (response.status_code, "You are not on the roll of this vote." in words(response)) == (200, True)


def test_paper_before_and_after_the_vote_says_so(world: World) -> None:
    client, url = sign_in(world.members[0]), url_of(world, "resolution")

    before = words(client.get(url))
    open_vote(world, "resolution")
    Voter(world, "resolution").cast(side="for")
    close_vote(world, "resolution")
    after = words(client.get(url))

    assert "<h1>Not open yet.</h1>" in before
    assert "<h1>Voting on this is closed.</h1>" in after
    assert "and it counts." in after


# Casting


@pytest.mark.parametrize(
    ("side", "votes", "said"),
    [
        ("for", [4, 0, 0], "4 votes: For"),
        ("against", [0, 4, 0], "4 votes: Against"),
        ("withheld", [0, 0, 4], "4 votes: Withheld"),
    ],
)
def test_resolution_takes_two_taps_and_opens_to_what_was_chosen(
    world: World, side: str, votes: list[int], said: str
) -> None:
    contest = open_vote(world, "resolution")

    answer = Voter(world, "resolution").cast(side=side)
    close_vote(world, "resolution")
    open_envelopes(world, "resolution")

    assert f"<li>{said}</li>" in words(answer)
    vote = contest.named_votes.get()
    assert [vote.for_votes, vote.against_votes, vote.withheld_votes] == votes
    assert vote.code == code_in(answer)


def test_split_votes_say_what_is_not_used(db: None) -> None:
    world = make_world(holdings=(100, 4))
    contest = open_vote(world, "resolution")

    answer = Voter(world, "resolution").send(split="yes", votes_for="70", votes_against="20", votes_withheld="5")
    close_vote(world, "resolution")
    open_envelopes(world, "resolution")

    said = re.findall(r"<li>(\d+ votes?: [^<]+)</li>", words(answer))
    assert said == ["70 votes: For", "20 votes: Against", "5 votes: Withheld", "5 votes: not used"]
    vote = contest.named_votes.get()
    assert [vote.for_votes, vote.against_votes, vote.withheld_votes] == [70, 20, 5]


def test_split_figures_may_be_grouped_but_no_fraction_becomes_ten_times_as_much(db: None) -> None:
    world = make_world(holdings=(2000, 4))
    open_vote(world, "resolution")
    voter = Voter(world, "resolution")

    fraction = voter.send(split="yes", votes_for="1.5")
    grouped = voter.send(split="yes", votes_for="1,500", votes_against="")

    assert (fraction.status_code, "whole figures" in words(fraction)) == (422, True)
    assert "<li>1,500 votes: For</li>" in words(grouped)


def test_ranking_tapped_without_a_script_is_cast_in_that_order(world: World) -> None:
    open_vote(world, "recipes")
    ids, voter = options(world, "recipes"), Voter(world, "recipes")
    mild, stout, pale = ids["Lockside Mild"], ids["Weir Stout"], ids["Towpath Pale"]

    stamped = voter.send(tap=stout)
    stamped = voter.send(choice=choices(stamped), tap=mild)
    stamped = voter.send(choice=choices(stamped), tap=pale)
    taken_back = voter.send(choice=choices(stamped), tap=mild)
    moved = voter.send(choice=choices(taken_back), up=pale)
    answer = voter.cast(choice=choices(moved))

    assert choices(stamped) == [stout, mild, pale]
    assert choices(taken_back) == [stout, pale]
    assert choices(moved) == [pale, stout]
    assert re.findall(r"<li>([^<]+)</li>", words(answer)) == ["Towpath Pale", "Weir Stout"]
    assert Envelope.objects.count() == 1


def choices(response: Any) -> list[str]:
    return re.findall(r'name="choice" value="([^"]*)"', response.content.decode())


def test_tap_casts_nothing_and_keeps_the_random_bits(world: World) -> None:
    open_vote(world, "recipes")
    voter = Voter(world, "recipes")

    answer = voter.send(tap=options(world, "recipes")["Weir Stout"])

    assert (Envelope.objects.count(), LogLeaf.objects.count()) == (0, 0)
    assert dict(FIELD.findall(answer.content.decode())) == voter.fields


def test_approval_marks_as_many_as_one_likes(world: World) -> None:
    contest = open_vote(world, "names")
    ids = options(world, "names")

    Voter(world, "names").cast(choice=[ids["Low Water"], ids["Mossy Gate"]])
    close_vote(world, "names")
    open_envelopes(world, "names")

    assert set(contest.papers.get().choices) == {ids["Low Water"], ids["Mossy Gate"]}


def test_receipt_has_a_code_that_only_the_paper_makes_and_a_promise_we_signed(world: World) -> None:
    contest = open_vote(world, "recipes")
    stout = options(world, "recipes")["Weir Stout"]

    answer = Voter(world, "recipes").cast(cast_id=CAST_ID, choice=stout)

    expected = tracking_code(bytes.fromhex(CAST_ID), contest.public_id, canonical_choice(Ranking((stout,))))
    token = re.search(r'data-check="/check/vote/([^/"]+)/"', answer.content.decode())[1]  # type: ignore[index]
    promise = verify(token, log_key().verifier)
    assert (answer.status_code, code_in(answer)) == (200, expected)
    assert tidy_code(expected) == expected
    assert promise.leaf_sha256 == Envelope.objects.get().sha256


def test_same_post_again_gives_the_same_receipt_and_one_vote(world: World) -> None:
    open_vote(world, "recipes")
    voter, stout = Voter(world, "recipes"), options(world, "recipes")["Weir Stout"]

    first, second = voter.cast(choice=stout), voter.cast(choice=stout)

    assert second.content == first.content
    assert (Envelope.objects.count(), LogLeaf.objects.count(), Envelope.objects.get().changes) == (1, 1, 0)


def test_vote_again_replaces_the_first(world: World) -> None:
    contest = open_vote(world, "resolution")
    Voter(world, "resolution").cast(side="for")

    again = Voter(world, "resolution")
    said = words(again.client.get(again.url))
    again.cast(side="against")
    close_vote(world, "resolution")
    open_envelopes(world, "resolution")

    assert "If you cast again, the new paper replaces it." in said
    assert contest.named_votes.get().against_votes == 4


def test_first_vote_sent_late_once_more_does_not_replace_the_second(world: World) -> None:
    open_vote(world, "resolution")
    first, second = Voter(world, "resolution"), Voter(world, "resolution")
    code = code_in(first.cast(side="for"))
    second.cast(side="against")
    in_the_box = Envelope.objects.get().sha256

    late = first.cast(side="for")

    assert (code_in(late), Envelope.objects.get().sha256) == (code, in_the_box)
    assert "You have voted again since: the later paper counts." in words(late)


# Refusals: a sentence on top, the choice kept


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, html.unescape(
        re.search(r'id="problem-title">([^<]*)<', answer.content.decode())[1]  # type: ignore[index]
    )


def test_closed_meanwhile_is_refused_and_the_choice_said_again(world: World) -> None:
    open_vote(world, "recipes")
    voter, ids = Voter(world, "recipes"), options(world, "recipes")
    close_vote(world, "recipes")

    answer = voter.cast(choice=[ids["Weir Stout"], ids["Basin Bitter"]])

    assert refused(answer)[0] == 409
    assert "Voting on this is not open at the moment." in refused(answer)[1]
    assert re.findall(r"<li>([^<]+)</li>", words(answer)) == ["Weir Stout", "Basin Bitter"]


def test_split_above_the_holding_is_refused_and_the_figures_stay(world: World) -> None:
    open_vote(world, "resolution")

    answer = Voter(world, "resolution").send(split="yes", votes_for="3", votes_against="2")

    assert refused(answer)[0] == 422
    assert re.findall(r'name="votes_\w+" value="(\d*)"', answer.content.decode()) == ["3", "2", ""]
    assert not Envelope.objects.exists()


def test_all_for_one_side_beside_figures_of_a_split_is_refused_and_both_stay(world: World) -> None:
    open_vote(world, "resolution")

    answer = Voter(world, "resolution").cast(side="for", votes_for="1", votes_against="3")

    page = answer.content.decode()
    sentence = "You filled in split votes: cast those, or clear them. Nothing was counted yet."
    assert refused(answer) == (422, sentence)
    assert re.findall(r'name="votes_\w+" value="(\d*)"', page) == ["1", "3", ""]
    assert ('value="for" checked' in page, '<details class="split" open>' in page) == (True, True)
    assert not Envelope.objects.exists()


@pytest.mark.parametrize(
    ("picks", "kept"),
    [
        (["Weir Stout", "x" * 22], ["Weir Stout"]),
        (["Weir Stout", "Weir Stout"], ["Weir Stout"]),
        ([], []),
    ],
    ids=["changed option", "ranked twice", "nothing"],
)
def test_bad_ranking_is_refused_and_what_is_good_of_it_kept(world: World, picks: list[str], kept: list[str]) -> None:
    open_vote(world, "recipes")
    ids = options(world, "recipes")

    answer = Voter(world, "recipes").cast(choice=[ids.get(pick, pick) for pick in picks])

    assert refused(answer)[0] == 422
    assert choices(answer) == [ids[pick] for pick in kept]
    assert not Envelope.objects.exists()


def test_paper_with_a_thousand_options_is_refused(world: World) -> None:
    open_vote(world, "recipes")
    stout = options(world, "recipes")["Weir Stout"]

    many = Voter(world, "recipes").cast(choice=[stout] * 900)
    far_too_many = Voter(world, "recipes").cast(choice=[stout] * 10_000)

    assert (many.status_code, far_too_many.status_code) == (422, 400)


@pytest.mark.parametrize("cast_id", ["", "0" * 31, "Z" * 32])
def test_paper_without_its_random_bits_is_refused(world: World, cast_id: str) -> None:
    open_vote(world, "resolution")

    answer = Voter(world, "resolution").cast(side="for", cast_id=cast_id)

    assert refused(answer)[0] == 422
    assert not Envelope.objects.exists()


def test_not_on_the_roll_is_refused(world: World) -> None:
    open_vote(world, "resolution")
    mine = Voter(world, "resolution")

    answer = sign_in(make_holder()).post(mine.url, {**mine.fields, "cast": "yes", "side": "for"})

    assert refused(answer)[0] == 409
    assert "You are not on the roll" in refused(answer)[1]


@pytest.mark.parametrize("change", ["entry", "user"])
def test_paper_of_somebody_else_is_refused(world: World, change: str) -> None:
    open_vote(world, "resolution")
    mine, other = Voter(world, "resolution"), Voter(world, "resolution", world.members[1])

    fields = {"entry": other.fields["entry"]} if change == "entry" else {}
    sender = mine.client if change == "entry" else other.client
    answer = sender.post(mine.url, {**mine.fields, **fields, "cast": "yes", "side": "for"})

    assert refused(answer)[0] == 409
    assert "opened for somebody else" in refused(answer)[1]
    assert not Envelope.objects.exists()


def test_paper_of_another_vote_or_meeting_is_refused(world: World) -> None:
    open_vote(world, "resolution")
    mine = Voter(world, "resolution")

    other_vote = mine.client.post(url_of(world, "recipes"), {**mine.fields, "cast": "yes", "side": "for"})
    other_meeting = mine.client.post(mine.url.replace(world.meeting.slug, "another"), {**mine.fields, "cast": "yes"})

    assert (other_vote.status_code, other_meeting.status_code) == (409, 404)
    assert not Envelope.objects.exists()


# For whom


@pytest.fixture
def pair(db: None) -> World:
    """The first two members also hold 30 shares together, in this order; the resolution is open."""
    world = make_world(step="noticed")
    first, second = (user.party for user in world.members[:2])
    with atomic():
        joint = make_joint_party(holders=[first, second], by=None, at=clock.now())
    register_shares([(joint, 30)], at=clock.now() - timedelta(days=59), share_class=ShareClass.objects.get())
    freeze(world)
    open_session(world)
    open_vote(world, "resolution")
    return world


def rights(world: World, user: User) -> dict[str, str]:
    """Return the address of each paper the person may ask for, by whose shares they are."""
    said = sign_in(user).get(url_of(world, "resolution")).content.decode()
    found = re.findall(r'href="[^"]*\?entry=([^"]*)"><span class="whom-name">([^<]*)<', said)
    return {html.unescape(name): f"{url_of(world, 'resolution')}?entry={entry}" for entry, name in found}


class VoterFor(Voter):
    """Somebody with the paper of one of several rights."""

    def __init__(self, world: World, user: User, whose: str) -> None:
        self.client, self.url = sign_in(user), url_of(world, "resolution")
        self.shown = self.client.get(rights(world, user)[whose])
        self.fields = dict(FIELD.findall(self.shown.content.decode()))


def joint_name(world: World) -> str:
    first = world.members[0].party.memberships.get()
    return first.joint.display_name


def test_several_rights_are_asked_for_first_one_tap_each(pair: World) -> None:
    assert list(rights(pair, pair.members[0])) == ["My own", joint_name(pair)]


def test_each_right_is_voted_by_itself(pair: World) -> None:
    VoterFor(pair, pair.members[0], "My own").cast(side="for")
    VoterFor(pair, pair.members[0], joint_name(pair)).cast(side="against")
    close_vote(pair, "resolution")
    open_envelopes(pair, "resolution")

    votes = pair.contest("resolution").named_votes.values_list("for_votes", "against_votes")
    assert sorted(votes) == [(0, 30), (4, 0)]


def test_second_named_is_told_whose_vote_counts(pair: World) -> None:
    shown = words(VoterFor(pair, pair.members[1], joint_name(pair)).shown)

    first = pair.members[0].party.display_name
    assert f"If {first}, who is named first, votes too, that vote counts" in shown


def test_second_named_after_the_first_voted_gets_no_paper(pair: World) -> None:
    late = VoterFor(pair, pair.members[1], joint_name(pair))
    VoterFor(pair, pair.members[0], joint_name(pair)).cast(side="for")

    answer = late.cast(side="against")
    again = words(late.client.get(late.url))

    assert refused(answer)[0] == 409
    assert "A holder named before you in the register has voted" in refused(answer)[1]
    first = pair.members[0].party.display_name
    assert f"{first}, named before you in the register, has voted for these shares." in again
    assert Envelope.objects.get().cast_by == pair.members[0]


# Nothing tells


def test_choice_and_code_stand_nowhere_but_in_the_answer(world: World, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    open_vote(world, "recipes")
    ids = options(world, "recipes")
    before = AuditRecord.objects.count()
    voter = Voter(world, "recipes")

    answer = voter.cast(choice=[ids["Weir Stout"], ids["Basin Bitter"]])

    code = code_in(answer)
    title = re.search(r"<title>(.*?)</title>", answer.content.decode(), re.S)[1]  # type: ignore[index]
    kept = [session.get_decoded() for session in Session.objects.all()]
    cookies = {name: morsel.value for name, morsel in voter.client.cookies.items()}
    logged = [record.getMessage() for record in caplog.records if not record.name.startswith("django.db")]
    for place in (title, str(kept), str(cookies), " ".join(logged), str(dict(answer.headers))):
        assert not any(secret in place for secret in (code, "Weir Stout", ids["Weir Stout"]))
    assert AuditRecord.objects.count() == before


def test_receipt_addresses_hold_no_choice_and_no_code(world: World) -> None:
    open_vote(world, "recipes")
    stout = options(world, "recipes")["Weir Stout"]

    answer = Voter(world, "recipes").cast(choice=stout)

    addresses = re.findall(r'(?:href|src|action)="([^"]*)"', answer.content.decode())
    assert not [address for address in addresses if stout in address or code_in(answer) in address]


# How often the database is asked


@pytest.mark.parametrize("count", [3, 12])
def test_paper_asks_as_often_for_twelve_options_as_for_three(
    db: None, django_assert_num_queries: Any, count: int
) -> None:
    world = make_world(recipes=[OptionDraft(f"Beer {number}") for number in range(count)])
    open_vote(world, "recipes")
    client, url = sign_in(world.members[0]), url_of(world, "recipes")

    with django_assert_num_queries(9):  # session, user, contest, options, cards, seats, state, box, company
        client.get(url)
    with django_assert_num_queries(6):  # contest and options are remembered
        client.get(url)


def test_casting_asks_four_times(world: World, django_assert_num_queries: Any) -> None:
    open_vote(world, "recipes")
    voter, stout = Voter(world, "recipes"), options(world, "recipes")["Weir Stout"]

    with django_assert_num_queries(6):  # session, user, seats, the vote; and the test's own savepoint
        answer = voter.cast(choice=stout)

    assert answer.status_code == 200


def test_picture_of_a_receipt_is_drawn_only_for_what_we_signed(world: World) -> None:
    open_vote(world, "resolution")
    answer = Voter(world, "resolution").cast(side="for")
    address = html.unescape(re.search(r'src="(/vote/qr/[^"]*)"', answer.content.decode())[1])  # type: ignore[index]

    ours, forged = Client().get(address), Client().get(address.replace("KV1.", "KV1.A"))

    assert (ours.status_code, ours["Content-Type"], forged.status_code) == (200, "image/svg+xml", 404)
    assert ours.content.startswith(b"<svg")


def test_fields_of_a_contest_are_remembered_only_once_frozen(db: None) -> None:
    world = make_world(step="noticed")
    contest = world.contest("resolution")

    found = find_ballot(world.meeting.slug, contest.public_id)

    assert found is not None
    assert papers._frozen == {}
    assert Contest.objects.get(pk=contest.pk).state == "draft"
