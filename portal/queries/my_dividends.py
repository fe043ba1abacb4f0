"""A holder's dividends: what was declared for their holdings, and where each stands.

Readers see the entitlements of the register's members that they are, are one of, or represent
(`equity.queries.holdings`); whose money they decide about is narrower (`accounts.queries.parties`).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from accounts.models import User
from accounts.queries.parties import parties_of
from dividends.enums import DeclarationState
from dividends.models import Declaration, Entitlement, PayoutLine, Statement
from dividends.queries.owed import day_of
from dividends.rules.jar import Jar, jar
from dividends.rules.jar_drawing import JarPaths, jar_paths
from equity.queries.holdings import memberships_of
from equity.queries.record_date import record_day
from payments.models import BankMandate, Payout
from portal.rules.dividend_states import ON_ITS_WAY, Details, LastPayout, Stand, stand_of


@dataclass(frozen=True)
class Dividend:
    """One entitlement and where it stands. ``payouts`` are those that were to pay it, oldest first.

    ``mandate`` are the bank details in force; ``may_decide`` when the reader gives them. ``holder`` is empty where the
    reader holds alone. ``open_minor`` is everything that a payment of this dividend would find open: what is due by its
    day, or today when that has passed; ``is_due`` once it has come.
    """

    entitlement: Entitlement
    stand: Stand
    payouts: tuple[Payout, ...]
    mandate: BankMandate | None
    may_decide: bool
    holder: str
    open_minor: int
    is_due: bool

    @property
    def declaration(self) -> Declaration:
        """The dividend that was declared."""
        return self.entitlement.declaration

    @property
    def currency(self) -> str:
        """Its currency."""
        return self.entitlement.declaration.currency

    @property
    def minimum_minor(self) -> int:
        """The least that is sent when it is paid."""
        return self.entitlement.declaration.minimum_minor

    @property
    def record_on(self) -> date:
        """The day whose register decides; of midnight, the day that ends."""
        return record_day(self.entitlement.declaration.record_at)

    @property
    def last(self) -> Payout | None:
        """The latest payout, whatever became of it."""
        return self.payouts[-1] if self.payouts else None


@dataclass(frozen=True)
class Sums:
    """What became of all dividends in one currency, in minor units of net amounts."""

    currency: str
    paid_minor: int
    on_its_way_minor: int
    waiting_minor: int


@dataclass(frozen=True)
class PennyJar:
    """What a holding keeps until it is worth sending."""

    holder: str
    currency: str
    minimum_minor: int
    jar: Jar

    @property
    def drawing(self) -> JarPaths:
        """The jar as it is drawn at its level."""
        return jar_paths(self.jar.level_permille)


@dataclass(frozen=True)
class _Known:
    """What all dividends of a reader share: read once."""

    own_party_id: int | None
    decides_for: frozenset[int]
    mandates: dict[int, BankMandate]
    lines: dict[int, list[PayoutLine]]
    open_rows: dict[tuple[int, str], list[Entitlement]]


def entitlements_of(user: User) -> QuerySet[Entitlement]:
    """Return the entitlements the user may read, the latest dividend first."""
    rows = Entitlement.objects.filter(
        member__in=memberships_of(user), declaration__state=DeclarationState.COMPUTED
    ).select_related("declaration", "party", "withholding_rule", "statement__file")
    return rows.order_by("-declaration__record_at", "-pk")


def statements_of(user: User) -> QuerySet[Statement]:
    """Return the statements the user may read."""
    return Statement.objects.filter(entitlement__in=entitlements_of(user)).select_related("file")


def dividends_of(user: User, *, at: datetime) -> list[Dividend]:
    """Return all of the user's dividends and where they stand, the latest first. Six queries at most."""
    rows = list(entitlements_of(user))
    if not rows:
        return []
    known = _known(user, rows)
    return [_dividend(row, known, at) for row in rows]


def find_dividend(user: User, public_id: str, *, at: datetime) -> Dividend | None:
    """Return one dividend that the user may read, or None."""
    return next((one for one in dividends_of(user, at=at) if one.entitlement.public_id == public_id), None)


