"""The vote on a phone in Chromium: with and without scripts, with and without a connection, light and weighed."""

import gzip
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, BrowserContext, Page

from accounts.models import User
from agm.queries import paper as papers
from ballots.models import Envelope, LogLeaf
from ballots.services.contests import OptionDraft
from beers.queries.cards import shortlist
from beers.services.examples import write_examples
from core import clock
from core.transactions import atomic
from tests.browser.axe import findings
from tests.browser.server import StaticFiles
from tests.browser.shots import shoot
from tests.factories.agm import World, close_vote, make_world, open_vote
from tests.factories.beers import make_person
from tests.factories.people import make_staff, sign_in

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
OVERFLOW = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
SMALL_TARGETS = """() => [...document.querySelectorAll("main a, main button, main summary, .side label, .mark-hit")]
  .map((one) => [one, one.getBoundingClientRect()])
  .filter(([one, box]) => box.width && box.height && (box.height < 44 || box.width < 44))
  .filter(([one]) => !one.closest("p:not(.button-row), li:not([data-place])") || one.matches("button"))
  .map(([one, box]) => `${one.textContent.trim().slice(0, 30)} ${Math.round(box.width)}x${Math.round(box.height)}`)"""
KILOBYTES = 30


@pytest.fixture
def world(committed_db: str, settings: Any, tmp_path: Any) -> World:
    """A meeting in session with a dozen recipes and a dozen names, behind a real server."""
    papers._frozen.clear()
    settings.FILES_ROOT = tmp_path / "files"
    with atomic():
        names = ("Agnes Whitlock", "Trần Thị Hà", "Owen Price", "Mai Lan", "Bo Ash", "Cy Reed")
        authors = [make_person(name) for name in names]
        ideas = write_examples(authors=authors, at=clock.now(), by=make_staff("secretary"))
    drafts = {
        kind: [OptionDraft(card.name, credit=card.author_shown, reference=card.reference) for card in shortlist(call)]
        for kind, call in (("recipes", ideas.recipes), ("names", ideas.names))
    }
    return make_world(**drafts)


@pytest.fixture
def phone(chromium: Browser, world: World, settings: Any) -> Iterator[Callable[..., Page]]:
    """Open pages of a signed-in member in contexts of their own."""
    server = LiveServerThread("localhost", StaticFiles, connections_override={})
    server.daemon = True
    server.start()
    server.is_ready.wait()
    assert server.error is None, server.error
    settings.SITE_ORIGIN = f"http://localhost:{server.port}"
    contexts: list[BrowserContext] = []

    def open_page(user: User | None = None, *, javascript: bool = True) -> Page:
        context = chromium.new_context(
            base_url=settings.SITE_ORIGIN,
            viewport=PHONE,  # type: ignore[arg-type]
            reduced_motion="reduce",
            java_script_enabled=javascript,
        )
        context.set_default_timeout(30_000)
        session = sign_in(user or world.members[0]).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": settings.SITE_ORIGIN}])
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    server.terminate()
    server.join()


def address(world: World, kind: str) -> str:
    return f"/meeting/{world.meeting.slug}/vote/{world.contest(kind).public_id}/"


def choose(page: Page, kind: str) -> int:
    """Choose as a thumb does, and return the number of taps."""
    if kind == "resolution":
        page.get_by_text("Against", exact=True).first.click()
        return 1
    targets = page.locator(".stamp" if kind == "recipes" else ".mark-hit")
    for place in (2, 0, 3):
        targets.nth(place).click()
    return 3


def cast(page: Page) -> None:
    page.locator("button[name=cast]").click()
    page.wait_for_selector("[data-receipt]")


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize("kind", ["resolution", "recipes", "names"])
def test_vote_takes_one_tap_for_each_choice_and_one_to_cast(
    phone: Callable[..., Page], world: World, kind: str, javascript: bool
) -> None:
    open_vote(world, kind)
    page = phone(javascript=javascript)
    page.goto("/vote/")

    taps = choose(page, kind)
    cast(page)

    assert taps == (1 if kind == "resolution" else 3)
    assert page.locator("#receipt-title").inner_text() == "Your vote is in the box."
    assert page.locator(".receipt-votes li").count() == taps
    assert (Envelope.objects.count(), page.url.endswith(address(world, kind))) == (1, True)


