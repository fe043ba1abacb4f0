"""A meeting from its draft to its end, in Vietnamese: on no step is English left on a page of anybody."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client

from agm.services import chair
from ballots.services import sweeping
from core import clock
from core.transactions import atomic
from tests.consistency.test_vietnamese_pages import in_vietnamese, leftovers
from tests.factories import agm
from tests.factories.agm import World
from tests.factories.people import make_holder, sign_in, sign_in_staff

HIDDEN = re.compile(r'<input type="hidden" name="(cast_id|entry|seal)" value="([^"]*)">')
OFFICE_PAGES = (
    "", "change/", "scrutineer/", "notice/", "approve/", "deliveries/", "roll/", "votes/", "chair/", "chair/live/",
)  # fmt: skip
MEETING_PAGES = ("", "live/?lang=vi", "hall/", "hall/stage/?lang=vi", "results/")
STAFF, MEMBERS = ("secretary", "director", "chair"), ("anyone", "member", "holder without shares")
MILD, PALE, STOUT, _BITTER = agm.BEERS


@dataclass
class Walk:
    """Everybody who may look, and the English they found, by who, step and address."""

    world: World
    clients: dict[str, Client]
    left: dict[str, list[str]] = field(default_factory=dict)
    seen: int = 0

    def addresses(self) -> Iterator[str]:
        slug, office_id = self.world.meeting.slug, self.world.meeting.public_id
        yield from ("/vote/", "/promises/", "/office/", "/office/meetings/", "/about-voting/")
        yield from (f"/meeting/{slug}/{page}" for page in MEETING_PAGES)
        yield from (f"/office/meetings/{office_id}/{page}" for page in OFFICE_PAGES)
        for kind, item in self.world.items.items():
            contest_id = self.world.contest(kind).public_id
            yield f"/meeting/{slug}/vote/{contest_id}/"
            yield from (f"/meeting/{slug}/results/{contest_id}/{page}" for page in ("", "find/", "challenge/"))
            yield from (f"/office/meetings/{office_id}/votes/{contest_id}/{page}/" for page in ("return", "promise"))
            yield from (f"/office/meetings/{office_id}/items/{item.public_id}/{page}" for page in ("", "remove/"))

    def look(self, step: str) -> None:
        for address in self.addresses():
            # Who may not open a page gets the same refusal on every step: the permission matrix asks for that.
            for who in STAFF if address.startswith("/office/") else MEMBERS:
                self.note(f"{step}, {address} for {who}", self.clients[who].get(address))

    def note(self, where: str, answer: Any) -> None:
        self.seen += answer.status_code == 200
        if english := leftovers(answer):
            self.left[where] = english

    def vote(self, kind: str, **choice: str) -> None:
        """Cast as the first member, after a paper without a choice was refused."""
        url = f"/meeting/{self.world.meeting.slug}/vote/{self.world.contest(kind).public_id}/"
        client = self.clients["member"]
        fields = dict(HIDDEN.findall(client.get(url).content.decode()))
        self.note(f"{kind}, nothing chosen", client.post(url, {**fields, "cast": "yes"}))
        receipt = client.post(url, {**fields, **choice, "cast": "yes"})
        self.note(f"{kind}, receipt", receipt)
        for link in re.findall(r'href="[^"]*(/check/vote/[^"]+)"', receipt.content.decode()):
            self.note(f"{kind}, promise", client.get(link))
        assert "Phiếu của bạn đã vào thùng." in receipt.content.decode()

    def lead(self, act: Callable[..., Any], kind: str) -> None:
        with atomic():
            act(item=self.world.item(kind), by=self.world.chair, at=clock.now())


def make_walk(*, step: str, **options: Any) -> Walk:
    world = agm.make_world(step=step, **options)
    clients = {
        "anyone": Client(),
        "member": sign_in(world.members[0]),
        "holder without shares": sign_in(make_holder()),
        **{name: sign_in_staff(getattr(world, name)) for name in ("secretary", "director", "chair")},
    }
    return Walk(world, {who: in_vietnamese(client) for who, client in clients.items()})


@pytest.mark.parametrize("step", agm.STEPS)
def test_no_page_before_a_vote_is_left_in_english(step: str, db: None) -> None:
    walk = make_walk(step=step)

    walk.look(step)

    assert walk.left == {}
    assert walk.seen > 30


@pytest.mark.parametrize("kind", ["resolution", "recipes", "names"])
def test_no_page_of_a_vote_is_left_in_english(kind: str, db: None) -> None:
    walk = make_walk(step="in_session", kinds=(kind,))
    world = walk.world
    contest = agm.open_vote(world, kind)
    ids = dict(contest.options.values_list("title", "public_id"))

    walk.look("open")
    walk.vote(kind, **({"side": "for"} if kind == "resolution" else {"choice": next(iter(ids.values()))}))
    for member, picks in zip(world.members[1:], ((PALE, MILD), (STOUT, PALE)), strict=True):
        titles = [title for title in picks if title in ids] or list(ids)[:1]
        agm.cast(contest, member, *titles, votes=(1, 2, 0) if kind == "resolution" else None)
    walk.lead(chair.announce_poll_closing, kind)
    walk.look("closing")
    agm.close_vote(world, kind)
    walk.look("closed")
    agm.open_envelopes(world, kind)
    walk.look("opened")
    with atomic():
        chair.count_poll(item=world.item(kind), by=world.chair, at=clock.now(), beacon="3 6 1 4")
    walk.look("counted")
    for _round in range(3):
        walk.lead(chair.reveal_next_round, kind)
    walk.look("revealed")
    walk.lead(chair.declare_result, kind)
    sweeping.sweep()
    walk.look("declared")
    with atomic():
        chair.end_meeting(meeting=world.meeting, by=world.chair, at=clock.now())
    walk.look("ended")

    assert walk.left == {}
    assert walk.seen > 200
