"""The page of a receipt is set once for all voters of a contest: what is one voter's stays that voter's."""

import re
from typing import Any

import pytest
from django.http import HttpResponse

from agm.views import receipts
from ballots.services.contests import OptionDraft
from tests.agm.test_vote_pages import Voter, options
from tests.factories.agm import World, close_vote, make_world, open_vote

TITLE = "Stout <b>& Sons</b>"


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    receipts._frames.clear()


@pytest.fixture
def world(db: None) -> World:
    return make_world(recipes=[OptionDraft(TITLE), OptionDraft("Basin Bitter"), OptionDraft("Weir Mild")])


def text(response: HttpResponse) -> str:
    return response.content.decode()


def own_words(response: HttpResponse) -> list[str]:
    """Return what only this voter's page may say: code, promise, entry, choice."""
    page = text(response)
    found: list[Any] = [
        re.search(r'data-code="([^"]+)"', page),
        re.search(r"<code>(KV1[^<]+)</code>", page),
        re.search(r'entry=([^"]+)"', page),
        re.search(r'<ol class="receipt-votes">(.+?)</ol>', page),
    ]
    return [match[1] for match in found]


def test_second_voter_gets_the_remembered_page_with_their_own_words_only(world: World) -> None:
    open_vote(world, "recipes")
    ids = options(world, "recipes")
    one, two = (Voter(world, "recipes", user) for user in world.members[:2])

    first = one.cast(choice=ids["Basin Bitter"])
    second = two.cast(choice=[ids["Weir Mild"], ids["Basin Bitter"]])

    assert len(receipts._frames) == 1
    assert [word for word in own_words(first) if word in text(second)] == ["<li>Basin Bitter</li>"]
    assert own_words(second)[3] == "<li>Weir Mild</li><li>Basin Bitter</li>"
    assert (own_words(first)[2], own_words(second)[2]) == (one.fields["entry"], two.fields["entry"])


def test_page_without_the_words_of_the_voter_is_the_same_for_everybody(world: World) -> None:
    open_vote(world, "recipes")
    choice = options(world, "recipes")["Basin Bitter"]
    answers = [Voter(world, "recipes", user).cast(choice=choice) for user in world.members[:2]]

    bare = []
    for answer in answers:
        page = text(answer)
        code, promise, entry, _votes = own_words(answer)
        for word in (code, promise, entry, *code.split("-")):
            page = page.replace(word, "")
        bare.append(re.sub(r"\d\d:\d\d(:\d\d)?", "", page))

    assert bare[0] == bare[1]


def test_no_mark_is_left_on_a_page(world: World) -> None:
    open_vote(world, "recipes")
    page = text(Voter(world, "recipes").cast(choice=options(world, "recipes")["Basin Bitter"]))

    assert [mark for mark in ("\x02", "\x03") if mark in page] == []


def test_title_of_an_option_is_escaped(world: World) -> None:
    open_vote(world, "recipes")

    answer = Voter(world, "recipes").cast(choice=options(world, "recipes")[TITLE])

    assert own_words(answer)[3] == "<li>Stout &lt;b&gt;&amp; Sons&lt;/b&gt;</li>"


def test_each_language_has_a_page_of_its_own(world: World) -> None:
    open_vote(world, "recipes")
    choice = options(world, "recipes")["Basin Bitter"]
    english, vietnamese = (Voter(world, "recipes", user) for user in world.members[:2])
    vietnamese.client.cookies["django_language"] = "vi"

    pages = [text(voter.cast(choice=choice)) for voter in (english, vietnamese)]

    assert [re.search(r'<html lang="(\w+)"', page)[1] for page in pages] == ["en", "vi"]  # type: ignore[index]


def test_each_contest_has_a_page_of_its_own(world: World) -> None:
    titles = []
    for kind, choice in (("resolution", {"side": "for"}), ("recipes", {})):
        contest = open_vote(world, kind)
        data = choice or {"choice": options(world, kind)["Basin Bitter"]}
        page = text(Voter(world, kind).cast(**data))
        titles.append(re.search(r'receipt-what">([^<]+)<', page)[1] == contest.title)  # type: ignore[index]
        close_vote(world, kind)

    assert titles == [True, True]


def test_no_more_pages_are_remembered_than_stated(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipts, "FRAMES_AT_MOST", 1)
    open_vote(world, "recipes")
    choice = options(world, "recipes")["Basin Bitter"]
    english, vietnamese = (Voter(world, "recipes", user) for user in world.members[:2])
    vietnamese.client.cookies["django_language"] = "vi"

    english.cast(choice=choice)
    vietnamese.cast(choice=choice)

    assert len(receipts._frames) == 1
