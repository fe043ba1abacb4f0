"""Entitlements of all holders by one statement, their totals and fingerprint, and their entry in the money book.

Note [Dividend in the books]: retained earnings are charged with what was declared. Against them stand what each holder
is owed net, the tax withheld (owed to the company's tax office), and the residue of rounding, which stays equity under
a name of its own. Under carry the fractions of all holders are owed too; the book knows whole minor units only, so the
liability ``dividend_fractions`` is kept at the whole part of their sum.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import DataError, IntegrityError, connection

from core.ids import RANDOM_ID
from core.planning import planned_for_many
from core.transactions import atomic, needs_transaction
from dividends.enums import DeclarationState, Rounding
from dividends.errors import (
    AmountTooLarge,
    NobodyEntitled,
    NothingToDeclare,
    NoWithholdingRule,
    ReservesTooSmall,
    WithholdingRulesClash,
)
from dividends.models import Declaration
from dividends.queries.allocation import Terms, entitled_sql, measured_sql, terms_of, values_of
from dividends.queries.entitlements import SNAPSHOT
from dividends.queries.reserves import reserves_of, taken_minor
from dividends.services.bookings import payable_account
from equity.services.bookings import day_of
from ledger.enums import AccountKind
from ledger.services.posting import open_account
from ledger.services.set_posting import NOT_NULL_VIOLATED, Selection, open_account_set, post_set

if TYPE_CHECKING:
    from accounts.models import User

PAYABLE = "dividend_payable"
INSERT = """
{entitled}
INSERT INTO dividends_entitlement (public_id, declaration_id, member_id, party_id, shares, exact_minor,
    brought_fraction, gross_minor, carried_fraction, country, withholding_rule_id, withheld_ppm, withheld_minor,
    net_minor)
SELECT {random_id}, %(declaration)s, member_id, party_id, shares, exact_minor, brought, gross, carried, country,
       rule_id, rate_ppm, withheld, gross - withheld
FROM entitled
"""
# Of a pot the exact sum is the pot itself: each share was cut down to twelve decimals. The rest is what rounding left
# with the company.
TOTALS = """
SELECT holders, shares::bigint, exact, gross::bigint, withheld::bigint, floor(rest)::bigint, mod(rest, 1), sha256,
       {change}
FROM (
    SELECT sums.*, sums.exact + sums.brought - sums.gross - sums.carried AS rest FROM (
        SELECT count(*) AS holders, sum(owed.shares) AS shares,
               COALESCE(%(pot)s::numeric, sum(owed.exact_minor)) AS exact, sum(owed.brought_fraction) AS brought,
               sum(owed.gross_minor) AS gross, sum(owed.carried_fraction) AS carried,
               sum(owed.withheld_minor) AS withheld, {snapshot} AS sha256
        FROM dividends_entitlement owed JOIN equity_member member ON member.id = owed.member_id
        WHERE owed.declaration_id = %(declaration)s
    ) sums
) whole
"""
# By how many whole units the fractions owed to all holders grow: each dividend under carry has moved them by what was
# exact less what was paid, and no other moves them.
CHANGE = """(
    SELECT floor(before + whole.exact - whole.gross) - floor(before) FROM (
        SELECT COALESCE(sum(exact_total - gross_total_minor), 0) AS before FROM dividends_declaration
        WHERE currency = %(currency)s AND rounding = 'carry' AND state = 'computed') earlier)::bigint"""
UNTAXED = (
    "SELECT country, bool_or(COALESCE(clashes, false)) FROM taxed WHERE rule_id IS NULL GROUP BY country ORDER BY 1"
)
OWED_TO = """
SELECT '{prefix}' || party.public_id AS code, '{kind}' AS kind, %(currency)s AS currency, party.public_id AS owner
FROM dividends_entitlement owed JOIN accounts_party party ON party.id = owed.party_id
WHERE owed.declaration_id = %(declaration)s AND owed.net_minor > 0
"""
MOVEMENTS = """
SELECT %(earnings)s AS debit, '{prefix}' || party.public_id AS credit, owed.net_minor AS amount_minor
FROM dividends_entitlement owed JOIN accounts_party party ON party.id = owed.party_id
WHERE owed.declaration_id = %(declaration)s AND owed.net_minor > 0
UNION ALL SELECT %(earnings)s, %(tax)s, %(withheld)s
UNION ALL SELECT %(earnings)s, %(rounding)s, %(residue)s
UNION ALL SELECT CASE WHEN %(fractions_change)s > 0 THEN %(earnings)s ELSE %(fractions)s END,
                 CASE WHEN %(fractions_change)s > 0 THEN %(fractions)s ELSE %(earnings)s END, abs(%(fractions_change)s)
