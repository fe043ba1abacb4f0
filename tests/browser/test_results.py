"""Results, receipts and promises in Chromium: axe finds nothing, nothing overflows a small phone, a code is found."""

from collections.abc import Iterator
from random import Random

import pytest
from django.test.testcases import LiveServerThread
from playwright.sync_api import expect

from agm.enums import ItemKind
from ballots.enums import PromiseState
from ballots.models import Contest
from ballots.services import sweeping
from ballots.services.contests import OptionDraft
from ballots.services.promises import answer_challenge, raise_challenge, tell_promise
from ballots.services.voting import Receipt
from beers.models import Recipe
from beers.services.examples import write_examples
from core import clock
from core.transactions import atomic
from tests.browser.server import StaticFiles
from tests.browser.shots import shoot
from tests.browser.test_pages import NARROW, OVERFLOW, inspect
from tests.factories.agm import World, cast, count_vote, declare_vote, make_world, open_vote
from tests.factories.equity import make_company
from tests.factories.people import make_holder, make_staff, sign_in

pytestmark = pytest.mark.browser
VOTERS, RECIPES = 40, 12


class Told:
    """A meeting with a declared resolution, a ballot in rounds and one by approval, and receipts of each."""

    def __init__(self) -> None:
        authors = [make_holder(name=f"Author {chr(65 + n)}well").party for n in range(20)]
        with atomic():
            write_examples(authors=[author for author in authors if author], at=clock.now(), by=make_staff("secretary"))
        beers = [
            OptionDraft(one.name, one.name, one.author_shown, one.public_id) for one in Recipe.objects.all()[:RECIPES]
        ]
        self.world = make_world(holdings=(4, 20, 300) + (7,) * (VOTERS - 3), recipes=beers)
        self.receipts = {kind: self._vote(kind) for kind in ("resolution", "recipes", "names")}
        sweeping.sweep()

    def _vote(self, kind: str) -> list[Receipt]:
        contest, random = open_vote(self.world, kind), Random(f"{kind} 5")
        titles = list(contest.options.order_by("position").values_list("title", flat=True))
        given = []
        for user in self.world.members:
            if kind == "resolution":
                held = self.world.members.index(user)
                given.append(cast(contest, user, votes=(3, held % 2, held % 3)))
            else:
                # Everybody is somebody's first choice, so nobody leaves in company and there are many rounds.
                first = titles[len(given) % len(titles)]
                liked = sorted(titles, key=lambda title: (title != first, random.gauss(titles.index(title), 4)))
                given.append(cast(contest, user, *liked[: random.randint(2, 5)]))
        declare_vote(self.world, kind, beacon="5 2 6 1")
        return given

    def contest(self, kind: str) -> Contest:
        return self.world.contest(kind)

    def address(self, kind: str) -> str:
        return f"/meeting/{self.world.meeting.slug}/results/{self.contest(kind).public_id}/"


@pytest.fixture
def house(committed_db: str, settings, tmp_path) -> Iterator[str]:
    """A server for the meeting alone; the example company is not needed."""
    settings.FILES_ROOT = tmp_path / "files"
    settings.KILDERKIN_HOME = tmp_path
    server = LiveServerThread("localhost", StaticFiles, connections_override={})
    server.daemon = True
    server.start()
    server.is_ready.wait()
    assert server.error is None, server.error
    settings.SITE_ORIGIN = f"http://localhost:{server.port}"
    yield settings.SITE_ORIGIN
    server.terminate()
    server.join()


def doubt(told: Told) -> None:
    """One challenge that was answered and one that waits; news of the promise."""
    contest, at = told.contest("recipes"), clock.now()
    with atomic():
        first = raise_challenge(contest=contest, text="Was my paper opened?", by=told.world.members[0], at=at)
        answer_challenge(challenge=first, answer="It was: see its receipt.", by=told.world.secretary, at=at)
        raise_challenge(contest=contest, text="Please count it again.", by=told.world.members[1], at=at)
        tell_promise(contest=contest, state=PromiseState.UNDER_WAY, text="The malt is ordered.",
                     text_vi="Đã đặt malt.", by=told.world.director, at=at)  # fmt: skip


