"""Creators' shares as the office sees them: what waits for whom, what each beer earned, what is owed and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Party
from beers.models import Adoption
from dividends.enums import AgreementState, ReportState
from dividends.models import (
    RoyaltyAgreement,
    RoyaltyLine,
    RoyaltyRound,
    RoyaltyStatement,
    SalesReport,
    SoldBeer,
)
from dividends.queries.royalties import agreements_for_office, reports_for_office, whole_royalty_statements
from dividends.queries.royalties_owed import RoyaltyOwed, royalties_owed
from dividends.queries.royalty_earning import CreatorPart, Earning, fraction_of
from dividends.queries.royalty_settling import Due, dues
from dividends.queries.royalty_words import days_shown, fraction_shown
from payments.models import PayoutRun
from portal.queries.my_royalties import stood_all
from portal.queries.office_holders import STATES

SORTS = {
    "period": ("period_from", "pk"),
    "beer": ("beer__name", "period_from", "pk"),
    "net": ("net_minor", "pk"),
    "entered": ("entered_at", "pk"),
}
PROBLEMS: dict[str, Promise] = {
    "country": _("nobody knows in which country they live"),
    "rule": _("no rule says how much tax is kept back there"),
    "clash": _("two rules say different rates of tax for them"),
}
WHAT: dict[str, Promise] = {
    "payable": _("can be paid"),
    "waiting": _("waits for bank details"),
    "held": _("waits until new bank details may be used"),
}


@dataclass(frozen=True)
class StatementRow:
    """A statement with where its money stands, in the office's words."""

    statement: RoyaltyStatement
    words: Promise | str


@dataclass(frozen=True)
class Open:
    """What one creator is owed by statements and was not paid, and what it waits for."""

    party: Party
    sum_minor: int
    what: str
    words: Promise


@dataclass(frozen=True)
class DueLine:
    """A creator's next statement before it is issued; ``problem`` says why there will be none."""

    due: Due
    days: str
    part: str
    problem: Promise | str


def creators_named_by(adoption: Adoption) -> list[Party]:
    """Return the author of a winning idea, then the authors of ideas that were taken together with it."""
    merged = adoption.proposal.merged.filter(author__isnull=False).select_related("author").order_by("pk")
    named = [adoption.proposal.author, *(idea.author for idea in merged)]
    return list(dict.fromkeys(party for party in named if party is not None))


def waiting_agreements() -> list[RoyaltyAgreement]:
    """Return agreements that a director has to decide."""
    return list(agreements_for_office().filter(state=AgreementState.PROPOSED))


def waiting_reports() -> list[SalesReport]:
    """Return figures of sales that a second person has to decide, the oldest first."""
    return list(reports_for_office().filter(state=ReportState.ENTERED).order_by("entered_at", "pk"))


def sales_rows(*, beer: str = "", kind: str = "", state: str = "", sort: str = "") -> QuerySet[SalesReport]:
    """Return figures of sales, the latest period first unless sorted otherwise."""
    rows = reports_for_office()
    if beer:
        rows = rows.filter(beer__public_id=beer)
    if kind:
        rows = rows.filter(kind=kind)
    if state:
        rows = rows.filter(state=state)
    keys = SORTS.get(sort.removeprefix("-"))
    if keys is None:
        return rows.order_by("-period_from", "-pk")
    return rows.order_by(*(f"-{key}" for key in keys) if sort.startswith("-") else keys)


def sales_cells(report: SalesReport) -> list[object]:
    """Return a figure of sales as a row to take away; the last day included, as it is typed in."""
    return [
        report.beer.sku,
        report.beer.name,
        report.kind,
        report.period_from,
        report.period_to - timedelta(days=1),
        report.units,
        report.units_returned,
        report.gross_minor,
        report.returns_minor,
        report.discounts_minor,
        report.tax_minor,
        report.net_minor,
        report.currency,
        report.state,
        report.note,
    ]


def written_earnings(report: SalesReport) -> list[Earning]:
    """Return what an approved figure earned, in the shape in which it was shown before."""
    lines = RoyaltyLine.objects.filter(report=report).select_related("agreement__adoption__proposal").order_by("pk")
    return [_earning(line) for line in lines.prefetch_related("parts__party", "agreement__shares")]


def _earning(line: RoyaltyLine) -> Earning:
    shares = {share.party_id: share for share in line.agreement.shares.all()}
    parts = [
        CreatorPart(part.party, fraction, fraction * line.earned_minor, part.amount_minor)
        for part in sorted(line.parts.all(), key=lambda part: shares[part.party_id].position)
        for fraction in [fraction_of(shares[part.party_id])]
    ]
    return Earning(
        agreement=line.agreement,
        position=line.position,
        net_before_minor=line.net_before_minor,
        net_after_minor=line.net_after_minor,
        earned_minor=line.earned_minor,
        parts=tuple(parts),
    )


def currencies() -> list[str]:
    """Return the currencies in which beers are sold."""
    return list(SoldBeer.objects.order_by("currency").values_list("currency", flat=True).distinct())


def open_royalties(currency: str, *, usable_at: datetime, pay_on: date | None = None) -> list[Open]:
    """Return what is owed in the currency and was not paid, announced for that day or before."""
    rows = royalties_owed(currency, usable_at=usable_at, pay_on=pay_on)
    parties = Party.objects.in_bulk({row.party_id for row in rows})
    return [_open(row, parties) for row in rows]


def _open(row: RoyaltyOwed, parties: dict[int, Party]) -> Open:
    return Open(parties[row.party_id], row.sum_minor, row.what, WHAT[row.what])


def sum_of(rows: Iterable[Open], what: str = "") -> int:
    """Return the sum of what waits for one thing, or of everything."""
    return sum(row.sum_minor for row in rows if what in ("", row.what))


def next_statements(currency: str, *, pay_on: date, usable_at: datetime) -> list[DueLine]:
    """Return what the next round would say to each creator."""
    return [
        DueLine(
            due, days_shown(due.period_from, due.sold_until), fraction_shown(fraction_of(due.share)), problem_of(due)
        )
        for due in dues(currency, pay_on=pay_on, usable_at=usable_at)
    ]


def problem_of(due: Due) -> Promise | str:
    """Return why a creator's statement cannot be issued, in words."""
    return PROBLEMS[due.problem] if due.problem else ""


def rounds() -> QuerySet[RoyaltyRound]:
    """Return the rounds of statements, the latest first, with how many files are made."""
    return (
        RoyaltyRound.objects.select_related("issued_by__party", "job")
        .annotate(files=Count("statements__file"))
        .order_by("-pk")
    )


def statements_of_round(issue: RoyaltyRound, *, at: datetime) -> list[StatementRow]:
    """Return the round's statements by number, with where the money of each stands. Three queries."""
    rows = list(whole_royalty_statements().filter(round=issue).order_by("number"))
    return [
        StatementRow(line.statement, STATES[line.stand] if line.stand else line.told.state)
        for line in stood_all(rows, at=at)
    ]


def runs_of_round(issue: RoyaltyRound) -> QuerySet[PayoutRun]:
    """Return the payment runs that were prepared for the round, the latest first."""
    return PayoutRun.objects.filter(purpose="royalty", reference=issue.public_id).order_by("-pk")
