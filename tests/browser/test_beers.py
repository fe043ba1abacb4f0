"""The pages of ideas and beers in Chromium: axe finds nothing, nothing overflows a small phone, a thumb can propose."""

import re

import pytest
from playwright.sync_api import Page, expect

from beers.enums import ProposalState
from beers.models import Proposal, Recipe, Support
from beers.services.examples import Examples, write_examples
from core import clock
from core.transactions import atomic
from equity.models import Member
from tests.browser.axe import findings
from tests.browser.people import BUTTON, press, sign_in_holder, sign_in_staff
from tests.browser.shots import shoot
from tests.browser.test_pages import OVERFLOW, inspect

pytestmark = pytest.mark.browser
SHAREHOLDER = "holder@demo.example"
FIGURES = {"style": "Red ale", "abv_hundredths": "4.6", "ibu": "30", "ebc": "28", "batch_ml": "20"}
BILLS = {
    "malts_0_name": "Maris Otter", "malts_0_grams": "4000", "malts_0_ebc": "6",
    "hops_0_name": "Jester", "hops_0_grams": "60", "hops_0_alpha_hundredths": "8.5", "yeast_0_name": "Yorkshire square",
}  # fmt: skip


def write_ideas() -> Examples:
    """The example company's calls, by people of its register other than the one who signs in."""
    members = Member.objects.filter(party__kind="person").exclude(party__user__email=SHAREHOLDER).order_by("id")
    with atomic():
        return write_examples(authors=[member.party for member in members[:20]], at=clock.now())


def paths(told: Examples) -> list[str]:
    """One page of every kind, and a beer of every colour."""
    merged = Proposal.objects.get(state=ProposalState.MERGED)
    beers = Recipe.objects.filter(name__in=["Chợ Sớm", "Nine Arches", "Slow Water", "Copper Puddle", "Coal Barge"])
    recipe = Proposal.objects.filter(call=told.recipes).first()
    return [
        "/ideas/",
        f"/ideas/{told.names.slug}/",
        f"/ideas/{told.recipes.slug}/",
        f"/ideas/{told.names.slug}/{merged.public_id}/",
        f"/ideas/{told.names.slug}/{merged.merged_into.public_id}/",
        f"/ideas/{told.recipes.slug}/{recipe.public_id}/",
        "/beers/",
        *(f"/beers/{beer.public_id}/" for beer in beers),
    ]


@pytest.mark.parametrize("language", ["en", "vi"])
def test_pages_of_ideas_and_beers_are_accessible_and_fit(new_page, language: str) -> None:
    told = write_ideas()
    page = new_page(language)

    wrong = [found for path in paths(told) for found in inspect(page, path)]
    sign_in_staff(page, "secretary@demo.example")
    waiting = Proposal.objects.filter(state=ProposalState.OPEN).first()
    office = ["/office/ideas/", f"/office/ideas/{waiting.public_id}/", "/office/ideas/call/"]

    assert [*wrong, *(found for path in office for found in inspect(page, path))] == []


def answer(page: Page, name: str, **typed: str) -> list[str]:
    """Fill in the page's fields and go on; return what is wrong with the page."""
    wrong = [f"{name}: {found}" for found in findings(page)] if page.is_scripted else []
    shoot(page, f"propose-{name}")
    if page.evaluate(OVERFLOW):
        wrong.append(f"{name}: wider than the screen")
    for field, value in typed.items():
        page.locator(f"[name={field}]").fill(value)
    page.locator(BUTTON).first.click()
    return wrong


@pytest.mark.parametrize("javascript", [True, False], ids=["scripted", "plain"])
def test_a_thumb_proposes_a_recipe_and_stands_behind_another(new_page, javascript: bool) -> None:
    told = write_ideas()
    page = new_page("en", 320, javascript=javascript)
    sign_in_holder(page, SHAREHOLDER)
    page.goto(f"/ideas/{told.recipes.slug}/")
    press(page, "Propose a recipe")

    wrong = answer(page, "name", text="Slow Waters")
    assert page.locator(".idea-name").all_inner_texts() == ["Slow Water"]
    wrong += answer(page, "similar-support")  # the first button stands behind the other idea
    page.goto(f"/ideas/{told.recipes.slug}/propose/similar/")
    page.get_by_role("button", name="None of these").click()
    if javascript:
        page.locator("[name=ebc]").fill("28")
        expect(page.locator(".swatch-glass")).to_have_class(re.compile("ground-copper"))
    wrong += answer(page, "beer", **FIGURES)
    wrong += answer(page, "ingredients", **BILLS)
    wrong += answer(page, "words", description="Rust and plums.")
    wrong += answer(page, "named")
    wrong += answer(page, "check")

    assert wrong == []
    expect(page.locator(".support").first).to_contain_text("This is your idea.")
    mine = Proposal.objects.get(text="Slow Waters")
    assert (mine.recipe.ebc, mine.state) == (28, "open")
    assert Support.objects.filter(party=mine.author).get().proposal.text == "Slow Water"
