"""Receipts anybody can check, promises anybody can hold us to, and what we say about voting."""

import html
import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ballots.enums import PromiseState
from ballots.models import Contest, SpoiledEnvelope
from ballots.rules.proofs.checkpoints import verify_checkpoint
from ballots.rules.proofs.merkle import is_included
from ballots.rules.proofs.receipts import LogKey, LogVerifier, Promise, encode
from ballots.rules.proofs.sealing import new_seed
from ballots.services import sweeping
from ballots.services.log import merge_log
from ballots.services.log_key import log_key
from ballots.services.promises import tell_promise
from core import clock
from core.transactions import atomic
from portal.queries.promises import promises
from portal.rules.promises import Standing, days_late, standing
from tests.factories.agm import World, cast, close_vote, declare_vote, make_world, open_vote

pytestmark = pytest.mark.django_db
DUE = date(2027, 9, 1)


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> None:
    settings.FILES_ROOT = tmp_path / "files"


def words(response: Any) -> str:
    text = html.unescape(re.sub(r"<[^>]*>", " ", response.content.decode()))
    return re.sub(r" (?=[.,;:)])", "", re.sub(r"\s+", " ", text))


def voted_twice() -> tuple[World, Contest, str, str]:
    """Return a vote in which a member voted and then changed it, with both receipts."""
    world = make_world(kinds=("recipes",))
    contest = open_vote(world, "recipes")
    first = cast(contest, world.members[0], "Weir Stout")
    last = cast(contest, world.members[0], "Towpath Pale")
    return world, contest, first.promise, last.promise


def merge(contest: Contest) -> None:
    """Place what waits, as a sweep does within a minute."""
    with atomic():
        merge_log(contest=contest, at=clock.now())


def check(token: str) -> Any:
    return Client().get(f"/check/vote/{token}/")


def test_fresh_receipt_is_genuine_and_will_be_in_the_log() -> None:
    _world, _contest, _first, last = voted_twice()

    page = check(last)

    assert (page.status_code, "We signed this receipt." in words(page)) == (200, True)
    assert "It will be in the log within a minute." in words(page)
    assert Client().get(f"/check/vote/{last}/proof.json").status_code == 404


def test_merged_receipt_says_its_place_and_gives_a_proof_that_holds() -> None:
    _world, contest, first, last = voted_twice()
    merge(contest)

    answer = Client().get(f"/check/vote/{last}/proof.json")

    proof = json.loads(answer.content)
    verifier = LogVerifier.from_vkey(proof["log_vkey"])
    checkpoint = verify_checkpoint(proof["checkpoint"], verifier, contest.rules["origin"])
    path = [bytes.fromhex(node) for node in proof["path"]]
    said = [re.findall(r"Envelope ([0-9]) of 2, under a signed checkpoint", words(check(one))) for one in (first, last)]
    assert sorted(said) == [["1"], ["2"]]
    assert said[1] == [str(proof["index"] + 1)]
    assert (proof["size"], checkpoint.size) == (2, 2)
    assert is_included(bytes.fromhex(proof["leaf"]), proof["index"], 2, path, checkpoint.root)


def test_proof_of_a_log_that_grew_is_made_anew() -> None:
    world, contest, first, _last = voted_twice()
    merge(contest)
    Client().get(f"/check/vote/{first}/proof.json")
    cast(contest, world.members[1], "Weir Stout")
    merge(contest)

    proof = json.loads(Client().get(f"/check/vote/{first}/proof.json").content)

    note = verify_checkpoint(proof["checkpoint"], log_key().verifier, contest.rules["origin"])
    assert (proof["size"], note.size) == (3, 3)
    path = [bytes.fromhex(node) for node in proof["path"]]
    assert is_included(bytes.fromhex(proof["leaf"]), proof["index"], 3, path, note.root)


def test_replaced_receipt_looks_like_the_one_that_counts_until_the_declaration() -> None:
    world, contest, first, last = voted_twice()
    merge(contest)
    pages = [[words(check(token)) for token in (first, last)]]
    close_vote(world, "recipes")
    pages.append([words(check(token)) for token in (first, last)])

    unsaid = ["This is said here once the result is declared." in page for both in pages for page in both]
    assert unsaid == [True] * 4
    assert [page for both in pages for page in both if "replaced" in page] == []


def test_declared_vote_says_of_each_receipt_whether_it_was_counted() -> None:
    world, _contest, first, last = voted_twice()
    declare_vote(world, "recipes")

    assert "because a later vote for the same right to vote replaced it" in words(check(first))
    assert "Yes. The envelope was opened, and the paper in it was counted." in words(check(last))


def test_spoiled_envelope_is_said_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    world, contest, _first, last = voted_twice()
    declare_vote(world, "recipes")
    spoiled = SpoiledEnvelope(contest=contest, sha256="ab" * 32, reason="duplicate_option")
    rows = type("Rows", (), {"filter": lambda _self, **_asked: type("Found", (), {"first": lambda _s: spoiled})()})
    monkeypatch.setattr("ballots.queries.receipts.SpoiledEnvelope.objects", rows())

    assert "the paper was spoiled: the same choice twice." in words(check(last))


def test_receipt_tells_no_name_no_choice_and_no_code() -> None:
    world, _contest, _first, last = voted_twice()
    contest = declare_vote(world, "recipes")
    sweeping.sweep()
    member = world.members[0]
    assert member.party is not None

    texts = [check(last).content.decode(), Client().get(f"/check/vote/{last}/proof.json").content.decode()]

    codes = list(contest.papers.values_list("code", flat=True))
    secrets = [member.party.display_name, member.email, "Towpath Pale", "Weir Stout", *codes]
    assert [secret for secret in secrets for text in texts if secret in text] == []


