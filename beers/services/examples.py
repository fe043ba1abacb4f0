"""The example company's calls for ideas, written by the same services as real ones."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from accounts.models import Party
from beers.models import Call
from core.transactions import needs_transaction

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Examples:
    """The two calls that were written; `beers.queries.shortlist` has the options for a ballot."""

    names: Call
    recipes: Call


@needs_transaction
def write_examples(*, authors: list[Party], at: datetime, by: "User | None" = None) -> Examples:
    """Write a call for names (8 shortlisted, 3 declined, 1 merged) and one for recipes (12 shortlisted, 2 open).

    ``authors`` are people, six at least; they propose in turn, and support each other's ideas. ``by`` answers; without
    one the first secretary does. Everything lies within the weeks before ``at``; both calls close a week after it.
    Safe to call twice.
    """
    raise NotImplementedError