"""


@dataclass(frozen=True)
class Totals:
    """Sums over all rows of a declaration; ``fractions_change`` may be negative: then fractions were paid out."""

    holders: int
    shares: int
    exact: Decimal
    gross: int
    withheld: int
    residue: int
    residue_fraction: Decimal
    sha256: str
    fractions_change: int


@needs_transaction
def fix_entitlements(*, declaration: Declaration, by: "User", at: datetime) -> None:
    """Write all entitlements of a locked proposal, check the reserves, book them and set the totals on the row.

    The caller has locked the declaration and lets no other be computed; what it refuses stands at
    `dividends.services.declarations.compute_entitlements`.
    """
    with planned_for_many():
        _insert(declaration)
        totals = _totals_of(declaration)
    reserves = reserves_of(declaration.accounts).available_minor
    needed = taken_minor(totals.exact, totals.gross, totals.residue)
    if needed > reserves:
        raise ReservesTooSmall(needed_minor=needed, available_minor=reserves, currency=declaration.currency)
    declaration.reserves_minor = reserves
    declaration.residue_minor, declaration.residue_fraction = totals.residue, totals.residue_fraction
    declaration.holders_count, declaration.shares_total = totals.holders, totals.shares
    declaration.exact_total, declaration.snapshot_sha256 = totals.exact, totals.sha256
    declaration.gross_total_minor, declaration.withheld_total_minor = totals.gross, totals.withheld
    declaration.net_total_minor = totals.gross - totals.withheld
    with planned_for_many():
        _post(declaration, totals, by=by, at=at)
        declaration.state, declaration.computed_at, declaration.computed_by = DeclarationState.COMPUTED, at, by
        declaration.save()  # the database adds up entitlements and entry again


def _insert(declaration: Declaration) -> None:
    """Write the rows; explain the two ways in which figures can be missing or too large."""
    terms = terms_of(declaration)
    sql = INSERT.format(entitled=entitled_sql(terms), random_id=RANDOM_ID)
    try:
        with atomic(), connection.cursor() as cursor:
            cursor.execute(sql, {**values_of(terms), "declaration": declaration.pk})
    except DataError as error:
        raise AmountTooLarge() from error
    except IntegrityError as error:
        if getattr(error.__cause__, "sqlstate", "") == NOT_NULL_VIOLATED:
            _raise_untaxed(terms, error)
        raise


def _raise_untaxed(terms: Terms, cause: Exception) -> None:
    """Raise the refusal that names where the holders live for whom no rule, or no single one, was found."""
    with connection.cursor() as cursor:
        cursor.execute(f"{measured_sql(terms)} {UNTAXED}", values_of(terms))
        found = cursor.fetchall()
    clashing = [country for country, clashes in found if clashes]
    if clashing:
        raise WithholdingRulesClash(clashing, on=terms.pay_on) from cause
    if found:
        raise NoWithholdingRule((country for country, _clashes in found), on=terms.pay_on) from cause


def _totals_of(declaration: Declaration) -> Totals:
    sql = TOTALS.format(snapshot=SNAPSHOT, change=CHANGE if declaration.rounding == Rounding.CARRY else "0")
    values: dict[str, Any] = {
        "declaration": declaration.pk,
        "pot": declaration.pot_minor,
        "currency": declaration.currency,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        totals = Totals(*cursor.fetchone())
    if not totals.holders:
        raise NobodyEntitled()
    return totals


def _post(declaration: Declaration, totals: Totals, *, by: "User", at: datetime) -> None:
    """Open what is missing among the accounts and write the one entry of the dividend."""
    currency, prefix = declaration.currency, payable_account(PAYABLE, declaration.currency, "")
    if not (totals.gross or totals.residue or totals.fractions_change):
        raise NothingToDeclare()
    codes = {
        "earnings": _account("retained_earnings", AccountKind.EQUITY, currency),
        "tax": _account("withholding_payable", AccountKind.LIABILITY, currency, f":{settings.ISSUER_COUNTRY}"),
        "rounding": _account("dividend_rounding", AccountKind.EQUITY, currency),
        "fractions": _account("dividend_fractions", AccountKind.LIABILITY, currency),
    }
    values = {"declaration": declaration.pk, "currency": currency}
    open_account_set(Selection(OWED_TO.format(prefix=prefix, kind=AccountKind.LIABILITY.value), values))
    amounts = {
        "withheld": totals.withheld,
        "residue": totals.residue,
        "fractions_change": totals.fractions_change,
    }
    declaration.entry = post_set(
        key=f"dividend:{declaration.public_id}",
        kind="dividend",
        movements=Selection(MOVEMENTS.format(prefix=prefix), {**values, **codes, **amounts}),
        effective_on=day_of(at),
        reason=declaration.title,
        by=by,
        at=at,
        source=declaration.public_id,
    )


def _account(name: str, kind: AccountKind, currency: str, ending: str = "") -> str:
    return open_account(code=f"{name}:{currency}{ending}", kind=kind, currency=currency).code
