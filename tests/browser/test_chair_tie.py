"""A tie that only dice can break, as the chair meets it: a step like the others, in a browser."""

import pytest

from tests.browser.axe import findings
from tests.browser.shots import shoot
from tests.browser.test_pages import NARROW, OVERFLOW
from tests.browser.test_results import house  # noqa: F401  (a server without the example company)
from tests.factories.agm import cast, close_vote, make_world, open_envelopes, open_vote
from tests.factories.equity import make_company
from tests.factories.people import sign_in_staff

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", ["en", "vi"])
def test_chair_throws_dice_as_the_next_step(new_page, settings, language: str) -> None:
    make_company()
    world = make_world(holdings=(1, 1), kinds=("recipes",))
    contest = open_vote(world, "recipes")
    for member, choice in zip(world.members, contest.options.order_by("position"), strict=False):
        cast(contest, member, choice.title)
    close_vote(world, "recipes")
    open_envelopes(world, "recipes")
    page = new_page(language)
    session = sign_in_staff(world.chair).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": settings.SITE_ORIGIN}])

    page.goto(f"/office/meetings/{world.meeting.public_id}/chair/?item={world.items['recipes'].public_id}")
    page.locator("#chair-count").click()
    page.locator("#id_beacon").wait_for()
    calm, wrong = page.locator(".error-summary").count(), findings(page)
    shoot(page, "chair-dice")
    page.set_viewport_size(NARROW)
    fits = not page.evaluate(OVERFLOW)
    page.locator("#id_beacon").fill("three")
    page.locator("#chair-count").click()
    page.locator(".error-summary").wait_for()
    shoot(page, "chair-dice-wrong")
    page.locator("#id_beacon").fill("3 6 1")
    page.locator("#chair-count").click()
    page.locator("#chair-next").wait_for()

    assert (calm, wrong, fits) == (0, [], True)