@pytest.mark.parametrize("language", ["en", "vi"])
def test_pages_of_results_are_accessible_and_fit(new_page, language: str) -> None:
    page = new_page(language)
    make_company()
    empty = inspect(page, "/promises/")
    told = Told()
    doubt(told)
    token = told.receipts["recipes"][0].promise
    paths = [
        f"/meeting/{told.world.meeting.slug}/results/",
        *(told.address(kind) for kind in ("resolution", "recipes", "names")),
        "/promises/", "/about-voting/", f"/check/vote/{token}/",
    ]  # fmt: skip

    wrong = [*empty, *(found for path in paths for found in inspect(page, path))]

    assert wrong == []


SEEN = """
    () => [...document.querySelectorAll(".result-count .table-scroll")].map(one => {
      const last = [...one.querySelectorAll(".flow-round, thead th")].at(-1).getBoundingClientRect();
      const first = one.querySelector(".flow-round, thead th.number").getBoundingClientRect();
      const edge = one.getBoundingClientRect();
      return [one.scrollWidth > one.clientWidth, first.left >= edge.left - 1, last.right <= edge.right + 1];
    })
"""


def test_every_round_is_seen_on_a_desk_and_the_last_one_on_a_phone(new_page) -> None:
    told = Told()
    page = new_page("en", 1280)

    page.goto(told.address("recipes"))
    shoot(page, "result-rounds")
    rounds = page.locator(".flow-round").count()
    desk = page.evaluate(SEEN)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(told.address("recipes"))
    phone = page.evaluate(SEEN)

    assert (rounds >= 9, page.locator(".result-lot").count()) == (True, 1)
    assert desk == [[False, True, True]] * 2
    assert phone == [[True, False, True]] * 2


def test_own_paper_is_found_by_hand_on_a_small_phone(new_page) -> None:
    told = Told()
    page = new_page("en", 320, javascript=False)
    receipt = told.receipts["recipes"][3]

    page.goto(told.address("recipes"))
    page.locator("input[name=code]").fill("no code")
    page.locator("#find-form button").click()
    refused = page.locator(".error-summary").inner_text()
    shoot(page, "result-code-refused")
    page.locator("input[name=code]").fill(receipt.code.lower().replace("-", " "))
    page.locator("#find-form button").click()

    assert "A tracking code has 20 letters and figures." in refused
    expect(page.locator("h1")).to_have_text("Your paper was counted.")
    assert receipt.code.replace("-", "") not in page.url.replace("-", "").upper()
    shoot(page, "result-found")
    page.set_viewport_size(NARROW)
    assert not page.evaluate(OVERFLOW)


def test_member_sees_the_own_votes_and_challenges_a_ballot(new_page, house: str) -> None:
    told = Told()
    page = new_page("en", 390)
    session = sign_in(told.world.members[1]).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": house}])

    page.goto(told.address("resolution"))
    shoot(page, "result-mine")
    mine = page.locator("section[aria-labelledby=mine-title]")
    assert (mine.locator("dl").count(), mine.locator("form").count()) == (1, 0)
    page.goto(told.address("recipes"))
    page.locator("textarea[name=text]").fill("Is that all?")
    page.locator("#challenge-form button").click()
    expect(page.locator("#challenges")).to_contain_text("Is that all?")
    shoot(page, "result-challenged")


def test_code_that_was_saved_on_the_phone_stands_in_its_field(new_page) -> None:
    told = Told()
    page = new_page("en", 390)
    receipt = told.receipts["names"][0]
    page.goto("/promises/")
    kept = {"title": "t", "code": receipt.code, "when": "", "check": f"/check/vote/{receipt.promise}/", "meeting": "m"}
    page.evaluate("vote => localStorage.setItem('kilderkin.votes', JSON.stringify([vote]))", kept)

    page.goto(told.address("names"))
    here = page.locator("input[name=code]").input_value()
    page.goto(told.address("recipes"))

    assert (here, page.locator("input[name=code]").input_value()) == (receipt.code, "")


def test_counted_but_undeclared_ballot_shows_nothing_of_it(new_page) -> None:
    world: World = make_world(kinds=(ItemKind.RECIPES,))
    cast(open_vote(world, "recipes"), world.members[0], "Weir Stout")
    contest = count_vote(world, "recipes")
    page = new_page()

    wrong = inspect(page, f"/meeting/{world.meeting.slug}/results/{contest.public_id}/")

    assert wrong == []
    assert "Weir Stout" not in page.content()