@pytest.mark.parametrize("kind", ["resolution", "recipes", "names"])
def test_vote_pages_are_accessible_fit_and_have_large_targets(
    phone: Callable[..., Page], world: World, kind: str
) -> None:
    open_vote(world, kind)
    page, wrong = phone(), []

    def inspect(name: str) -> None:
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        wrong.extend(f"{name}: {found}" for found in [*findings(page), *page.evaluate(SMALL_TARGETS)])
        shoot(page, f"{name}-{kind}")
        page.set_viewport_size({"width": 320, "height": 700})
        if page.evaluate(OVERFLOW):
            wrong.append(f"{name}: wider than 320 px")

    page.goto(f"/meeting/{world.meeting.slug}/")
    inspect("meeting")
    page.goto(address(world, kind))
    inspect("paper")
    choose(page, kind)
    inspect("chosen")
    cast(page)
    inspect("receipt")

    assert wrong == []


@pytest.mark.parametrize("kind", ["resolution", "recipes", "names"])
def test_meeting_pages_weigh_less_than_thirty_kilobytes(phone: Callable[..., Page], world: World, kind: str) -> None:
    open_vote(world, kind)
    page = phone()
    weights: dict[str, dict[str, int]] = {}
    sizes: dict[str, int] = {}
    page.on("requestfinished", lambda request: sizes.update(weighed(request)))

    for path in (f"/meeting/{world.meeting.slug}/", address(world, kind)):
        sizes.clear()
        page.goto(path, wait_until="networkidle")
        weights[path] = dict(sizes)

    assert {path: sum(of.values()) for path, of in weights.items() if sum(of.values()) > KILOBYTES * 1024} == {}


def weighed(request: Any) -> dict[str, int]:
    """Return what travels, by address: our files are served compressed, pages compress themselves; fonts apart."""
    response = request.response()
    if request.resource_type == "font" or request.url.startswith("data:") or response is None or not response.ok:
        return {}
    if "/static/" in request.url:
        return {request.url: len(gzip.compress(response.body(), 9))}
    return {request.url: request.sizes()["responseBodySize"]}


def test_ranking_goes_by_keyboard_alone(phone: Callable[..., Page], world: World) -> None:
    open_vote(world, "recipes")
    page = phone()
    page.goto(address(world, "recipes"))
    names = page.locator("[data-option]").evaluate_all("mats => mats.map((mat) => mat.dataset.name)")

    page.locator(".stamp").nth(0).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("button[name=up]").nth(1).focus()
    page.keyboard.press("Enter")
    focused = page.evaluate("document.activeElement.name")
    page.locator("button[name=cast]").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-receipt]")

    assert focused == "up"
    assert page.locator(".receipt-votes li").all_inner_texts() == [names[1], names[0]]
    assert page.evaluate("document.activeElement.id") == "receipt-title"


def test_second_tap_takes_a_stamp_back_and_the_rest_move_up(phone: Callable[..., Page], world: World) -> None:
    open_vote(world, "recipes")
    page = phone()
    page.goto(address(world, "recipes"))
    choose(page, "recipes")

    page.locator(".stamp").nth(2).click()

    stamps = page.locator(".stamp-number").all_inner_texts()
    assert (stamps[0], stamps[2], stamps[3]) == ("1", "", "2")
    assert page.locator(".stamp").nth(2).get_attribute("aria-pressed") == "false"


def test_lost_connection_keeps_the_vote_and_sends_it_once(phone: Callable[..., Page], world: World) -> None:
    open_vote(world, "recipes")
    page = phone()
    page.goto(address(world, "recipes"))
    choose(page, "recipes")
    cast_id = page.locator("input[name=cast_id]").input_value()

    page.context.set_offline(True)
    page.locator("button[name=cast]").click()
    said = page.locator("[data-kept-words]")
    said.wait_for()
    sentence, kept = said.inner_text(), page.evaluate("JSON.stringify(localStorage)")
    page.context.set_offline(False)
    page.wait_for_selector("[data-receipt]")

    assert "Your vote is kept on this phone and has not been cast yet" in sentence
    assert cast_id in kept
    assert (Envelope.objects.count(), LogLeaf.objects.count()) == (1, 1)
    assert page.evaluate("localStorage.length") == 0


