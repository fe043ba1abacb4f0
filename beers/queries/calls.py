"""Calls for ideas, and the beers that came of them."""

from datetime import datetime

from django.db.models import Count, Q, QuerySet

from beers.enums import ProposalState
from beers.models import Call, Recipe


def calls() -> QuerySet[Call, Call]:
    """Return every call with ``proposal_count``, the one that closes last first."""
    return Call.objects.annotate(
        proposal_count=Count("proposals"),
        waiting_count=Count("proposals", filter=Q(proposals__state=ProposalState.OPEN)),
    ).order_by("-closes_at", "id")


def find_call(slug: str) -> Call | None:
    """Return the call of a slug."""
    return Call.objects.filter(slug=slug).first()


def takes_ideas(call: Call, *, at: datetime) -> bool:
    """Return whether the call is open at the moment; the closing moment itself is outside."""
    return call.opens_at <= at < call.closes_at


def beers() -> QuerySet[Recipe, Recipe]:
    """Return the recipes that won a ballot or stand on a shortlist, winners first, then by name."""
    on_show = Q(proposal__state=ProposalState.SHORTLISTED)
    rows = Recipe.objects.filter(on_show).select_related("proposal__call", "proposal__adoption")
    return rows.order_by("proposal__adoption__adopted_at", "name", "id")


def find_beer(public_id: str) -> Recipe | None:
    """Return a recipe with its idea and its call."""
    rows = Recipe.objects.select_related("proposal__call", "proposal__adoption")
    return rows.filter(public_id=public_id).first()