def test_promised_envelope_that_is_not_in_the_log_is_our_fault_and_said() -> None:
    _world, contest, _first, _last = voted_twice()
    promise = Promise(contest.public_id, "ab" * 32, clock.now().replace(microsecond=0))

    page = check(encode(promise, log_key()))

    assert "Genuine, but missing" in words(page)
    assert "it proves our fault" in words(page)


def test_forged_receipts_are_refused() -> None:
    _world, contest, _first, last = voted_twice()
    moment = clock.now().replace(microsecond=0)
    stranger = LogKey(log_key().name, new_seed())
    forged = [
        encode(Promise(contest.public_id, "ab" * 32, moment), stranger),
        encode(Promise("A" * 22, "ab" * 32, moment), log_key()),
        last.replace(contest.public_id, "B" * 22),
    ]

    pages = [check(token) for token in forged]

    assert [(page.status_code, "We did not sign this receipt." in words(page)) for page in pages] == [(404, True)] * 3


@pytest.mark.parametrize("token", ["x", "KV1", "KV1.a.b.c.d.e", "KV1.%C3%A9.b.1.d.e", "KV1" + "." * 5, "K" * 5000])
def test_garbled_receipts_are_refused_with_a_sentence(token: str) -> None:
    page = check(token)

    assert (page.status_code, "This is no receipt of a vote" in words(page)) == (400, True)
    assert Client().get(f"/check/vote/{token}/proof.json").status_code == 404


def test_receipt_with_one_letter_changed_is_refused() -> None:
    _world, _contest, _first, last = voted_twice()
    codes = {check(f"{last[:place]}{'A' if last[place] != 'A' else 'B'}{last[place + 1 :]}").status_code
             for place in range(len(last) - 1)}  # fmt: skip

    assert codes <= {400, 404}


@pytest.mark.parametrize(
    ("told", "today", "expected"),
    [
        ("", DUE, Standing.UNDER_WAY),
        ("", DUE + timedelta(days=1), Standing.LATE),
        ("under_way", DUE + timedelta(days=1), Standing.LATE),
        ("late", DUE - timedelta(days=9), Standing.LATE),
        ("kept", DUE + timedelta(days=99), Standing.KEPT),
        ("broken", DUE - timedelta(days=9), Standing.BROKEN),
    ],
)
def test_promise_stands_by_its_news_and_the_calendar(told: str, today: date, expected: Standing) -> None:
    assert standing(told, due_on=DUE, today=today) == expected


def test_advice_without_a_day_is_never_late() -> None:
    assert standing("", due_on=None, today=date(2999, 1, 1)) == Standing.UNDER_WAY
    assert (days_late(None, date(2999, 1, 1)), days_late(DUE, DUE), days_late(DUE, DUE + timedelta(days=3))) == (
        0,
        0,
        3,
    )


def declared(world: World, kind: str) -> Contest:
    contest = open_vote(world, kind)
    cast(contest, world.members[0], contest.options.order_by("position")[0].title)
    return declare_vote(world, kind)


def test_page_without_promises_says_when_the_first_comes() -> None:
    make_world(kinds=("recipes",))

    assert "The first one stands here as soon as members have voted on a beer" in words(Client().get("/promises/"))


def test_promise_is_listed_once_declared_with_winner_day_and_news() -> None:
    world = make_world(kinds=("recipes",))
    contest = declared(world, "recipes")
    news = {"text": "The malt is ordered.", "text_vi": "Đã đặt malt.", "by": world.director, "at": clock.now()}
    with atomic():
        tell_promise(contest=contest, state=PromiseState.UNDER_WAY, **news)

    text = words(Client().get("/promises/"))

    assert "Lockside Mild The beer for next year, Annual General Meeting 2026 The winner will be brewed." in text
    assert "Under way Promised for 1 September 2027." in text
    assert "under way: The malt is ordered." in text


def test_promise_is_late_by_the_clock_without_anybody_saying_so() -> None:
    world = make_world(kinds=("recipes",))
    declared(world, "recipes")

    [late], [due] = promises(today=DUE + timedelta(days=2)), promises(today=DUE)

    assert (late.standing, late.days_late, due.standing) == (Standing.LATE, 2, Standing.UNDER_WAY)


def test_resolution_promises_nothing_here() -> None:
    world = make_world(kinds=("resolution",))
    cast(open_vote(world, "resolution"), world.members[0], votes=(4, 0, 0))
    declare_vote(world, "resolution")

    assert promises(today=DUE) == []


@pytest.mark.parametrize("kinds", [("recipes",), ("recipes", "names")])
@pytest.mark.parametrize("lines", [1, 3])
def test_promises_cost_the_same_however_many(kinds: tuple[str, ...], lines: int) -> None:
    world = make_world(kinds=kinds)
    for kind in kinds:
        contest = declared(world, kind)
        for number in range(lines):
            news = {"text": f"News {number}", "text_vi": "", "by": None, "at": clock.now()}
            with atomic():
                tell_promise(contest=contest, state=PromiseState.UNDER_WAY, **news)

    with CaptureQueriesContext(connection) as caught:
        Client().get("/promises/")

    assert len(caught) == 6  # the clock, votes, news, options, cards, the company


def test_voting_is_explained_with_what_is_not_promised() -> None:
    make_world(kinds=("recipes",))

    text = words(Client().get("/about-voting/"))

    assert "That nobody can press you." in text
    assert "Secrecy from the office and the scrutineer together." in text