def test_answer_lost_on_the_way_is_one_vote_and_the_same_receipt(phone: Callable[..., Page], world: World) -> None:
    open_vote(world, "resolution")
    page = phone()
    page.goto(address(world, "resolution"))
    lost: list[str] = []

    def lose_the_first(route: Any) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().text())
            route.abort()
        else:
            route.continue_()

    page.route("**/vote/**", lose_the_first)
    choose(page, "resolution")
    cast(page)

    code = page.locator("[data-keep]").get_attribute("data-code")
    assert code is not None
    assert f'data-code="{code}"' in lost[0]
    assert (Envelope.objects.count(), LogLeaf.objects.count(), Envelope.objects.get().changes) == (1, 1, 0)


def test_vote_left_unsent_is_offered_when_the_paper_is_opened_again(phone: Callable[..., Page], world: World) -> None:
    open_vote(world, "names")
    page = phone()
    page.goto(address(world, "names"))
    choose(page, "names")
    page.route("**/vote/**", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.locator("button[name=cast]").click()
    page.locator("[data-kept-words]").wait_for()

    page.reload()
    offered = page.locator("[data-kept-words]").inner_text()
    page.unroute("**/vote/**")
    page.get_by_role("button", name="Send it now").click()
    page.wait_for_selector("[data-receipt]")

    assert offered == "A vote you cast here without a connection has not been sent yet."
    assert (Envelope.objects.count(), page.locator(".receipt-votes li").count()) == (1, 3)


def test_refused_vote_shows_its_sentence_and_keeps_the_choice(phone: Callable[..., Page], world: World) -> None:
    open_vote(world, "resolution")
    page = phone()
    page.goto(address(world, "resolution"))
    page.get_by_text("Split my votes").click()
    page.locator("#votes-for").fill("3")
    page.locator("#votes-against").fill("2")
    rest = page.locator("[data-rest]").inner_text()

    page.get_by_role("button", name="Cast my split votes").click()
    problem = page.locator("#problem-title")
    problem.wait_for()

    assert rest == "More than you have, by 1"
    assert "more than your votes" in problem.inner_text()
    assert (page.locator("#votes-for").input_value(), page.locator("#votes-against").input_value()) == ("3", "2")
    assert Envelope.objects.count() == 0


def split(page: Page) -> None:
    """Tap For, change one's mind, and fill in a split; the focus stays in the last figure."""
    page.get_by_text("For", exact=True).first.click()
    page.get_by_text("Split my votes").click()
    page.locator("#votes-for").fill("1")
    page.locator("#votes-against").fill("3")


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_enter_in_a_split_casts_the_split(phone: Callable[..., Page], world: World, javascript: bool) -> None:
    open_vote(world, "resolution")
    page = phone(javascript=javascript)
    page.goto(address(world, "resolution"))

    split(page)
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-receipt]")

    assert page.locator(".receipt-votes li").all_inner_texts() == ["1 vote: For", "3 votes: Against"]


def test_split_cast_without_a_connection_is_sent_as_it_was_filled_in(phone: Callable[..., Page], world: World) -> None:
    open_vote(world, "resolution")
    page = phone()
    page.goto(address(world, "resolution"))

    split(page)
    page.context.set_offline(True)
    page.keyboard.press("Enter")
    page.locator("[data-kept-words]").wait_for()
    page.context.set_offline(False)
    page.wait_for_selector("[data-receipt]")

    assert page.locator(".receipt-votes li").all_inner_texts() == ["1 vote: For", "3 votes: Against"]
    assert (Envelope.objects.count(), LogLeaf.objects.count()) == (1, 1)