def sums_of(dividends: Iterable[Dividend]) -> list[Sums]:
    """Return the sums by currency, in the order in which the currencies come."""
    by_currency: dict[str, list[Dividend]] = defaultdict(list)
    for one in dividends:
        by_currency[one.currency].append(one)
    return [_sums(currency, rows) for currency, rows in by_currency.items()]


def _sums(currency: str, rows: list[Dividend]) -> Sums:
    paid = sum(one.entitlement.net_minor for one in rows if one.stand == Stand.PAID)
    on_its_way = sum(one.entitlement.net_minor for one in rows if one.stand in ON_ITS_WAY)
    return Sums(currency, paid, on_its_way, sum(one.entitlement.net_minor for one in rows) - paid - on_its_way)


def jars_of(dividends: Iterable[Dividend]) -> list[PennyJar]:
    """Return a jar for each holding and currency whose dividend has a least payment above the smallest coin.

    The dividend is the latest that is due, or the first to come where none is: money of a later day is in no jar yet.
    """
    found: dict[tuple[int, str], Dividend] = {}
    for one in dividends:
        key = (one.entitlement.party_id, one.currency)
        if key not in found or _turn(one) > _turn(found[key]):
            found[key] = one
    return [_jar(one) for one in found.values() if one.minimum_minor > 1]


def _turn(one: Dividend) -> tuple[bool, int]:
    """Order what is due by its day, after what is to come, of which the nearest day is the last."""
    day = one.declaration.pay_on.toordinal()
    return (True, day) if one.is_due else (False, -day)


def _jar(one: Dividend) -> PennyJar:
    kept = one.open_minor if one.open_minor < one.minimum_minor else 0
    return PennyJar(one.holder, one.currency, one.minimum_minor, jar(kept, minimum_minor=one.minimum_minor))


def _known(user: User, rows: list[Entitlement]) -> _Known:
    lines: dict[int, list[PayoutLine]] = defaultdict(list)
    paying = PayoutLine.objects.filter(entitlement__in=rows).select_related("payout__run", "payout__mandate")
    for line in paying.order_by("payout_id"):
        lines[line.entitlement_id].append(line)
    parties = {row.party_id for row in rows}
    mandates = BankMandate.objects.filter(party__in=parties, ended_at=None)
    open_rows: dict[tuple[int, str], list[Entitlement]] = defaultdict(list)
    for row in rows:
        if not any(line.released_at is None for line in lines[row.pk]):
            open_rows[row.party_id, row.declaration.currency].append(row)
    return _Known(
        own_party_id=user.party_id,
        decides_for=frozenset(party.pk for party in parties_of(user)),
        mandates={mandate.party_id: mandate for mandate in mandates},
        lines=lines,
        open_rows=open_rows,
    )


def _dividend(row: Entitlement, known: _Known, at: datetime) -> Dividend:
    mandate, currency = known.mandates.get(row.party_id), row.declaration.currency
    today, pay_on = day_of(at), row.declaration.pay_on
    found = known.open_rows[row.party_id, currency]
    open_minor = sum(one.net_minor for one in found if one.declaration.pay_on <= max(pay_on, today))
    lines = known.lines[row.pk]
    stand = stand_of(
        net_minor=row.net_minor,
        last=_last(lines),
        details=Details(mandate.given_at, mandate.usable_from) if mandate else None,
        open_minor=open_minor,
        minimum_minor=row.declaration.minimum_minor,
        at=at,
    )
    return Dividend(
        entitlement=row,
        stand=stand,
        payouts=tuple(line.payout for line in lines),
        mandate=mandate,
        may_decide=row.party_id in known.decides_for,
        holder="" if row.party_id == known.own_party_id else row.party.display_name,
        open_minor=open_minor,
        is_due=pay_on <= today,
    )


def _last(lines: list[PayoutLine]) -> LastPayout | None:
    if not lines:
        return None
    payout = lines[-1].payout
    return LastPayout(payout.state, payout.run.state, lines[-1].released_at is None, payout.ended_at)
