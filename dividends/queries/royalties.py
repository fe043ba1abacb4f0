"""Creators' shares as people see them: which ideas earn, what each beer sold, earned and paid, whose it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Party, User
from accounts.queries.parties import parties_of
from beers.models import Adoption
from beers.queries.cards import Card, cards_of
from dividends.enums import AgreementState
from dividends.models import RoyaltyAgreement, RoyaltyShare, RoyaltyStatement, SalesReport, SoldBeer
from dividends.queries.royalty_earning import fraction_of

# Per beer: units kept by customers, net sales, what it earned its creators, what the bank has taken or paid of it with
# the tax that was kept back (a payment under way counts, one that came back does not). Sums over approved figures only.
FIGURES = """
SELECT beer.id,
       COALESCE(sales.units, 0), COALESCE(sales.net, 0), COALESCE(earned.earned, 0), COALESCE(paid.paid, 0)
FROM dividends_soldbeer beer
LEFT JOIN (SELECT beer_id, sum(units - units_returned)::bigint AS units, sum(net_minor)::bigint AS net
           FROM dividends_salesreport WHERE state = 'approved' GROUP BY beer_id) sales ON sales.beer_id = beer.id
LEFT JOIN (SELECT agreement.beer_id, sum(line.earned_minor)::bigint AS earned
           FROM dividends_royaltyline line JOIN dividends_royaltyagreement agreement ON agreement.id = line.agreement_id
           GROUP BY agreement.beer_id) earned ON earned.beer_id = beer.id
LEFT JOIN (SELECT agreement.beer_id, sum(statement.paid_minor + statement.withheld_minor)::bigint AS paid
           FROM dividends_royaltystatement statement
           JOIN dividends_royaltyagreement agreement ON agreement.id = statement.agreement_id
           JOIN dividends_royaltypayoutline line ON line.statement_id = statement.id AND line.released_at IS NULL
           JOIN payments_payout payout ON payout.id = line.payout_id AND payout.state IN ('sent', 'settled')
           GROUP BY agreement.beer_id) paid ON paid.beer_id = beer.id
WHERE beer.id = ANY(%(beers)s)
"""
# Per agreement and creator: the same for one creator's part.
MINE = """
SELECT share.id, COALESCE(sales.units, 0), COALESCE(sales.net, 0), COALESCE(parts.part, 0), COALESCE(paid.paid, 0),
       COALESCE(last.closing_minor, 0), COALESCE(parts.newest, 0) > COALESCE(last.last_position, 0)
FROM dividends_royaltyshare share
LEFT JOIN LATERAL (
    SELECT sum(report.units - report.units_returned)::bigint AS units, sum(report.net_minor)::bigint AS net
    FROM dividends_royaltyline line JOIN dividends_salesreport report ON report.id = line.report_id
    WHERE line.agreement_id = share.agreement_id
) sales ON true
LEFT JOIN LATERAL (
    SELECT sum(part.amount_minor)::bigint AS part, max(line.position) AS newest
    FROM dividends_royaltypart part JOIN dividends_royaltyline line ON line.id = part.line_id
    WHERE line.agreement_id = share.agreement_id AND part.party_id = share.party_id
) parts ON true
LEFT JOIN LATERAL (
    SELECT sum(statement.paid_minor)::bigint AS paid
    FROM dividends_royaltystatement statement
    JOIN dividends_royaltypayoutline line ON line.statement_id = statement.id AND line.released_at IS NULL
    JOIN payments_payout payout ON payout.id = line.payout_id AND payout.state IN ('sent', 'settled')
    WHERE statement.agreement_id = share.agreement_id AND statement.party_id = share.party_id
) paid ON true
LEFT JOIN LATERAL (
    SELECT statement.closing_minor, statement.last_position
    FROM dividends_royaltystatement statement
    WHERE statement.agreement_id = share.agreement_id AND statement.party_id = share.party_id
    ORDER BY statement.last_position DESC LIMIT 1
) last ON true
WHERE share.id = ANY(%(shares)s)
"""
WHOLE = (
    "file",
    "party",
    "round",
    "previous",
    "withholding_rule",
    "agreement__beer__recipe",
    "agreement__adoption__proposal",
)


@dataclass(frozen=True)
class BeerFigures:
    """A beer on the market: units sold less those that came back, and amounts in minor units.

    ``earned_minor`` is what its creators earned, ``paid_minor`` what of it was sent to them or kept back as tax.
    """

    beer: SoldBeer
    units: int
    net_minor: int
    earned_minor: int
    paid_minor: int


@dataclass(frozen=True)
class WallBeer:
    """A beer on the public wall: ``card`` is its recipe's, None without one; creators as they wish to be named."""

    figures: BeerFigures
    card: Card | None
    made_by: tuple[str, ...]
    named_by: tuple[str, ...]


