"""Resolutions of general meetings as dividends hang on them: what may be recommended on, what was carried."""

from django.db.models import Exists, OuterRef, QuerySet

from ballots.enums import ContestState, Method
from ballots.models import Contest
from dividends.enums import DeclarationState
from dividends.models import Declaration, Recommendation

SHOWN = ("contest", "share_class", "recommended_by")


def votes_to_come() -> QuerySet[Contest]:
    """Return the resolutions directors may still recommend a dividend on, oldest first: no vote opened, none made."""
    waiting = Contest.objects.filter(method=Method.RESOLUTION, opened_at=None, recommendation=None)
    return waiting.order_by("prepared_at", "pk")


def recommendations_waiting() -> QuerySet[Recommendation]:
    """Return the recommendations the members have not decided on, oldest first."""
    waiting = Recommendation.objects.exclude(contest__state=ContestState.DECLARED)
    return waiting.select_related(*SHOWN).order_by("recommended_at")


def carried_resolutions() -> QuerySet[Recommendation]:
    """Return the recommendations that were carried and have no dividend yet (a dropped one is none), oldest first."""
    standing = Declaration.objects.filter(recommendation=OuterRef("pk")).exclude(state=DeclarationState.DROPPED)
    carried = Recommendation.objects.filter(contest__state=ContestState.DECLARED, contest__count__result__passed=True)
    return carried.exclude(Exists(standing)).select_related(*SHOWN).order_by("contest__declared_at", "pk")
