"""A creator's beers: what each sold and earned them, and where the money of every statement stands."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.queries.parties import parties_of
from beers.queries.cards import Card, card_of_recipe
from beers.rules.glass import DARK_GROUNDS, Ground
from dividends.enums import RoyaltyWay
from dividends.models import RoyaltyLine, RoyaltyPart, RoyaltyPayoutLine, RoyaltyStatement
from dividends.queries.royalties import Creation, royalties_of, whole_royalty_statements
from dividends.queries.royalty_words import royalty_next
from payments.models import BankMandate, Payout
from portal.queries.dividend_glance import Task
from portal.queries.dividend_words import Told, told
from portal.queries.my_dividends import Dividend
from portal.rules.dividend_states import Details, LastPayout, Stand, stand_of

CARRIED = {
    RoyaltyWay.KEPT: _("Carried to the next statement"),
    RoyaltyWay.OWED: _("Below nil, and never asked back"),
    RoyaltyWay.NOTHING: _("Nothing to pay"),
}


@dataclass(frozen=True)
class _Day:
    pay_on: date


@dataclass(frozen=True)
class Announced:
    """What a statement announced to be paid, told in the same words as a dividend (portal.queries.dividend_words)."""

    stand: Stand
    declaration: _Day
    payouts: tuple[Payout, ...]
    mandate: BankMandate | None
    may_decide: bool = True

    @property
    def last(self) -> Payout | None:
        """The latest payout, whatever became of it."""
        return self.payouts[-1] if self.payouts else None


@dataclass(frozen=True)
class StatementLine:
    """A statement with where its money stands."""

    statement: RoyaltyStatement
    stand: Stand | None
    told: Told


@dataclass(frozen=True)
class SaleLine:
    """A figure of sales with what it earned the work and this creator, in minor units."""

    line: RoyaltyLine
    part_minor: int


@dataclass(frozen=True)
class MyBeer:
    """One creator's share in a beer: its look, the newest statements first, the newest sales first."""

    creation: Creation
    card: Card | None
    statements: tuple[StatementLine, ...]

    @property
    def ground(self) -> str:
        """The beer's colour; gold for a beer whose recipe is not among ours."""
        return self.card.ground if self.card else Ground.GOLD.value

    @property
    def is_dark(self) -> bool:
        """Whether words on the colour stand in paper."""
        return Ground(self.ground) in DARK_GROUNDS

    @property
    def headline(self) -> StatementLine | None:
        """The newest statement whose money is not there yet, else the newest; none before the first."""
        under_way = (line for line in self.statements if line.stand not in (None, Stand.PAID))
        return next(under_way, self.statements[0] if self.statements else None)

    @property
    def to_do(self) -> Told | None:
        """What the creator has to do about the money, if anything."""
        return next((line.told for line in self.statements if line.told.url), None)


def my_beers(user: User, *, at: datetime) -> list[MyBeer]:
    """Return the user's shares in beers with all their statements. Three queries for who has none, eight at most."""
    found = royalties_of(user)
    if not found:
        return []
    statements = _statements(found, at)
    return [
        MyBeer(creation, _card(creation), tuple(statements[creation.agreement.pk, creation.party.pk]))
        for creation in found
    ]


def royalty_task(beers: Iterable[MyBeer]) -> Task | None:
    """Return the one thing a creator has to do for their money, as the first page shows it."""
    for beer in beers:
        if words := beer.to_do:
            title = _("“%(beer)s”: %(state)s") % {"beer": beer.creation.agreement.beer.name, "state": words.state}
            return Task(title, words.sentence, words.url, words.button_text)
    return None


def find_my_beer(user: User, agreement_id: str, party_id: str, *, at: datetime) -> MyBeer | None:
    """Return the user's share of one agreement, by the agreement's and the creator's public ids, or None."""
    mine = (one for one in my_beers(user, at=at) if one.creation.agreement.public_id == agreement_id)
    return next((one for one in mine if one.creation.party.public_id == party_id), None)


def my_statements(user: User) -> QuerySet[RoyaltyStatement]:
    """Return the royalty statements the user may read."""
    return whole_royalty_statements().filter(party__in=parties_of(user))


def sales_of(creation: Creation) -> list[SaleLine]:
    """Return every figure that earned something under the agreement, the newest first. One query."""
    parts = RoyaltyPart.objects.filter(line__agreement=creation.agreement, party=creation.party)
    rows = parts.select_related("line__report").order_by("-line__position")
    return [SaleLine(part.line, part.amount_minor) for part in rows]


def stood(statement: RoyaltyStatement, *, at: datetime) -> StatementLine:
    """Return where one statement's money stands. Two queries."""
    return stood_all([statement], at=at)[0]


def stood_all(statements: Sequence[RoyaltyStatement], *, at: datetime) -> list[StatementLine]:
    """Return where the money of each statement stands, in their order. Two queries."""
    lines = _payout_lines(statements)
    parties = {row.party_id for row in statements}
    mandates = {row.party_id: row for row in BankMandate.objects.filter(party__in=parties, ended_at=None)}
    return [_line(row, lines[row.pk], mandates.get(row.party_id), at) for row in statements]


def _card(creation: Creation) -> Card | None:
    recipe = creation.agreement.beer.recipe
    return card_of_recipe(recipe) if recipe else None


def _statements(found: Sequence[Creation], at: datetime) -> dict[tuple[int, int], list[StatementLine]]:
    rows = list(
        whole_royalty_statements()
        .filter(agreement__in=[one.agreement for one in found], party__in=[one.party for one in found])
        .order_by("-number")
    )
    by_share: dict[tuple[int, int], list[StatementLine]] = defaultdict(list)
    for line in stood_all(rows, at=at):
        by_share[line.statement.agreement_id, line.statement.party_id].append(line)
    return by_share


def _payout_lines(rows: Sequence[RoyaltyStatement]) -> dict[int, list[RoyaltyPayoutLine]]:
    found: dict[int, list[RoyaltyPayoutLine]] = defaultdict(list)
    paying = RoyaltyPayoutLine.objects.filter(statement__in=rows).select_related("payout__run", "payout__mandate")
    for line in paying.order_by("payout_id"):
        found[line.statement_id].append(line)
    return found


def _line(
    statement: RoyaltyStatement, lines: list[RoyaltyPayoutLine], mandate: BankMandate | None, at: datetime
) -> StatementLine:
    if not statement.paid_minor:
        return StatementLine(statement, None, Told(str(CARRIED[RoyaltyWay(statement.way)]), royalty_next(statement)))
    stand = stand_of(
        net_minor=statement.paid_minor,
        last=_last(lines),
        details=Details(mandate.given_at, mandate.usable_from) if mandate else None,
        open_minor=statement.paid_minor,
        minimum_minor=0,
        at=at,
    )
    announced: Any = Announced(stand, _Day(statement.pay_on), tuple(line.payout for line in lines), mandate)
    return StatementLine(statement, stand, told(cast(Dividend, announced), at=at))


def _last(lines: list[RoyaltyPayoutLine]) -> LastPayout | None:
    if not lines:
        return None
    payout = lines[-1].payout
    return LastPayout(payout.state, payout.run.state, lines[-1].released_at is None, payout.ended_at)
