"""Calls for ideas and the ideas in them, made by the house's own services."""

from datetime import timedelta
from itertools import count
from typing import Any

from accounts.models import Party
from beers.models import Call, Proposal
from beers.services.calls import open_call
from beers.services.proposals import answer_proposal, propose_name, propose_recipe
from core import clock
from core.transactions import atomic
from tests.factories.people import make_holder, make_staff

_numbers = count(1)
TEXTS = {
    "title": "Name the amber one",
    "title_vi": "Đặt tên cho bia hổ phách",
    "question": "What shall it be called?",
    "question_vi": "Nên gọi là gì?",
    "promise": "The winner stands on the label.",
    "promise_vi": "Tên thắng sẽ ở trên nhãn.",
}
RECIPE = {
    "style": "Best bitter",
    "abv_hundredths": 420,
    "ibu": 34,
    "ebc": 22,
    "malts": [{"name": "Maris Otter", "grams": 4000, "ebc": 6}, {"name": "Crystal 150", "grams": 300, "ebc": 150}],
    "hops": [
        {"name": "Fuggle", "grams": 20, "minutes": 10, "alpha_hundredths": 450},
        {"name": "Challenger", "grams": 30, "minutes": 60, "alpha_hundredths": 750},
    ],
    "yeast": [{"name": "Yorkshire square", "kind": "ale", "is_dry": False}],
    "batch_ml": 23_000,
    "description": "For a long evening.",
    "description_vi": "Cho một tối dài.",
}


def make_call(kind: str = "name", **fields: Any) -> Call:
    """Open a call for names, or recipes, since yesterday and for a month."""
    number, now = next(_numbers), clock.now()
    when = {"opens_at": now - timedelta(days=1), "closes_at": now + timedelta(days=30)}
    texts = {name: fields.pop(name, text) for name, text in TEXTS.items()}
    with atomic():
        return open_call(slug=f"call-{number}", kind=kind, texts=texts, **{**when, **fields}, by=None, at=now)


def make_person(name: str = "Agnes Whitlock", language: str = "en") -> Party:
    """Write a person who can propose and support."""
    return make_holder(name=name, language=language).party


def make_name(call: Call, text: str, *, author: Party | None = None, **choices: Any) -> Proposal:
    """Propose a name; without an author as a new person."""
    with atomic():
        return propose_name(call=call, text=text, author=author or make_person(), by=None, at=clock.now(), **choices)


def make_recipe(call: Call, name: str, *, author: Party | None = None, **facts: Any) -> Proposal:
    """Propose a recipe; without an author it is the house's."""
    with atomic():
        return propose_recipe(
            call=call, facts={"name": name, **RECIPE, **facts}, author=author, by=None, at=clock.now()
        )


def answer(proposal: Proposal, state: str = "shortlisted", *, into: Proposal | None = None, **words: Any) -> Proposal:
    """Answer an idea as a secretary."""
    said = {"reason": "It tells where it comes from.", "reason_vi": "Tên nói rõ nơi sinh ra.", **words}
    by = words.pop("by", None) or make_staff("secretary")
    said.pop("by", None)
    with atomic():
        return answer_proposal(proposal=proposal, state=state, merged_into=into, by=by, at=clock.now(), **said)
