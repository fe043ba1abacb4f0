"""What a ballot, a result and the hall show of a beer: everything a card says, by reference.

Ballots know nothing of beers: an option carries only a reference, the public id of a recipe or of a proposed name.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models.functions import Coalesce
from django.utils.functional import Promise

from beers.enums import BITTERNESS_WORDS, GROUND_WORDS, STRENGTH_WORDS, CallKind, ProposalState
from beers.models import Call, Proposal, Recipe
from beers.rules.glass import DARK_GROUNDS, Ground, bitterness_of, ground_of, steps_of, strength_of
from core.languages import localised

CARDS = """
    SELECT public_id, 'recipe', name, author_shown, '', style, abv_hundredths, ibu, ebc, malts, hops, yeast,
           description, description_vi
    FROM beers_recipe WHERE public_id = ANY(%(references)s)
    UNION ALL
    SELECT public_id, 'name', text, author_shown, language, '', 0, 0, 0, '[]', '[]', '[]', '', ''
    FROM beers_proposal WHERE recipe_id IS NULL AND public_id = ANY(%(references)s)
"""


COLUMNS = (
    "reference", "kind", "name", "author_shown", "language", "style", "abv_hundredths", "ibu", "ebc", "malts", "hops",
    "yeast", "description", "description_vi",
)  # fmt: skip

FACTS = (
    "name", "style", "abv_hundredths", "ibu", "ebc", "malts", "hops", "yeast", "description", "description_vi",
)  # fmt: skip


@dataclass(frozen=True)
class Card:
    """A recipe or a proposed name at a glance.

    ``author_shown`` is the name its author chose to stand under it, empty for the house. For a name everything a glass
    would tell is zero or empty. Malts, hops and yeast are names, the largest share first, none twice.
    """

    reference: str
    kind: str
    name: str
    author_shown: str
    language: str = ""
    style: str = ""
    abv_hundredths: int = 0
    ibu: int = 0
    ebc: int = 0
    malts: tuple[str, ...] = ()
    hops: tuple[str, ...] = ()
    yeast: tuple[str, ...] = ()
    description: str = ""
    description_vi: str = ""

    @property
    def is_recipe(self) -> bool:
        """Whether there is a beer behind the name."""
        return self.kind == CallKind.RECIPE

    @property
    def ground(self) -> str:
        """The class of the beer's colour is ``ground-`` and this."""
        return ground_of(self.ebc).value

    @property
    def is_dark(self) -> bool:
        """Whether words on the ground stand in paper instead of ink."""
        return self.ground in DARK_GROUNDS

    @property
    def ground_word(self) -> str | Promise:
        """The colour in a word."""
        return GROUND_WORDS[Ground(self.ground)]

    @property
    def strength_word(self) -> str | Promise:
        """The strength in words."""
        return STRENGTH_WORDS[strength_of(self.abv_hundredths)]

    @property
    def strength_steps(self) -> int:
        """How many of five glasses the strength fills."""
        return steps_of(strength_of(self.abv_hundredths))

    @property
    def bitterness_word(self) -> str | Promise:
        """The bitterness in words."""
        return BITTERNESS_WORDS[bitterness_of(self.ibu)]

    @property
    def bitterness_steps(self) -> int:
        """How many of five hop cones the bitterness fills."""
        return steps_of(bitterness_of(self.ibu))

    @property
    def words(self) -> str:
        """What is said about the beer, in the reader's language, else in the other."""
        return localised(self, "description") or self.description or self.description_vi

    @property
    def words_language(self) -> str:
        """The language `words` is in."""
        return "vi" if self.words == self.description_vi else "en"


def cards_of(references: Iterable[str]) -> dict[str, Card]:
    """Return the card of each known reference, in the order asked; unknown ones are left out. One query."""
    wanted = list(dict.fromkeys(references))
    with connection.cursor() as cursor:
        cursor.execute(CARDS, {"references": wanted})
        found = {row[0]: _card_from(row) for row in cursor.fetchall()}
    return {reference: found[reference] for reference in wanted if reference in found}


def find_card(reference: str) -> Card | None:
    """Return the card of one reference."""
    return cards_of([reference]).get(reference)


def shortlist(call: Call) -> list[Card]:
    """Return the cards of what stands on the call's shortlist, by name. Two queries."""
    chosen = Proposal.objects.filter(call=call, state=ProposalState.SHORTLISTED)
    cards = cards_of(chosen.values_list(Coalesce("recipe__public_id", "public_id"), flat=True))
    return sorted(cards.values(), key=lambda card: card.name.casefold())


def card_of_recipe(recipe: Recipe) -> Card:
    """Return the card of a recipe that was read already. No query."""
    facts = {name: getattr(recipe, name) for name in FACTS}
    return typed_card(facts, author_shown=recipe.author_shown, kind=CallKind.RECIPE, reference=recipe.public_id)


def typed_card(facts: dict[str, Any], *, author_shown: str, kind: str, reference: str = "") -> Card:
    """Return the card of facts as `beers.services.proposals` takes them, before they are written. No query."""
    told = {name: facts[name] for name in FACTS if name in facts and name not in ("malts", "hops", "yeast")}
    return Card(
        reference=reference,
        kind=kind,
        author_shown=author_shown,
        malts=_by_weight(facts.get("malts", [])),
        hops=_by_weight(facts.get("hops", [])),
        yeast=_names(facts.get("yeast", [])),
        **told,
    )


def _card_from(row: tuple[Any, ...]) -> Card:
    seen = dict(zip(COLUMNS, row, strict=True))
    malts, hops, yeast = (json.loads(seen.pop(name)) for name in ("malts", "hops", "yeast"))
    return Card(malts=_by_weight(malts), hops=_by_weight(hops), yeast=_names(yeast), **seen)


def _by_weight(rows: list[dict[str, Any]]) -> tuple[str, ...]:
    return _names(sorted(rows, key=lambda row: -int(row["grams"])))


def _names(rows: list[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(row["name"]) for row in rows))
