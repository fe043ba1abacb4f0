"""What was published of a contest, and one's own paper in it."""

from collections import Counter

from ballots.models import Contest, NamedVote, Paper, Publication, RollEntry, SpoiledEnvelope


def find_publication(contest: Contest) -> Publication | None:
    """Return the files of the contest; None before the sweep that follows the declaration."""
    return Publication.objects.filter(contest=contest).first()


def find_paper(contest: Contest, code: str) -> Paper | None:
    """Return the secret paper with this tracking code, tidied."""
    return Paper.objects.filter(contest=contest, code=code).first()


def find_named_vote(contest: Contest, code: str) -> NamedVote | None:
    """Return the vote on a resolution with this tracking code, tidied."""
    return NamedVote.objects.filter(contest=contest, code=code).select_related("entry").first()


def named_votes_of(contest: Contest, entries: list[RollEntry]) -> list[NamedVote]:
    """Return how these entries of the roll were counted on a resolution. One query."""
    votes = NamedVote.objects.filter(contest=contest, entry__in=entries)
    return list(votes.select_related("entry__party").order_by("entry_id"))


def spoiled_reasons(contest: Contest) -> dict[str, int]:
    """Return why envelopes were spoiled, and how many for each reason."""
    reasons = SpoiledEnvelope.objects.filter(contest=contest).values_list("reason", flat=True)
    return dict(sorted(Counter(reasons).items()))
