"""The rules of `dividends.rules.allocation` and `dividends.rules.withholding` as one SQL text, for all holders at once.

Note [SQL and oracle]: the pure rules say what is right; a property test holds this text against them, row by row. All
arithmetic is on ``numeric`` without a division that could round: whole units by ``floor`` or ``div``, remainders by
``mod``, and the way back from trillionths by a product, because ``numeric / numeric`` keeps as few as 16 digits.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings

from dividends.enums import DeclarationState, Income, Rounding
from dividends.errors import RuleRefuses
from dividends.models import Declaration, RelevantAccounts
from dividends.rules.measure import rate_trillionths
from dividends.rules.refusals import Code, RuleBroken
from equity.queries.record_date import HOLDINGS, holdings_values

# A document counts on both its days, a rule up to but not on its last: as dividends.rules.withholding has it. Few kinds
# of holders are told apart (country, kind, documents), so that the rule is looked for once per kind, not per holder.
# Of the rules for the same evidence the closest counts; equally close ones must agree, or there is none.
TAXED = """
documents AS (
    SELECT document.party_id, array_agg(DISTINCT document.kind ORDER BY document.kind) AS kinds
    FROM dividends_taxdocument document
    WHERE document.refused_at IS NULL AND document.valid_from <= %(pay_on)s AND document.valid_until >= %(pay_on)s
    GROUP BY document.party_id
), held AS MATERIALIZED (
    SELECT register.*, COALESCE(documents.kinds, '{{}}'::varchar[]) AS documents, {brought} AS brought
    FROM ({holdings}) register LEFT JOIN documents ON documents.party_id = register.party_id
), taxed AS MATERIALIZED (
    SELECT kinds.country, kinds.kind, kinds.documents, chosen.rule_id, chosen.rate_ppm, chosen.clashes
    FROM (SELECT DISTINCT country, kind, documents FROM held) kinds
    LEFT JOIN LATERAL (
        SELECT CASE WHEN bool_and(agreed) AND bool_or(evidence = '')
                    THEN (array_agg(id ORDER BY rate_ppm, evidence COLLATE "C"))[1] END AS rule_id,
               min(rate_ppm) AS rate_ppm, bool_or(evidence = '') AND NOT bool_and(agreed) AS clashes
        FROM (
            SELECT evidence, min(rate_ppm) = max(rate_ppm) AS agreed, max(rate_ppm) AS rate_ppm,
                   (array_agg(id ORDER BY valid_from DESC, source COLLATE "C" DESC))[1] AS id
            FROM (
                SELECT rule.*, rank() OVER (PARTITION BY rule.evidence ORDER BY rule.holder_country <> '' DESC,
                                            rule.holder_kind <> '' DESC) AS nearness
                FROM dividends_withholdingrule rule
                WHERE rule.income = %(income)s AND rule.issuer_country = %(issuer_country)s
                  AND rule.holder_country IN ('', kinds.country) AND rule.holder_kind IN ('', kinds.kind)
                  AND rule.evidence = ANY (kinds.documents || ''::varchar)
                  AND rule.valid_from <= %(pay_on)s AND (rule.valid_to IS NULL OR rule.valid_to > %(pay_on)s)
            ) fitting WHERE nearness = 1 GROUP BY evidence
        ) closest
    ) chosen ON true
)"""
BROUGHT_NOTHING = "0::numeric(13, 12)"
# The member's last entitlement in the currency holds what was carried; computing is serial, so that ids are in order.
BROUGHT = """COALESCE((
        SELECT earlier.carried_fraction FROM dividends_entitlement earlier
        JOIN dividends_declaration earlier_declaration ON earlier_declaration.id = earlier.declaration_id
        WHERE earlier.party_id = register.party_id AND earlier_declaration.currency = %(currency)s
        ORDER BY earlier.id DESC LIMIT 1), 0::numeric(13, 12))"""
# What is owed exactly is whole units and a remainder over ``total``: of a rate over 1, in twelve decimals; of a pot
# over all shares, where ``exact_minor`` is cut down to twelve decimals.
EXACT_RATE = """
measured AS (
    SELECT owed.*, floor(owed.exact_minor) AS whole, mod(owed.exact_minor, 1) AS remainder, 1::numeric AS total
    FROM (SELECT held.*, held.shares * %(rate)s::numeric(24, 12) AS exact_minor FROM held) owed
)"""
EXACT_POT = """
measured AS (
    SELECT owed.*, div(owed.numerator * 1000000000000, owed.total) * 0.000000000001 AS exact_minor,
           div(owed.numerator, owed.total) AS whole, mod(owed.numerator, owed.total) AS remainder
    FROM (SELECT held.*, held.shares * %(pot)s::numeric AS numerator, SUM(held.shares) OVER () AS total FROM held) owed
)"""
# Hamilton's method: of equal remainders the smaller number in the register comes first.
LARGEST_REMAINDER = """measured.whole + CASE WHEN row_number() OVER (ORDER BY measured.remainder DESC, measured.number)
        <= %(pot)s - SUM(measured.whole) OVER () THEN 1 ELSE 0 END"""
GROSS = {
    Rounding.FLOOR: "measured.whole",
    Rounding.CARRY: "floor(measured.exact_minor + measured.brought)",
    Rounding.LARGEST_REMAINDER: LARGEST_REMAINDER,
}
# Half a unit upwards, in whole numbers: (2 gross ppm + 10^6) div (2 10^6).
ROWS = """
allocated AS (
    SELECT measured.*, {gross} AS gross FROM measured
), entitled AS (
    SELECT allocated.*, {carried} AS carried, taxed.rule_id, taxed.rate_ppm, taxed.clashes,
           div(2 * allocated.gross * taxed.rate_ppm + 1000000, 2000000) AS withheld
    FROM allocated
    LEFT JOIN taxed USING (country, kind, documents)
)"""


@dataclass(frozen=True)
class Terms:
    """What an allocation is made of. Exactly one of the rate (minor units per share) and the pot is given.

    ``accounts`` are those that justify it, where they are known; nobody's entitlement depends on them.
    """

    share_class_id: int
    currency: str
    rate_minor: Decimal | None
    pot_minor: int | None
    rounding: Rounding
    record_at: datetime
    pay_on: date
    minimum_minor: int = 0
    accounts: RelevantAccounts | None = None


def terms_of(declaration: Declaration) -> Terms:
    """Return the terms of a declaration."""
    return Terms(
        share_class_id=declaration.share_class_id,
        currency=declaration.currency,
        rate_minor=declaration.rate_minor,
        pot_minor=declaration.pot_minor,
        rounding=Rounding(declaration.rounding),
        record_at=declaration.record_at,
        pay_on=declaration.pay_on,
        minimum_minor=declaration.minimum_minor,
        accounts=declaration.accounts,
    )


def refuse_amount(*, rate_minor: Decimal | None, pot_minor: int | None, rounding: Rounding | None = None) -> None:
    """Raise `RuleRefuses` for what a column would round silently, and for a rounding that does not go with it."""
    if (rate_minor is None) == (pot_minor is None):
        raise RuleRefuses(Code.RATE_OR_POT)
    if pot_minor is not None and pot_minor <= 0:
        raise RuleRefuses(Code.POT_NOT_POSITIVE)
    if rounding is not None and (rounding == Rounding.LARGEST_REMAINDER) != (pot_minor is not None):
        raise RuleRefuses(Code.ROUNDING_NEEDS_RATE if pot_minor is not None else Code.ROUNDING_NEEDS_POT)
    if rate_minor is not None:
        try:
            rate_trillionths(rate_minor)
        except RuleBroken as error:
            raise RuleRefuses(error.code) from error


def measured_sql(terms: Terms) -> str:
    """Return the common table expressions up to ``measured``: holders, their tax, and what each is owed exactly."""
    brought = BROUGHT if _fractions_were_carried(terms.currency) else BROUGHT_NOTHING
    exact = EXACT_RATE if terms.rate_minor is not None else EXACT_POT
    return f"WITH {TAXED.format(brought=brought, holdings=HOLDINGS)}, {exact}"


def entitled_sql(terms: Terms) -> str:
    """Return the common table expressions up to ``entitled``: one row for each holder, nothing left to compute.

    Without a rule of withholding, or with rules that clash, ``rule_id`` is null.
    """
    is_carried = terms.rounding == Rounding.CARRY
    carried = "mod(allocated.exact_minor + allocated.brought, 1)" if is_carried else "allocated.brought"
    return f"{measured_sql(terms)}, {ROWS.format(gross=GROSS[terms.rounding], carried=carried)}"


def values_of(terms: Terms) -> dict[str, Any]:
    """Return the values that the texts ask for."""
    return {
        **holdings_values(share_class_id=terms.share_class_id, record_at=terms.record_at),
        "rate": terms.rate_minor,
        "pot": terms.pot_minor,
        "currency": terms.currency,
        "pay_on": terms.pay_on,
        "income": Income.DIVIDEND.value,
        "issuer_country": settings.ISSUER_COUNTRY,
    }


def _fractions_were_carried(currency: str) -> bool:
    """Return whether any earlier dividend carried fractions: if none did, a million look-ups are spared."""
    return Declaration.objects.filter(
        currency=currency, rounding=Rounding.CARRY, state=DeclarationState.COMPUTED
    ).exists()
