"""A dividend tried out before anything is written: what it costs, who gets nothing, what it waits for.

Everything is counted by aggregates over the same rows that `dividends.services.entitlements` would write; the figures
of each rounding are those of `dividends.rules.preview`, which a property test holds against them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, localcontext
from math import floor
from typing import Any

from django.db import connection

from core import clock
from core.planning import planned_for_many
from dividends.errors import NobodyEntitled
from dividends.queries.allocation import Terms, entitled_sql, measured_sql, refuse_amount, terms_of, values_of
from dividends.queries.owed import OPEN, Owed, Tally, begins_on
from dividends.queries.reserves import reserves_of, taken_minor
from dividends.rules.measure import Method
from dividends.rules.preview import Outcome, Preview
from dividends.rules.reserves import Reserves
from dividends.rules.scale import EXACT
from equity.queries.record_date import HOLDINGS, record_day

__all__ = ["DryRun", "Lapse", "TaxLine", "Terms", "dry_run", "terms_of"]

UNITS = {
    Method.FLOOR: "whole",
    Method.CARRY: "floor(exact_minor + brought)",
    Method.LARGEST_REMAINDER: "whole + CASE WHEN place <= {given_out} - SUM(whole) OVER () THEN 1 ELSE 0 END",
    Method.HALF_EVEN: "whole + CASE WHEN 2 * remainder > total OR 2 * remainder = total AND mod(whole, 2) = 1 "
    "THEN 1 ELSE 0 END",
    Method.HALF_UP: "whole + CASE WHEN 2 * remainder >= total THEN 1 ELSE 0 END",
}
OUTCOMES = """
{measured}, ranked AS (
    SELECT measured.*, row_number() OVER (ORDER BY remainder DESC, number) AS place FROM measured
), rounded AS (
    SELECT shares, exact_minor, brought, {units} FROM ranked
)
SELECT count(*), COALESCE(sum(shares), 0)::bigint, {exact_total}, sum(brought), {sums} FROM rounded
"""
SUMS = """sum({name})::bigint, count(*) FILTER (WHERE {name} = 0),
    count(*) FILTER (WHERE {name} > 0 AND {name} < %(minimum)s),
    COALESCE(sum({name}) FILTER (WHERE {name} > 0 AND {name} < %(minimum)s), 0)::bigint"""
# What a run would find, as `dividends.queries.owed` has it: this dividend on top of what is open already.
STANDING = f"""
{{entitled}}, open AS ({OPEN}), waits AS (
    SELECT open.party_id, sum(open.net_minor) AS sum_minor FROM open GROUP BY open.party_id
), standing AS (
    SELECT entitled.*, gross - COALESCE(withheld, 0) + COALESCE(waits.sum_minor, 0) AS sum_minor, mandate.usable_from
    FROM entitled LEFT JOIN waits ON waits.party_id = entitled.party_id
    LEFT JOIN payments_bankmandate mandate ON mandate.party_id = entitled.party_id AND mandate.ended_at IS NULL
)
SELECT country, CASE WHEN rule_id IS NULL THEN NULL ELSE rate_ppm END AS ppm, rule_id,
       CASE WHEN sum_minor = 0 THEN 'nothing' WHEN sum_minor < %(minimum)s THEN 'jar'
            WHEN usable_from IS NULL THEN 'waiting' WHEN usable_from > %(usable_at)s THEN 'held'
            ELSE 'payable' END AS what,
       count(*), sum(gross)::bigint, COALESCE(sum(withheld), 0)::bigint, sum(sum_minor)::bigint
FROM standing GROUP BY 1, 2, 3, 4
"""  # noqa: S608  our own text
# Documents a rule of the payment day asks for, good on the record day and lapsed by then, with no other of the kind.
LAPSES = f"""
SELECT register.number, party.display_name, document.kind, document.valid_until, register.shares
FROM dividends_taxdocument document
JOIN accounts_party party ON party.id = document.party_id
JOIN ({HOLDINGS}) register ON register.party_id = document.party_id
WHERE document.refused_at IS NULL AND document.valid_from <= %(record_day)s
  AND document.valid_until >= %(record_day)s AND document.valid_until < %(pay_on)s
  AND NOT EXISTS (
    SELECT 1 FROM dividends_taxdocument other WHERE other.party_id = document.party_id AND other.kind = document.kind
      AND other.refused_at IS NULL AND other.valid_from <= %(pay_on)s AND other.valid_until >= %(pay_on)s)
  AND EXISTS (
    SELECT 1 FROM dividends_withholdingrule rule WHERE rule.income = %(income)s
      AND rule.issuer_country = %(issuer_country)s AND rule.evidence = document.kind
      AND rule.holder_country IN ('', register.country) AND rule.holder_kind IN ('', register.kind)
      AND rule.valid_from <= %(pay_on)s AND (rule.valid_to IS NULL OR rule.valid_to > %(pay_on)s))
ORDER BY register.number
"""  # noqa: S608  our own text


@dataclass(frozen=True)
class TaxLine:
    """What is withheld from the holders who live in a country at one rate; without a rule the rate is None."""

    country: str
    rate_ppm: int | None
    rule_id: int | None
    count: int
    gross_minor: int
    withheld_minor: int


@dataclass(frozen=True)
class Lapse:
    """A holder's document that is good on the record day and no more on the payment day."""

    member_number: int
    name: str
    kind: str
    valid_until: date
    shares: int


