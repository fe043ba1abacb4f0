"""The example company's ideas: complete, in both languages, and brewable."""

import json
from collections import Counter

import pytest

from beers.models import Proposal, Support
from beers.queries import shortlist
from beers.rules.estimates import ABV_PER_GRAVITY, estimate, gravity_points
from beers.rules.glass import ground_of
from beers.services.examples import FILE, write_examples
from core import clock
from core.transactions import atomic
from tests.factories.beers import make_person
from tests.factories.people import make_staff

TOLD = json.loads(FILE.read_text(encoding="utf-8"))
RECIPES = [row["facts"] for row in TOLD["recipes"]]


@pytest.mark.parametrize("facts", RECIPES, ids=lambda facts: facts["name"])
def test_example_recipe_makes_the_beer_it_says(facts) -> None:
    batch = {"batch_ml": facts["batch_ml"], "efficiency_percent": 75}

    made = estimate(malts=facts["malts"], hops=facts["hops"], **batch)
    points = gravity_points(facts["malts"], **batch)

    assert (made.ebc, abs(made.ibu - facts["ibu"]) <= 1) == (facts["ebc"], True)
    assert 0.65 <= facts["abv_hundredths"] / 100 / (points / 1000 * ABV_PER_GRAVITY) <= 0.92


def test_example_recipes_show_every_ground() -> None:
    assert {ground_of(facts["ebc"]).value for facts in RECIPES} == {"straw", "gold", "amber", "copper", "stout"}


@pytest.mark.django_db
def test_write_examples_twice_writes_them_once() -> None:
    authors = [make_person(f"Person {letter}") for letter in "ABCDEFGH"]
    make_staff("secretary")

    with atomic():
        first = write_examples(authors=authors, at=clock.now())
        second = write_examples(authors=authors, at=clock.now())

    assert (first, Proposal.objects.count()) == (second, 26)
    states = {
        call.slug: Counter(Proposal.objects.filter(call=call).values_list("state", flat=True))
        for call in (first.names, first.recipes)
    }
    assert states == {
        "a-name-for-the-amber": {"shortlisted": 8, "declined": 3, "merged": 1},
        "the-members-beer": {"shortlisted": 12, "open": 2},
    }
    assert [len(shortlist(first.names)), len(shortlist(first.recipes))] == [8, 12]
    assert Support.objects.filter(given_at__gt=clock.now()).count() == 0
    assert Support.objects.count() > 40


@pytest.mark.django_db
def test_write_examples_with_too_few_people_is_refused() -> None:
    with pytest.raises(ValueError, match="six"), atomic():
        write_examples(authors=[make_person()], at=clock.now())