@dataclass(frozen=True)
class Creation:
    """One creator's part in one agreement; amounts in minor units, what is paid after tax.

    ``carried_minor`` is the balance of the last statement, ``has_news`` when something was earned since then.
    """

    agreement: RoyaltyAgreement
    party: Party
    fraction: Fraction
    units: int
    net_minor: int
    part_minor: int
    paid_minor: int
    carried_minor: int
    has_news: bool


def adoptions_without_agreement() -> QuerySet[Adoption]:
    """Return ideas of people that won and that no agreement speaks of, the latest first."""
    spoken_of = RoyaltyAgreement.objects.filter(adoption=OuterRef("pk")).exclude(state=AgreementState.DROPPED)
    rows = Adoption.objects.filter(~Exists(spoken_of), proposal__author__isnull=False)
    return rows.select_related("proposal__recipe", "proposal__author", "proposal__call").order_by("-adopted_at", "-pk")


def agreements_for_office() -> QuerySet[RoyaltyAgreement]:
    """Return agreements with everything the office shows, those that wait first."""
    people = ("made_by__party", "approved_by__party", "dropped_by__party")
    rows = RoyaltyAgreement.objects.select_related("beer__recipe", "adoption__proposal", *people)
    return rows.prefetch_related("shares__party").order_by("approved_at", "-made_at", "-pk")


def reports_for_office() -> QuerySet[SalesReport]:
    """Return figures of sales with everything the office shows, those that wait first, then the latest period."""
    people = ("entered_by__party", "approved_by__party", "dropped_by__party")
    return SalesReport.objects.select_related("beer", "corrects", *people)


def whole_royalty_statements() -> QuerySet[RoyaltyStatement]:
    """Return statements with everything that is printed, in one query."""
    return RoyaltyStatement.objects.select_related(*WHOLE)


def find_royalty_by_code(code: str) -> RoyaltyStatement | None:
    """Return the royalty statement with the printed code, and its file."""
    return RoyaltyStatement.objects.select_related("file").filter(check_code=code).first()


def beer_figures(beers: Iterable[SoldBeer] | None = None) -> list[BeerFigures]:
    """Return the figures of these beers, else of all, by name. Two queries."""
    asked = SoldBeer.objects.select_related("recipe").order_by("name", "pk")
    if beers is not None:
        asked = asked.filter(pk__in=[beer.pk for beer in beers])
    rows = list(asked)
    with connection.cursor() as cursor:
        cursor.execute(FIGURES, {"beers": [beer.pk for beer in rows]})
        found: dict[int, tuple[int, ...]] = {row[0]: row[1:] for row in cursor.fetchall()}
    return [BeerFigures(beer, *found[beer.pk]) for beer in rows]


def wall() -> list[WallBeer]:
    """Return every beer that some creator shares in, the one that earned its creators most first. Four queries."""
    agreements = RoyaltyAgreement.objects.filter(state=AgreementState.APPROVED).select_related("adoption__proposal")
    by_beer: dict[int, list[RoyaltyAgreement]] = {}
    for agreement in agreements.order_by("valid_from", "pk"):
        by_beer.setdefault(agreement.beer_id, []).append(agreement)
    figures = beer_figures(SoldBeer(pk=pk) for pk in by_beer)
    cards = cards_of(one.beer.recipe.public_id for one in figures if one.beer.recipe)
    beers = [_on_the_wall(one, by_beer[one.beer.pk], cards) for one in figures]
    return sorted(beers, key=lambda one: -one.figures.earned_minor)


def _on_the_wall(figures: BeerFigures, agreements: list[RoyaltyAgreement], cards: dict[str, Card]) -> WallBeer:
    ideas = [agreement.adoption.proposal for agreement in agreements]
    recipe = figures.beer.recipe
    return WallBeer(
        figures=figures,
        card=cards.get(recipe.public_id) if recipe else None,
        made_by=tuple(dict.fromkeys(idea.author_shown for idea in ideas if idea.recipe_id)),
        named_by=tuple(dict.fromkeys(idea.author_shown for idea in ideas if not idea.recipe_id)),
    )


def royalties_of(user: User) -> list[Creation]:
    """Return the user's shares in beers, for themselves and whom they act for; empty for almost everybody.

    An agreement that waits for a director is not shown: nobody has promised it yet. Four queries at most.
    """
    parties = parties_of(user)
    if not parties:
        return []
    shares = RoyaltyShare.objects.filter(party__in=parties, agreement__state=AgreementState.APPROVED)
    return creations(shares.order_by("-agreement__valid_from", "-agreement_id", "position"))


def creations(shares: QuerySet[RoyaltyShare]) -> list[Creation]:
    """Return what became of these shares, in their order. Two queries."""
    rows = list(shares.select_related("party", "agreement__beer__recipe", "agreement__adoption__proposal"))
    if not rows:
        return []
    with connection.cursor() as cursor:
        cursor.execute(MINE, {"shares": [row.pk for row in rows]})
        found: dict[int, tuple[Any, ...]] = {row[0]: row[1:] for row in cursor.fetchall()}
    return [Creation(row.agreement, row.party, fraction_of(row), *found[row.pk]) for row in rows]
