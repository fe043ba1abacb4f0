"""What can be chosen for a ballot: what stands on a shortlist of members' ideas."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models.functions import Coalesce

from agm.enums import ItemKind
from beers.enums import CallKind, ProposalState
from beers.models import Proposal
from beers.queries.cards import Card, cards_of
from core.languages import localised

CALL_KIND = {ItemKind.RECIPES: CallKind.RECIPE, ItemKind.NAMES: CallKind.NAME}


@dataclass(frozen=True)
class Offered:
    """A card that can stand on a ballot paper, and the call it was an answer to; empty when it left the shortlist."""

    card: Card
    call_title: str


def offered_for(kind: str, *, chosen: Iterable[str] = ()) -> list[Offered]:
    """Return everything on a shortlist for this kind of ballot, by call and name, and what is chosen already.

    Two queries, whatever the number of calls.
    """
    rows = (
        Proposal.objects.filter(call__kind=CALL_KIND[ItemKind(kind)], state=ProposalState.SHORTLISTED)
        .select_related("call")
        .annotate(reference=Coalesce("recipe__public_id", "public_id"))
        .order_by("-call__closes_at", "call_id")
    )
    calls = {row.reference: localised(row.call, "title") for row in rows}
    cards = cards_of([*calls, *chosen])
    offered = [Offered(card, calls.get(reference, "")) for reference, card in cards.items()]
    order = {title: place for place, title in enumerate(dict.fromkeys(calls.values()))}
    return sorted(offered, key=lambda row: (order.get(row.call_title, len(order)), row.card.name.casefold()))
