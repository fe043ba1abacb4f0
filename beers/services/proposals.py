"""Members propose; staff answer every idea with a reason."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings

from accounts.models import Party
from beers.enums import CallKind, NamedAs, Origin, ProposalState
from beers.errors import (
    Adopted,
    BadWording,
    CallNotOpen,
    MergeRefused,
    ProposedAlready,
    ReasonMissing,
    TooManyOpen,
)
from beers.models import Call, Proposal, Recipe
from beers.queries.calls import takes_ideas
from beers.queries.proposals import open_proposals_of
from beers.rules.signing import shown_name
from beers.rules.wording import WordingRefused, clean_beer_name, clean_words, language_of, likeness_key
from core import audit
from core.errors import constraints_as
from core.locks import lock
from core.transactions import atomic, needs_transaction

if TYPE_CHECKING:
    from accounts.models import User

MERGE_LAWS = {"proposal_merges_are_flat": MergeRefused, "proposal_merged_into_another": MergeRefused}


@needs_transaction
def propose_name(
    *, call: Call, text: str, author: Party | None, named_as: str = NamedAs.FULL, by: "User | None", at: datetime
) -> Proposal:
    """Write a proposed name under its author's name, chosen by ``named_as``; without an author it is the house's.

    Raises `BadWording`, `CallNotOpen`, `TooManyOpen`, `ProposedAlready`. A person's ideas are counted under a lock on
    that person, so that two tabs cannot pass the limit together.
    """
    name = _named(text)
    _check_open(call, author, kind=CallKind.NAME, at=at)
    return _write(call, name, author, named_as, None, by=by, at=at)


@needs_transaction
def propose_recipe(
    *,
    call: Call,
    facts: dict[str, Any],
    author: Party | None,
    named_as: str = NamedAs.FULL,
    by: "User | None",
    at: datetime,
) -> Proposal:
    """Write a recipe and its proposal; ``facts`` are fields of `Recipe`: name, style, numbers, rows, descriptions.

    Refuses as `propose_name` does.
    """
    name = _named(facts["name"])
    _check_open(call, author, kind=CallKind.RECIPE, at=at)
    words = {field: _worded(facts.get(field, "")) for field in ("description", "description_vi")}
    with constraints_as({"proposal_said_once_per_call": ProposedAlready}), atomic():
        recipe = Recipe.objects.create(
            **{**facts, **words, "name": name},
            origin=Origin.MEMBER if author else Origin.HOUSE,
            author=author,
            author_shown=_shown(author, named_as),
            written_at=at,
        )
        return _write(call, name, author, named_as, recipe, by=by, at=at)


def _named(text: str) -> str:
    try:
        return clean_beer_name(text)
    except WordingRefused as refused:
        raise BadWording(refused.problem) from refused


def _worded(text: str) -> str:
    try:
        return clean_words(text)
    except WordingRefused as refused:
        raise BadWording(refused.problem) from refused


def _shown(author: Party | None, named_as: str) -> str:
    if author is None:
        return ""
    return shown_name(author.display_name, author.given_name, author.language, short=named_as)


def _check_open(call: Call, author: Party | None, *, kind: CallKind, at: datetime) -> None:
    if call.kind != kind or not takes_ideas(call, at=at):
        raise CallNotOpen()
    if author is None:
        return
    lock(Party.objects.all(), pk=author.pk)
    if open_proposals_of(author, call) >= settings.OPEN_IDEAS_MAX:
        raise TooManyOpen()


def _write(
    call: Call,
    text: str,
    author: Party | None,
    named_as: str,
    recipe: Recipe | None,
    *,
    by: "User | None",
    at: datetime,
) -> Proposal:
    with constraints_as({"proposal_said_once_per_call": ProposedAlready}), atomic():
        proposal = Proposal.objects.create(
            call=call,
            author=author,
            author_shown=_shown(author, named_as),
            text=text,
            language=language_of(text),
            normalised=likeness_key(text),
            recipe=recipe,
            proposed_at=at,
        )
    audit.record(by=by, at=at, verb="idea_proposed", subject=proposal)
    return proposal


@needs_transaction
def answer_proposal(
    *,
    proposal: Proposal,
    state: str,
    reason: str,
    reason_vi: str,
    merged_into: Proposal | None = None,
    by: "User",
    at: datetime,
) -> Proposal:
    """Answer an idea: onto the shortlist, declined, or taken together with another of its call.

    The reason is public, in both languages. A merge moves nobody's support: it stays where it was given, and both
    pages count who stands behind either. An answer can be changed until the idea has won. Raises `ReasonMissing`,
    `MergeRefused`, `Adopted`.
    """
    if not reason.strip() or not reason_vi.strip():
        raise ReasonMissing()
    if (state == ProposalState.MERGED) != (merged_into is not None) or state == ProposalState.OPEN:
        raise MergeRefused()
    lock(Call.objects.all(), pk=proposal.call_id)  # two merges at once could otherwise make a chain
    proposal = lock(Proposal.objects.all(), pk=proposal.pk)
    proposal.state, proposal.merged_into = state, merged_into
    proposal.answer_reason, proposal.answer_reason_vi = _worded(reason), _worded(reason_vi)
    proposal.answered_by, proposal.answered_at = by, at
    with constraints_as({**MERGE_LAWS, "proposal_that_won_stands": Adopted}), atomic():
        proposal.save()
    audit.record(by=by, at=at, verb="idea_answered", subject=proposal, state=state)
    return proposal
