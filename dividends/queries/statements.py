"""Dividend statements: the row with all that a printed one says, who stood in the register, how many are made."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import Case, Count, DateField, F, Q, QuerySet, When
from django.utils import timezone

from dividends.models import Declaration, Statement
from dividends.rules.statement_fields import statement_fields
from equity.models import MemberParticulars
from equity.queries.company import get_company
from equity.queries.record_date import record_day
from payments.models import BankMandate

WHOLE = (
    "file",
    "entitlement__member",
    "entitlement__party",
    "entitlement__withholding_rule",
    "entitlement__declaration__share_class",
    "entitlement__declaration__recommendation__contest__item__meeting",
    "payout__run",
    "payout__mandate",
)


@dataclass(frozen=True)
class Holder:
    """Who stood in the register at the record moment: names first-named first, service address, country."""

    names: tuple[str, ...]
    address: str
    country: str


@dataclass(frozen=True)
class Counts:
    """How many statements of a declaration were issued, and how many of them have their file."""

    issued: int
    made: int

    @property
    def missing(self) -> int:
        """How many files are still to be made."""
        return self.issued - self.made


def whole_statements() -> QuerySet[Statement]:
    """Return statements with everything that is printed, in one query."""
    return Statement.objects.select_related(*WHOLE)


def find_by_code(code: str) -> Statement | None:
    """Return the statement with the printed code, and its file."""
    rows = Statement.objects.select_related("file", "entitlement__declaration__share_class")
    return rows.filter(check_code=code).first()


def counts_of(declaration: Declaration) -> Counts:
    """Return how far the files of a declaration's statements are."""
    rows = Statement.objects.filter(entitlement__declaration=declaration)
    return Counts(**rows.aggregate(issued=Count("id"), made=Count("file")))


def holders_at(member_ids: Iterable[int], *, record_at: datetime) -> dict[int, Holder]:
    """Return by member how the register named it at the record moment: what was effective by then and known by then.

    See Note [Record moment] in equity.queries.record_date; shares that were entered later as effective earlier have
    only later particulars, and then the first of those.
    """
    is_effective = Q(effective_on__lte=record_day(record_at))
    rows = (
        MemberParticulars.objects.filter(member_id__in=list(member_ids), entered_at__lte=record_at)
        .annotate(effective=Case(When(is_effective, then=F("effective_on")), output_field=DateField()))
        .order_by("member_id", F("effective").desc(nulls_last=True), "effective_on", "-entered_at")
        .distinct("member_id")
    )
    return {row.member_id: Holder(tuple(row.names), row.service_address, row.country) for row in rows}


def pays_on(statement: Statement) -> date:
    """Return the day on which the announced payment goes out, in the company's time zone; else the declared day."""
    if statement.payout is None:
        return statement.entitlement.declaration.pay_on
    return timezone.localtime(statement.payout.run.not_before).date()


def usable_on(statement: Statement) -> date | None:
    """Return the day from which the bank details that were in force at the issue may be used."""
    at = statement.issued_at
    in_force = BankMandate.objects.filter(party=statement.entitlement.party_id, given_at__lte=at)
    moment = (
        in_force.filter(Q(ended_at=None) | Q(ended_at__gt=at))
        .order_by("-given_at")
        .values_list("usable_from", flat=True)
        .first()
    )
    return timezone.localtime(moment).date() if moment else None


def fields_of(statement: Statement, *, company_number: str = "") -> tuple[str, ...]:
    """Return the facts that the statement's hash binds, as `dividends.rules.statement_fields` orders them."""
    owed = statement.entitlement
    return statement_fields(
        company_number=company_number or get_company().number,
        number=statement.number,
        member_number=owed.member.number,
        class_code=owed.declaration.share_class.code,
        shares=owed.shares,
        exact_minor=owed.exact_minor,
        gross_minor=owed.gross_minor,
        withheld_minor=owed.withheld_minor,
        net_minor=owed.net_minor,
        issued_on=statement.issued_on,
    )


def check_url(code: str) -> str:
    """Return the public address where a printed code is checked."""
    return f"{settings.SITE_ORIGIN}/check/{code}/"


def bundle_rows(declaration: Declaration, *, at_a_time: int = 500) -> Iterator[list[Statement]]:
    """Yield the declaration's statements by number, some at a time, each batch by a query of its own.

    A download may take minutes: no cursor stays open meanwhile, and what is made in between is found.
    """
    rows = Statement.objects.filter(entitlement__declaration=declaration).select_related(
        "file", "entitlement__member", "entitlement__declaration"
    )
    last = 0
    while batch := list(rows.filter(number__gt=last).order_by("number")[:at_a_time]):
        yield batch
        last = batch[-1].number
