"""Opened papers as numbers, in the form every method counts."""

from django.db import connection
from django.db.models import Sum

from ballots.enums import Majority, Method
from ballots.models import Contest, NamedVote, Opening
from ballots.queries.contests import options_of
from ballots.rules.counting.lot import Lot
from ballots.rules.counting.methods import count
from ballots.rules.counting.papers import Papers
from ballots.rules.counting.result import Result, Round

FOR, AGAINST, WITHHELD = "For", "Against", "Withheld"
# Equal papers are counted together: a million papers are a few thousand different rankings.
GROUPED = """
SELECT choices, count(*) FROM ballots_paper WHERE contest_id = %s GROUP BY choices ORDER BY choices
"""


def papers_of(contest: Contest) -> Papers:
    """Return the papers of an opened contest: candidates are its options by title; a resolution's are For, Against,
    Withheld, weighted by votes.
    """
    if contest.method == Method.RESOLUTION:
        return Papers.of(
            (FOR, AGAINST, WITHHELD), [(votes, ((place,),)) for place, votes in enumerate(sums_of(contest))]
        )
    options = options_of(contest)
    places = {option.public_id: place for place, option in enumerate(options)}
    with connection.cursor() as cursor:
        cursor.execute(GROUPED, [contest.pk])
        rows = cursor.fetchall()
    return Papers.of(
        [option.title for option in options],
        [(weight, tuple((places[option],) for option in choices)) for choices, weight in rows],
    )


def sums_of(contest: Contest) -> tuple[int, int, int]:
    """Return the votes for, against and withheld of an opened resolution."""
    sums = NamedVote.objects.filter(contest=contest).aggregate(
        votes_for=Sum("for_votes", default=0),
        against=Sum("against_votes", default=0),
        withheld=Sum("withheld_votes", default=0),
    )
    return int(sums["votes_for"]), int(sums["against"]), int(sums["withheld"])


def ballot_root(contest: Contest) -> str:
    """Return the hash that binds the papers to the scrutineer's signature; the public lot starts from it."""
    return Opening.objects.values_list("papers_sha256", flat=True).get(contest=contest)


def result_of(contest: Contest, lot: Lot) -> Result:
    """Return what the opened papers say. Where nobody chose anything nobody is elected, and no dice are thrown.

    Raises ``TieNeedsLot`` where the lot is strict.
    """
    papers = papers_of(contest)
    if contest.method != Method.RESOLUTION and (papers.rankings is None or not papers.rankings.any()):
        nothing = Round(dict.fromkeys(papers.candidates, 0))
        return Result(contest.method, contest.seats, papers.candidates, (nothing,), ())
    special = contest.majority == Majority.SPECIAL
    return count(contest.method, papers, seats=contest.seats, special=special, lot=lot)
