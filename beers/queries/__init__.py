"""Questions other rooms ask: which card belongs to a reference, what stands on a shortlist, what is like a text."""

from beers.queries.cards import Card, cards_of, find_card, shortlist
from beers.queries.proposals import similar_to

__all__ = ["Card", "cards_of", "find_card", "shortlist", "similar_to"]
