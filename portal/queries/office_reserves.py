"""What the company may distribute by its accounts: the sum of ss.830 and 831 in words, and the accounts themselves."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dividends.enums import AccountsKind
from dividends.models import RelevantAccounts
from dividends.rules.reserves import Limit, Line, LineCode, Reserves

LINES: dict[LineCode, Promise] = {
    LineCode.REALISED_PROFITS: _("Accumulated realised profits"),
    LineCode.REALISED_LOSSES: _("less accumulated realised losses"),
    LineCode.NET_ASSETS: _("Net assets"),
    LineCode.CALLED_UP_CAPITAL: _("less called-up share capital"),
    LineCode.UNDISTRIBUTABLE: _("less undistributable reserves"),
    LineCode.DISTRIBUTED_SINCE: _("less what was declared by these accounts or since (s.840)"),
}
TITLES: dict[Limit, Promise] = {
    Limit.PROFITS: _("Out of realised profits: Companies Act 2006, s.830"),
    Limit.NET_ASSETS: _("A public company keeps its capital: Companies Act 2006, s.831"),
}


@dataclass(frozen=True)
class SumLine:
    """A line of column arithmetic, in minor units; what is subtracted is negative."""

    label: Promise
    amount_minor: int


@dataclass(frozen=True)
class LimitSum:
    """One limit of the law as a sum; ``binds`` when it is the smaller of the two."""

    title: Promise
    lines: list[SumLine]
    total_minor: int
    binds: bool


def sums_of(reserves: Reserves) -> list[LimitSum]:
    """Return the limits that bind the company, each as its sum."""
    limits = [limit for limit in Limit if any(line.limit == limit for line in reserves.lines)]
    return [_sum(reserves, limit, is_alone=len(limits) == 1) for limit in limits]


def _sum(reserves: Reserves, limit: Limit, *, is_alone: bool) -> LimitSum:
    lines = [line for line in reserves.lines if line.limit == limit]
    *parts, total = lines
    return LimitSum(
        title=TITLES[limit],
        lines=[_line(line) for line in parts if line.amount_minor or line.code != LineCode.DISTRIBUTED_SINCE],
        total_minor=total.amount_minor,
        binds=reserves.binding == limit and not is_alone,
    )


def _line(line: Line) -> SumLine:
    return SumLine(LINES[line.code], line.amount_minor)


def accounts_for_office() -> QuerySet[RelevantAccounts]:
    """Return all accounts that were entered, the latest first; ``is_old`` tells that later ones replaced them (s.836).

    See `dividends.queries.reserves.is_out_of_date`, which says the same of one.
    """
    later = RelevantAccounts.objects.filter(currency=OuterRef("currency"))
    annual = later.filter(kind=AccountsKind.ANNUAL, made_up_to__gt=OuterRef("made_up_to"))
    corrected = later.filter(kind=OuterRef("kind"), made_up_to=OuterRef("made_up_to"), pk__gt=OuterRef("pk"))
    rows = RelevantAccounts.objects.annotate(is_old=Exists(annual) | Exists(corrected))
    return rows.select_related("entered_by__party").order_by("-made_up_to", "-pk")
