"""Words of the trade in the reader's language: known ones are said, others stay as typed and say their language."""

import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from beers.queries import glossary
from beers.queries.glossary import GLOSSARY, brewing_word
from beers.services.examples import FILE
from tests.factories.beers import answer, make_call, make_recipe

PROPER = {"Carapils", "India pale ale", "Pilsner", "Saison"}


@pytest.fixture
def translated(monkeypatch) -> None:
    """A Vietnamese word for a style and a malt, whatever the catalogue says today."""
    monkeypatch.setitem(glossary.STYLES, "best bitter", "Bitter hảo hạng")
    monkeypatch.setitem(glossary.MALTS, "pilsner malt", "Mạch nha Pilsner")


@pytest.mark.parametrize(
    ("language", "typed", "said"),
    [
        ("vi", "Pilsner malt", ("Mạch nha Pilsner", "")),
        ("vi", "PILSNER MALT", ("Mạch nha Pilsner", "")),
        ("vi", "Maris Otter", ("Maris Otter", "en")),
        ("vi", "Gạo nếp rang", ("Gạo nếp rang", "")),
        ("en", "Pilsner malt", ("Pilsner malt", "")),
        ("en", "Gạo nếp rang", ("Gạo nếp rang", "vi")),
    ],
)
def test_word_of_a_recipe_is_the_readers_or_says_its_language(translated, language, typed, said) -> None:
    with override(language):
        found = brewing_word(typed, "malt")

    assert found == said


def test_everything_in_the_examples_is_a_word_of_the_glossary_or_a_proper_name() -> None:
    facts = [recipe["facts"] for recipe in json.loads(FILE.read_text(encoding="utf-8"))["recipes"]]
    used = {("style", fact["style"]) for fact in facts}
    used |= {("malt", malt["name"]) for fact in facts for malt in fact["malts"]}
    used |= {("yeast", yeast["name"]) for fact in facts for yeast in fact["yeast"]}

    unknown = {word for kind, word in used if word.casefold() not in GLOSSARY[kind]}

    assert unknown == PROPER


@pytest.mark.django_db
def test_beer_in_vietnamese_says_the_trades_words_and_what_was_typed(translated) -> None:
    made = answer(make_recipe(make_call("recipe"), "Slow Water", style="Best bitter"))
    path = reverse("beers:recipe", args=[made.recipe.public_id])
    malt = made.recipe.malts[0]["name"]

    page = Client(headers={"Accept-Language": "vi"}).get(path).content.decode()

    assert '<p class="beer-card-style">Bitter hảo hạng</p>' in page or "<strong>Bitter hảo hạng</strong>" in page
    assert f'<span lang="en">{malt}</span>' in page
