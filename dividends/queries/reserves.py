"""What the company may distribute by accounts it has entered, less what it has declared since."""

from datetime import datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q, QuerySet

from dividends.enums import AccountsKind, DeclarationState
from dividends.models import Declaration, RelevantAccounts
from dividends.rules import relevant_accounts
from dividends.rules.refusals import Code
from dividends.rules.reserves import Figures, Reserves, available
from equity.enums import CompanyKind
from equity.queries.company import get_company


def accounts_to_choose(currency: str) -> QuerySet[RelevantAccounts]:
    """Return the accounts in the currency that are not out of date, the latest first."""
    standing = [accounts.pk for accounts in _newest_first(currency) if not is_out_of_date(accounts)]
    return RelevantAccounts.objects.filter(pk__in=standing).order_by("-made_up_to", "-pk")


def is_out_of_date(accounts: RelevantAccounts) -> bool:
    """Return whether later annual accounts, or other figures of the very same accounts, were entered (s.836(2))."""
    later_annual = Q(kind=AccountsKind.ANNUAL, made_up_to__gt=accounts.made_up_to)
    corrected = Q(kind=accounts.kind, made_up_to=accounts.made_up_to, pk__gt=accounts.pk)
    return RelevantAccounts.objects.filter(later_annual | corrected, currency=accounts.currency).exists()


def refusals_of(accounts: RelevantAccounts, *, at: datetime) -> tuple[Code, ...]:
    """Return why the accounts cannot justify a dividend, as far as their figures and dates tell.

    That they were drawn up, audited, signed and delivered as ss.837 to 839 ask, whoever enters them vouches for.
    """
    vouched = relevant_accounts.Accounts(
        kind=relevant_accounts.AccountsKind(accounts.kind),
        made_up_to=accounts.made_up_to,
        is_circulated=True,
        is_audited=True,
        is_signed=True,
        is_delivered=True,
    )
    annual = RelevantAccounts.objects.filter(kind=AccountsKind.ANNUAL, currency=accounts.currency)
    return relevant_accounts.accounts_refusals(
        vouched,
        is_public=is_public(),
        has_annual_accounts=annual.exists(),
        on=at.astimezone(ZoneInfo(settings.TIME_ZONE)).date(),
    )


def reserves_of(accounts: RelevantAccounts) -> Reserves:
    """Return what may still be distributed by the accounts, with the lines of the sum."""
    figures = Figures(
        realised_profits_minor=accounts.realised_profits_minor,
        realised_losses_minor=accounts.realised_losses_minor,
        net_assets_minor=accounts.net_assets_minor,
        called_up_capital_minor=accounts.called_up_capital_minor,
        undistributable_minor=accounts.undistributable_minor,
    )
    return available(figures, is_public=is_public(), distributed_since=declared_since(accounts))


def declared_since(accounts: RelevantAccounts) -> int:
    """Return, in minor units, what was declared by these accounts, or by others but after these were made up.

    s.840(1) adds up what the same accounts were used for. What was declared later by other accounts is not in these
    either, so it counts too.
    """
    ended = datetime.combine(accounts.made_up_to + timedelta(days=1), time(), ZoneInfo(settings.TIME_ZONE))
    declared = Declaration.objects.filter(
        Q(accounts=accounts) | Q(recommendation__contest__declared_at__gte=ended),
        currency=accounts.currency,
        state=DeclarationState.COMPUTED,
    )
    totals = declared.values_list("exact_total", "gross_total_minor", "residue_minor")
    return sum(taken_minor(exact, gross, residue) for exact, gross, residue in totals)


def taken_minor(exact_total: Decimal | None, gross_minor: int | None, residue_minor: int | None) -> int:
    """Return what a dividend takes of the reserves, in whole minor units: what its entry in the money book takes.

    Under carry holders may be paid fractions of earlier dividends too; then what is paid counts if it is more.
    """
    return max(int(exact_total or 0), (gross_minor or 0) + (residue_minor or 0))


def is_public() -> bool:
    """Return whether s.831 binds the company: a private company only has s.830."""
    return get_company().kind == CompanyKind.PLC


def _newest_first(currency: str) -> QuerySet[RelevantAccounts]:
    return RelevantAccounts.objects.filter(currency=currency).order_by("-made_up_to", "-pk")
