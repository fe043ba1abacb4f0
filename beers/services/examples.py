"""The example company's calls for ideas, written by the same services as real ones."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from accounts.enums import Role
from accounts.models import Party, StaffRole
from beers.models import Call, Proposal
from beers.queries.calls import find_call
from beers.services.calls import open_call
from beers.services.proposals import answer_proposal, propose_name, propose_recipe
from beers.services.supports import support_proposal
from core.transactions import needs_transaction

if TYPE_CHECKING:
    from accounts.models import User

FILE = Path(__file__).parents[1] / "examples.json"
OPENED_BEFORE, OPEN_FOR = timedelta(days=40), timedelta(days=61)
AUTHORS_MIN = 6


@dataclass(frozen=True)
class Examples:
    """The two calls that were written; `beers.queries.shortlist` has the options for a ballot."""

    names: Call
    recipes: Call


@needs_transaction
def write_examples(
    *, authors: list[Party], at: datetime, closes_at: datetime | None = None, by: "User | None" = None
) -> Examples:
    """Write a call for names (8 shortlisted, 3 declined, 1 merged) and one for recipes (12 shortlisted, 2 open).

    ``authors`` are people, six at least; they propose in turn and support each other's ideas. ``by`` answers; without
    one the first secretary does. All happened within the 40 days before ``at``; both calls close at ``closes_at``, or
    three weeks after ``at``. Safe to call twice.
    """
    if len(authors) < AUTHORS_MIN:
        raise ValueError(f"six authors at least, not {len(authors)}")
    told = json.loads(FILE.read_text(encoding="utf-8"))
    standing = [find_call(told["calls"][kind]["slug"]) for kind in ("names", "recipes")]
    if standing[0] and standing[1]:
        return Examples(names=standing[0], recipes=standing[1])
    by = by or StaffRole.objects.filter(role=Role.SECRETARY).order_by("id").select_related("user")[0].user
    opened_at = at - OPENED_BEFORE
    calls = {
        name: open_call(**call, opens_at=opened_at, closes_at=closes_at or opened_at + OPEN_FOR, by=by, at=opened_at)
        for name, call in told["calls"].items()
    }
    _write_all(calls["names"], told["names"], authors, by=by, at=opened_at)
    _write_all(calls["recipes"], told["recipes"], authors[::-1], by=by, at=opened_at)
    return Examples(names=calls["names"], recipes=calls["recipes"])


def _write_all(call: Call, ideas: list[dict[str, Any]], authors: list[Party], *, by: "User", at: datetime) -> None:
    """Propose, support, then answer: one idea a day, answers three weeks after the call began."""
    written: dict[str, Proposal] = {}
    for position, idea in enumerate(ideas):
        author = authors[position % len(authors)]
        moment = at + timedelta(days=1 + position, hours=(position * 5) % 11)
        proposal = _propose(call, idea, author, at=moment)
        written[proposal.text] = proposal
        _support(proposal, authors, position, at=moment)
    for position, idea in enumerate(ideas):
        if answer := dict(idea.get("answer", {})):
            into = written.get(answer.pop("into", ""))
            proposal = written[idea.get("text") or idea["facts"]["name"]]
            moment = at + timedelta(days=21, hours=position)
            answer_proposal(proposal=proposal, merged_into=into, by=by, at=moment, **answer)


def _propose(call: Call, idea: dict[str, Any], author: Party, *, at: datetime) -> Proposal:
    if "text" in idea:
        named_as = idea["named_as"]
        return propose_name(call=call, text=idea["text"], author=author, named_as=named_as, by=None, at=at)
    of_member = author if idea["by"] == "member" else None
    return propose_recipe(call=call, facts=idea["facts"], author=of_member, by=None, at=at)


def _support(proposal: Proposal, authors: list[Party], position: int, *, at: datetime) -> None:
    """Let some of the others stand behind it, another number each time, never all."""
    for turn, party in enumerate(authors):
        if party.pk != proposal.author_id and (turn * 7 + position * 5) % 9 < 2 + position % 4:
            support_proposal(proposal=proposal, party=party, by=None, at=at + timedelta(hours=1 + turn % 48))