def test_figures_left_in_the_folded_split_are_asked_about(phone: Callable[..., Page], world: World) -> None:
    open_vote(world, "resolution")
    page = phone()
    page.goto(address(world, "resolution"))

    split(page)
    page.get_by_text("Split my votes").click()
    page.locator("button[name=cast]").click()
    page.locator("#problem-title").wait_for()

    assert page.locator("#problem-title").inner_text().startswith("You filled in split votes")
    assert (page.locator("#votes-for").input_value(), page.locator("#votes-against").input_value()) == ("1", "3")
    assert page.locator("#side-for").is_checked()
    assert Envelope.objects.count() == 0


KEPT = """() => Object.entries(localStorage)
  .map(([name, kept]) => [name.split(".")[2], JSON.parse(kept).body.includes("cast")])"""
AGE = """(hours) => Object.keys(localStorage).forEach((name) => {
  const kept = JSON.parse(localStorage.getItem(name));
  localStorage.setItem(name, JSON.stringify({ ...kept, at: kept.at - hours * 3600000 }));
})"""


@pytest.fixture
def unsent(phone: Callable[..., Page], world: World) -> Page:
    """A phone on the meeting's page, with a vote on the resolution that could not be sent."""
    open_vote(world, "resolution")
    page = phone()
    page.goto(address(world, "resolution"))
    choose(page, "resolution")
    page.route("**/vote/**", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.locator("button[name=cast]").click()
    page.locator("[data-kept-words]").wait_for()
    page.goto(f"/meeting/{world.meeting.slug}/")
    assert page.evaluate(KEPT) == [[world.contest("resolution").public_id, True]]
    return page


@pytest.mark.parametrize(("hours", "left"), [(23, 1), (25, 0), (-25, 0)])
def test_unsent_vote_stays_for_a_day_and_no_longer(unsent: Page, world: World, hours: int, left: int) -> None:
    unsent.evaluate(AGE, hours)

    unsent.goto(address(world, "resolution"))

    unsent.wait_for_function("(left) => localStorage.length === left", arg=left)
    assert unsent.locator("[data-kept]").is_visible() == bool(left)


def test_unsent_vote_tried_again_grows_no_younger(unsent: Page, world: World) -> None:
    at = "() => JSON.parse(Object.values(localStorage)[0]).at"
    unsent.goto(address(world, "resolution"))
    before = unsent.evaluate(at)

    with unsent.expect_event("requestfailed"):
        unsent.get_by_role("button", name="Send it now").click()

    assert unsent.evaluate(at) == before


def test_unsent_vote_is_dropped_when_the_paper_says_that_voting_is_closed(unsent: Page, world: World) -> None:
    close_vote(world, "resolution")

    unsent.goto(address(world, "resolution"))

    unsent.wait_for_function("localStorage.length === 0")
    assert unsent.locator("h1").inner_text() == "Voting on this is closed."


def test_unsent_vote_is_dropped_on_signing_out(unsent: Page) -> None:
    unsent.goto("/me/")

    unsent.locator("form[action$='/logout/'] button").first.dispatch_event("click")

    unsent.wait_for_function("localStorage.length === 0")


def test_receipt_saved_on_the_phone_stands_on_the_meeting_page_there_alone(
    phone: Callable[..., Page], world: World
) -> None:
    open_vote(world, "resolution")
    page, other = phone(), phone()
    page.goto(address(world, "resolution"))
    choose(page, "resolution")
    cast(page)
    code = page.locator("[data-keep]").get_attribute("data-code")

    page.get_by_role("button", name="Save on this phone").click()
    for one in (page, other):
        one.goto(f"/meeting/{world.meeting.slug}/")
    here = page.locator("[data-kept-votes] code").all_inner_texts()
    page.get_by_role("button", name="Forget them on this phone").click()

    assert here == [code]
    assert not other.locator("[data-kept-votes]").is_visible()
    assert not page.locator("[data-kept-votes]").is_visible()
    assert page.evaluate("localStorage.getItem('kilderkin.votes')") == "[]"


def test_meeting_page_shows_an_opened_vote_by_itself(phone: Callable[..., Page], world: World) -> None:
    page = phone()
    page.goto(f"/meeting/{world.meeting.slug}/")
    before = page.locator(".open-now-button").count()

    open_vote(world, "resolution")
    page.wait_for_selector(".open-now-button")

    assert before == 0
    assert page.locator("[data-live-status]").inner_text() == "Voting is open: To receive the accounts"
