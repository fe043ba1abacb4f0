"""A recipe as a BeerJSON 1 document (github.com/beerjson/beerjson), which brewers' programs read.

What a member was not asked and the format asks for is said as the house assumes it everywhere: one yield for all
grain, and yeast by the pack.
"""

import math
from datetime import datetime
from typing import Any, Protocol

from accounts.rules.names import search_key
from beers.rules.estimates import LITRE_DEGREES_PER_KILOGRAM
from beers.rules.wording import language_of

VERSION = 1.0
SUCROSE_LITRE_DEGREES_PER_KILOGRAM = 386  # what yields are measured against
YIELD_PERCENT = round(100 * LITRE_DEGREES_PER_KILOGRAM / SUCROSE_LITRE_DEGREES_PER_KILOGRAM)
PACK_ML_MAX = 23_000  # what one pack of yeast is sold for: a home brewer's batch
SUGARS = frozenset("sugar honey syrup treacle molasses candi duong".split())


class RecipeFacts(Protocol):
    """What the export reads; `beers.models.Recipe` has it."""

    name: str
    style: str
    abv_hundredths: int
    ibu: int
    ebc: int
    malts: list[dict[str, Any]]
    hops: list[dict[str, Any]]
    yeast: list[dict[str, Any]]
    batch_ml: int
    efficiency_percent: int
    description: str
    description_vi: str
    written_at: datetime


def beerjson_of(recipe: RecipeFacts, *, author: str) -> dict[str, Any]:
    """Return the document with this one recipe in it."""
    return {"beerjson": {"version": VERSION, "recipes": [_recipe(recipe, author)]}}


def _recipe(recipe: RecipeFacts, author: str) -> dict[str, Any]:
    return {
        "name": recipe.name,
        "type": "all grain",
        "author": author,
        "created": recipe.written_at.date().isoformat(),
        "batch_size": _measured(recipe.batch_ml / 1000, "l"),
        "efficiency": {"brewhouse": _measured(recipe.efficiency_percent, "%")},
        "style": {"name": recipe.style, "category": recipe.style, "style_guide": "none", "type": "beer"},
        "ingredients": {
            "fermentable_additions": [_fermentable(malt) for malt in recipe.malts],
            "hop_additions": [_hop(hop) for hop in recipe.hops],
            "culture_additions": [_culture(yeast, recipe.batch_ml) for yeast in recipe.yeast],
        },
        "notes": "\n\n".join(text for text in (recipe.description, recipe.description_vi) if text),
        "alcohol_by_volume": _measured(recipe.abv_hundredths / 100, "%"),
        "ibu_estimate": {"method": "Other", "value": _measured(recipe.ibu, "IBUs")},
        "color_estimate": _measured(recipe.ebc, "EBC"),
    }


def _measured(value: float, unit: str) -> dict[str, Any]:
    return {"unit": unit, "value": value}


def _fermentable(malt: dict[str, Any]) -> dict[str, Any]:
    words = set(search_key(malt["name"]).split())
    is_sugar = bool(words & SUGARS - ({"duong"} if language_of(malt["name"]) != "vi" else set()))
    return {
        "name": malt["name"],
        "type": "sugar" if is_sugar else "grain",
        "yield": {"fine_grind": _measured(YIELD_PERCENT, "%")},
        "color": _measured(malt["ebc"], "EBC"),
        "amount": _measured(malt["grams"], "g"),
    }


def _hop(hop: dict[str, Any]) -> dict[str, Any]:
    in_boil = hop["minutes"] >= 0
    timing: dict[str, Any] = {"use": "add_to_boil" if in_boil else "add_to_fermentation"}
    if in_boil:
        timing["duration"] = _measured(hop["minutes"], "min")
    return {
        "name": hop["name"],
        "alpha_acid": _measured(hop["alpha_hundredths"] / 100, "%"),
        "amount": _measured(hop["grams"], "g"),
        "timing": timing,
    }


def _culture(yeast: dict[str, Any], batch_ml: int) -> dict[str, Any]:
    return {
        "name": yeast["name"],
        "type": yeast["kind"],
        "form": "dry" if yeast["is_dry"] else "liquid",
        "amount": _measured(math.ceil(batch_ml / PACK_ML_MAX), "pkg"),
    }
