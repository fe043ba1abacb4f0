"""The pages of ideas and beers in Chromium: axe finds nothing, nothing overflows a small phone, a thumb can propose."""

import pytest

from beers.enums import ProposalState
from beers.models import Proposal, Recipe
from beers.services.examples import Examples, write_examples
from core import clock
from core.transactions import atomic
from equity.models import Member
from tests.browser.people import press, sign_in_holder
from tests.browser.shots import shoot
from tests.browser.test_pages import inspect

pytestmark = pytest.mark.browser
SHAREHOLDER = "tuyet@demo.example"


def write_ideas() -> Examples:
    """The example company's calls, by people of its register."""
    members = Member.objects.filter(party__kind="person").exclude(party__user__email=SHAREHOLDER).order_by("id")
    with atomic():
        return write_examples(authors=[member.party for member in members[:20]], at=clock.now())


def paths(told: Examples) -> list[str]:
    """One page of every kind, and a beer of every colour that flips the words."""
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

    assert [wrong for path in paths(told) for wrong in inspect(page, path)] == []