@dataclass(frozen=True)
class DryRun:
    """What a dividend would be; amounts in minor units, those of ``outcome`` and below by the rounding of the terms.

    ``is_forecast``: the record moment lies ahead, so the register was read as it stands at ``read_at``. ``owed`` has
    what is open from earlier dividends in it, as a payment run would. ``reserves`` is None without accounts;
    ``left_minor`` is what may still be distributed afterwards, negative where the law refuses.
    """

    terms: Terms
    read_at: datetime
    is_forecast: bool
    preview: Preview
    outcome: Outcome
    taken_minor: int
    withheld_minor: int
    net_minor: int
    taxes: tuple[TaxLine, ...]
    owed: Owed
    lapses: tuple[Lapse, ...]
    reserves: Reserves | None

    @property
    def left_minor(self) -> int | None:
        """Return what may be distributed after this dividend; None without accounts."""
        return None if self.reserves is None else self.reserves.available_minor - self.taken_minor

    @property
    def countries_without_rule(self) -> tuple[str, ...]:
        """Return where holders live for whom no rule, or no single one, says what is withheld: nothing is computed."""
        return tuple(line.country for line in self.taxes if line.rule_id is None)


def dry_run(terms: Terms) -> DryRun:
    """Return what a dividend on these terms would be, from the register at the record moment or as it is now.

    Writes nothing. Raises `RuleRefuses` for a rate that is not exact or a rounding that does not go with it, and
    `NobodyEntitled`.
    """
    refuse_amount(rate_minor=terms.rate_minor, pot_minor=terms.pot_minor, rounding=terms.rounding)
    now = clock.now()
    with planned_for_many():
        preview = _preview(terms)
        taxes, owed = _standing(terms)
    outcome = preview.outcome(Method(terms.rounding.value))
    withheld = sum(line.withheld_minor for line in taxes)
    return DryRun(
        terms=terms,
        read_at=min(now, terms.record_at),
        is_forecast=now < terms.record_at,
        preview=preview,
        outcome=outcome,
        taken_minor=taken_minor(preview.exact_total, outcome.gross_total, floor(outcome.residue)),
        withheld_minor=withheld,
        net_minor=outcome.gross_total - withheld,
        taxes=taxes,
        owed=owed,
        lapses=_lapses(terms),
        reserves=None if terms.accounts is None else reserves_of(terms.accounts),
    )


def _preview(terms: Terms) -> Preview:
    """Return the outcome of each method by one pass over the holdings."""
    is_pot = terms.pot_minor is not None
    methods = [method for method in Method if not (is_pot and method == Method.CARRY)]
    # Of a pot, the exact sum is the pot, though each share was cut down to twelve decimals.
    given_out = "%(pot)s" if is_pot else "floor(SUM(exact_minor) OVER ())"
    sql = OUTCOMES.format(
        measured=measured_sql(terms),
        units=", ".join(
            f"({UNITS[method].format(given_out=given_out)})::bigint AS {method.value}" for method in methods
        ),
        exact_total="%(pot)s::numeric(38, 12)" if is_pot else "sum(exact_minor)",
        sums=", ".join(SUMS.format(name=method.value) for method in methods),
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, {**values_of(terms), "minimum": terms.minimum_minor})
        holders, shares, exact_total, brought, *figures = cursor.fetchone()
    if not holders:
        raise NobodyEntitled()
    groups = zip(methods, (figures[place : place + 4] for place in range(0, len(figures), 4)), strict=True)
    with localcontext(EXACT):
        outcomes = tuple(_outcome(method, exact_total, brought, group) for method, group in groups)
    return Preview(holders, shares, exact_total, outcomes)


def _outcome(method: Method, exact_total: Decimal, brought: Decimal, figures: Iterable[int]) -> Outcome:
    gross, nothing, below, below_minor = figures
    rest = exact_total + brought - gross
    carried = rest if method == Method.CARRY else brought
    return Outcome(method, gross, rest - carried, carried, nothing, below, below_minor)


def _standing(terms: Terms) -> tuple[tuple[TaxLine, ...], Owed]:
    """Return what is withheld by country, and what would become of everything that is owed then."""
    values: dict[str, Any] = {
        **values_of(terms),
        "minimum": terms.minimum_minor,
        "usable_at": begins_on(terms.pay_on),
        "due_on": terms.pay_on,
        "party": None,
    }
    with connection.cursor() as cursor:
        cursor.execute(STANDING.format(entitled=entitled_sql(terms)), values)
        rows = cursor.fetchall()
    taxes: dict[tuple[Any, ...], list[int]] = {}
    tallies: dict[str, list[int]] = {}
    for country, ppm, rule, what, count, gross, withheld, total in rows:
        _add(taxes, (country, ppm, rule), count, gross, withheld)
        _add(tallies, what, count, total)
    owed = Owed(*(Tally(*tallies.get(what, (0, 0))) for what in ("payable", "jar", "waiting", "held")))
    return _tax_lines(taxes), owed


def _add(found: dict[Any, list[int]], key: Any, *figures: int) -> None:
    found[key] = [sum(pair) for pair in zip(found.get(key, [0] * len(figures)), figures, strict=True)]


def _tax_lines(taxes: dict[tuple[Any, ...], list[int]]) -> tuple[TaxLine, ...]:
    """Those without a rule first, for they stop everything; then by the largest sum and the highest rate."""
    lines = (TaxLine(*key, *sums) for key, sums in taxes.items())
    return tuple(sorted(lines, key=_place_of))


def _place_of(line: TaxLine) -> tuple[bool, int, str, int]:
    return line.rule_id is not None, -line.gross_minor, line.country, -(line.rate_ppm or 0)


def _lapses(terms: Terms) -> tuple[Lapse, ...]:
    with connection.cursor() as cursor:
        cursor.execute(LAPSES, {**values_of(terms), "record_day": record_day(terms.record_at)})
        return tuple(Lapse(*row) for row in cursor.fetchall())
