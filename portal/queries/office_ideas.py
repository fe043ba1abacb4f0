"""Members' ideas as the office sees them: those that wait for an answer first."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from beers.enums import ProposalState
from beers.models import Call, Proposal
from beers.rules.wording import likeness_key

SORTS = {
    "name": ("text", "id"),
    "state": ("state", "id"),
    "proposed": ("proposed_at", "id"),
    "supporters": ("supporters", "id"),
}


def ideas_for_office(
    *, search: str = "", state: str = "", call_slug: str = "", sort: str = ""
) -> QuerySet[Proposal, Proposal]:
    """Return ideas found by words or author, in one state and call when named, with ``supporters`` counted.

    Without a sort the oldest that waits stands first, then the answered ones, latest answer first.
    """
    rows = Proposal.objects.select_related("call", "recipe").annotate(supporters=Count("supports"))
    if search:
        key = likeness_key(search)
        rows = rows.filter(
            Q(normalised__contains=key) | Q(normalised__trigram_word_similar=key) | Q(author_shown__icontains=search)
        )
    if state:
        rows = rows.filter(state=state)
    if call_slug:
        rows = rows.filter(call__slug=call_slug)
    first, last = SORTS.get(sort.removeprefix("-"), (None, "id"))
    if first is None:
        return rows.order_by(F("answered_at").desc(nulls_first=True), "proposed_at", last)
    return rows.order_by(F(first).desc() if sort.startswith("-") else F(first).asc(), last)


def waiting_ideas() -> int:
    """Return how many ideas nobody has answered."""
    return Proposal.objects.filter(state=ProposalState.OPEN).count()


def idea_for_office(public_id: str) -> Proposal | None:
    """Return an idea with its call and recipe."""
    return Proposal.objects.select_related("call", "recipe").filter(public_id=public_id).first()


def may_be_joined(idea: Proposal) -> QuerySet[Proposal, Proposal]:
    """Return the ideas of the same call that this one can be taken together with, by name."""
    standing = [ProposalState.OPEN, ProposalState.SHORTLISTED]
    return Proposal.objects.filter(call=idea.call_id, state__in=standing).exclude(pk=idea.pk).order_by("text", "id")


def call_choices() -> list[tuple[str, str]]:
    """Return the calls for a filter, the latest first."""
    return list(Call.objects.order_by("-opens_at", "-id").values_list("slug", "title"))


def rows_for_csv(ideas: QuerySet[Proposal, Proposal]) -> Iterator[list[Any]]:
    """Yield the ideas as rows to take away."""
    for idea in ideas.iterator(chunk_size=500):
        yield [
            idea.public_id, idea.call.slug, idea.text, idea.author_shown, idea.state, getattr(idea, "supporters", 0),
            idea.proposed_at, idea.answered_at, idea.answer_reason, idea.answer_reason_vi,
        ]  # fmt: skip
