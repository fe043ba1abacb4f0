"""The beers that won or stand on a ballot, each on a page of its own in its own colour."""

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from beers.models import Recipe
from beers.queries.calls import beers, find_beer
from beers.queries.cards import card_of_recipe
from beers.rules.beerjson import beerjson_of


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Recipes that won, then those on a ballot."""
    rows = [(recipe, card_of_recipe(recipe)) for recipe in beers()]
    context = {
        "won": [card for recipe, card in rows if _has_won(recipe)],
        "standing": [card for recipe, card in rows if not _has_won(recipe)],
        "face": "beers",
    }
    return render(request, "beers/beers.html", context)


def _has_won(recipe: Recipe) -> bool:
    return hasattr(recipe, "proposal") and hasattr(recipe.proposal, "adoption")


@require_GET
def beer(request: HttpRequest, public_id: str) -> HttpResponse:
    """A beer's own page: what it is like, what goes into it, whose it is."""
    recipe = _beer_or_404(public_id)
    context: dict[str, Any] = {
        "recipe": recipe,
        "card": card_of_recipe(recipe),
        "idea": getattr(recipe, "proposal", None),
        "has_won": _has_won(recipe),
        "back_url": reverse("beers:beers"),
        "face": "beers",
    }
    return render(request, "beers/beer.html", context)


@require_GET
def beerjson(request: HttpRequest, public_id: str) -> HttpResponse:
    """The recipe as a BeerJSON 1 file that brewers' programs read."""
    recipe = _beer_or_404(public_id)
    author = recipe.author_shown or _("the house")
    body = json.dumps(beerjson_of(recipe, author=author), ensure_ascii=False, indent=2)
    response = HttpResponse(body, content_type="application/json; charset=utf-8")
    name = slugify(recipe.name) or "beer"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.json"'
    return response


def _beer_or_404(public_id: str) -> Recipe:
    recipe = find_beer(public_id)
    if recipe is None:
        raise Http404
    return recipe
