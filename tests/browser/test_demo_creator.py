"""A creator known to the books by an address alone, in the browser: from the demo's page to their beers and details."""

import pytest
from playwright.sync_api import expect

from accounts.models import PrivateContact, User
from portal.queries.demo_royalties import creators
from tests.browser.axe import findings
from tests.browser.shots import shoot
from tests.factories.example_meeting import hold_example_meeting

pytestmark = pytest.mark.browser


def authors_do_not_vote() -> None:
    """Write to authors elsewhere than to the members who vote by themselves: they have never signed in."""
    for contact in PrivateContact.objects.exclude(party__proposals=None).filter(party__user=None):
        contact.email = contact.email.replace("@", "@creators.")
        contact.save(update_fields=["email"])


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("vi", 320)])
def test_creator_found_on_the_demo_page_signs_in_for_the_first_time(new_page, language: str, width: int) -> None:
    authors_do_not_vote()
    hold_example_meeting(beers=True)
    (creator,) = creators()
    assert not User.objects.filter(party=creator.party).exists()
    page = new_page(language, width)
    page.goto("/demo/")
    assert findings(page) == []
    shoot(page, "demo-steps")
    card = page.locator("section.entry", has_text=creator.email).last
    expect(card).to_contain_text(creator.party.display_name)
    card.get_by_role("link").first.click()

    page.fill("input[name=login]", creator.email)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/accounts/login/code/confirm/**")
    reader = page.context.new_page()
    reader.goto("/demo/")
    code = reader.locator("section.entry", has_text=creator.email).last.locator("dd.number").inner_text()
    page.fill("input[name=code]", code)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/me/")

    expect(page.locator(".notices")).to_contain_text(creator.party.display_name)
    assert findings(page) == []
    shoot(page, "demo-creator-in")
    assert User.objects.get(email=creator.email).party == creator.party
