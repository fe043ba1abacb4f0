"""Ideas as people see them: how many stand behind each, what was answered, what is like it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.search import TrigramSimilarity, TrigramWordSimilarity
from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Greatest

from accounts.models import Party
from beers.enums import ProposalState
from beers.models import Call, Proposal, Support
from beers.queries.cards import Card, card_of_recipe
from beers.rules.wording import likeness_key
from core.languages import localised

SIMILAR_MAX = 5


@dataclass(frozen=True)
class Standing:
    """An idea with who stands behind it.

    ``supporters`` are its own; ``together`` counts, each person once, also those of ideas that were merged into it.
    ``card`` is there for recipes. ``merged_into`` is the public id and the words of the idea it was merged into.
    """

    public_id: str
    text: str
    language: str
    author_shown: str
    state: ProposalState
    supporters: int
    together: int
    proposed_at: datetime
    answered_at: datetime | None
    answered_by: str
    reason: str
    merged_into: tuple[str, str] | None
    is_mine: bool
    is_supported: bool
    has_won: bool
    card: Card | None

    @property
    def is_supportable(self) -> bool:
        """Whether others may still stand behind it, as far as its answer goes."""
        return self.state in (ProposalState.OPEN, ProposalState.SHORTLISTED)


def standings(
    call: Call, *, viewer: Party | None = None, search: str = "", state: str = ""
) -> QuerySet[Proposal, Proposal]:
    """Return the call's ideas, the most supported first, ready for `standing_of`. No row is asked for twice."""
    rows = Proposal.objects.filter(call=call)
    if search:
        rows = rows.filter(_like(search) | Q(author_shown__icontains=search))
    if state in ProposalState.values:
        rows = rows.filter(state=state)
    return counted(rows, viewer=viewer).order_by(F("together").desc(), F("supporters").desc(), "id")


def counted(rows: QuerySet[Proposal, Proposal], *, viewer: Party | None = None) -> QuerySet[Proposal, Proposal]:
    """Return the rows with what `standing_of` needs of them."""
    behind = Support.objects.filter(Q(proposal=OuterRef("pk")) | Q(proposal__merged_into=OuterRef("pk")))
    people = behind.order_by().values(one=Value(1)).annotate(people=Count("party", distinct=True)).values("people")
    mine = Support.objects.filter(proposal=OuterRef("pk"), party=viewer)
    return rows.select_related("recipe", "merged_into", "answered_by__party", "adoption").annotate(
        supporters=Count("supports"),
        together=Coalesce(Subquery(people, output_field=IntegerField()), 0),
        is_supported=Exists(mine) if viewer else Value(False),
    )


def standing_of(row: Any, *, viewer: Party | None = None) -> Standing:
    """Return a row of `counted` as the page shows it, in the reader's language. No query."""
    merged_into = row.merged_into
    return Standing(
        public_id=row.public_id,
        text=row.text,
        language=row.language,
        author_shown=row.author_shown,
        state=ProposalState(row.state),
        supporters=row.supporters,
        together=row.together,
        proposed_at=row.proposed_at,
        answered_at=row.answered_at,
        answered_by=_name_of_staff(row),
        reason=localised(row, "answer_reason"),
        merged_into=(merged_into.public_id, merged_into.text) if merged_into else None,
        is_mine=viewer is not None and row.author_id == viewer.pk,
        is_supported=row.is_supported,
        has_won=hasattr(row, "adoption"),
        card=card_of_recipe(row.recipe) if row.recipe else None,
    )


def _name_of_staff(row: Proposal) -> str:
    """The name alone: the address of whoever answered is nobody's business."""
    user = row.answered_by
    if user is None:
        return ""
    return (user.party.display_name if user.party else "") or user.name


def similar_to(call: Call, text: str, *, viewer: Party | None = None, limit: int = SIMILAR_MAX) -> list[Standing]:
    """Return the call's ideas that are like the text, the likest first: trigrams of the folded words (pg_trgm).

    Marks, capitals and articles play no part, in either language. Declined and merged ideas are shown too, for their
    reasons tell the next author something.
    """
    key = likeness_key(text)
    whole = TrigramSimilarity("normalised", key)
    likeness = Greatest(whole, TrigramWordSimilarity(key, "normalised"))
    rows = counted(Proposal.objects.filter(_like(text), call=call), viewer=viewer)
    return [standing_of(row, viewer=viewer) for row in rows.order_by(likeness.desc(), whole.desc(), "id")[:limit]]


def _like(text: str) -> Q:
    key = likeness_key(text)
    return Q(normalised__trigram_similar=key) | Q(normalised__trigram_word_similar=key)


def open_proposals_of(party: Party, call: Call) -> int:
    """Return how many of the person's ideas in the call nobody has answered yet."""
    return Proposal.objects.filter(call=call, author=party, state=ProposalState.OPEN).count()


def merged_into(proposal: Proposal) -> list[Standing]:
    """Return the ideas that were taken together with this one, in the order they came."""
    return [standing_of(row) for row in counted(Proposal.objects.filter(merged_into=proposal)).order_by("id")]


def find_by_reference(reference: str) -> Proposal | None:
    """Return the idea a ballot's option stands for: by its own public id or by its recipe's."""
    by_reference = Q(public_id=reference, recipe=None) | Q(recipe__public_id=reference)
    return Proposal.objects.select_related("recipe", "call").filter(by_reference).first()
