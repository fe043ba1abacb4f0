"""Entitlements of a register, computed by one statement and held against the pure rules row by row."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock
from core.transactions import atomic
from dividends.enums import Rounding
from dividends.errors import NothingToDeclare, NoWithholdingRule, WithholdingRulesClash
from dividends.integrity import findings
from dividends.models import Declaration, WithholdingRule
from dividends.queries.allocation import entitled_sql, values_of
from dividends.queries.dry_run import Terms, dry_run
from dividends.queries.withholding import as_rule
from dividends.rules import allocation
from dividends.rules.allocation import Allocation, Row
from dividends.rules.measure import Holding
from dividends.rules.preview import preview
from dividends.rules.refusals import RuleBroken
from dividends.rules.withholding import Evidence, HolderKind, NoRule, Rule, rule_for, withheld_minor
from dividends.services.declarations import compute_entitlements
from ledger.integrity import findings as ledger_findings
from tests.dividends import random_registers as drawn
from tests.factories.dividends import Dividend, amount_of, make_dividend, next_dividend, propose

pytestmark = pytest.mark.django_db
DAY = date(2026, 7, 1)
EXAMPLES = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
NO_TAX = drawn.RuleDraft("", "", "", 0, begins=-9, lasts=None)


@dataclass
class Ground:
    """A carried resolution, after which each example has its own, and parties that may hold shares; no rule of tax."""

    rate: Dividend
    pool: drawn.Pool


@pytest.fixture
def ground() -> Iterator[Ground]:
    with override_settings(ISSUER_COUNTRY=drawn.ISSUER):
        rate = make_dividend(step="carried", holdings=(3,))
        yield Ground(rate, drawn.make_pool(rate.share_class, [(rate.members[0], 3)]))


@contextmanager
def taken_back() -> Iterator[datetime]:
    """Give a record moment; whatever the example writes is gone after it."""
    with transaction.atomic():
        yield clock.now() - timedelta(minutes=1)
        transaction.set_rollback(True)


def run(dividend: Dividend, record_at: datetime, **terms: Any) -> Declaration:
    """Let the members resolve it, propose and compute."""
    dividend = next_dividend(dividend, step="carried", recommended=amount_of(terms))
    declaration = propose(dividend, record_at=record_at, pay_on=max(DAY, record_at.date()), **terms)
    with atomic():
        return compute_entitlements(declaration=declaration, by=dividend.finance, at=clock.now())


def allocate(holdings: list[Holding[int]], rounding: Rounding, **amount: Any) -> Allocation[int]:
    """Ask the pure rules."""
    return allocation.allocate(holdings, rounding=allocation.Rounding(rounding.value), **amount)


@EXAMPLES
@given(
    drafts=drawn.holders,
    rules=drawn.rules,
    base=st.lists(drawn.base_rules, max_size=1),
    rate=drawn.rates,
    rounding=st.sampled_from([Rounding.FLOOR, Rounding.CARRY]),
)
def test_entitlements_of_a_rate_are_those_of_the_pure_rules(ground, drafts, rules, base, rate, rounding) -> None:
    check(ground.rate, ground.pool, drafts, [*rules, *base], rate_minor=rate, rounding=rounding)


@EXAMPLES
@given(drafts=drawn.holders, rules=drawn.rules, base=st.lists(drawn.base_rules, max_size=1), pot=drawn.pots)
def test_entitlements_of_a_pot_are_those_of_the_pure_rules(ground, drafts, rules, base, pot) -> None:
    rounding = Rounding.LARGEST_REMAINDER

    check(ground.rate, ground.pool, drafts, [*rules, *base], pot_minor=pot, rounding=rounding)


def check(
    dividend: Dividend, pool: drawn.Pool, drafts: Sequence[drawn.HolderDraft], rules: Sequence[drawn.RuleDraft],
    *, rounding: Rounding, **amount: Any,
) -> None:  # fmt: skip
    """Compute by the pure rules and by the database, and compare the rows, the totals, or the refusals."""
    with taken_back() as record_at:
        pay_on = max(DAY, record_at.date())
        drawn.write_register(pool, drafts, record_at=record_at)
        told = drawn.write_rules(rules, pay_on=pay_on)
        documents = drawn.write_documents(pool, drafts, pay_on=pay_on)
        expected = allocate(drawn.holdings_of(pool, drafts), rounding, **amount)
        rates, refusal = taxes_of(pool, drafts, told, documents, on=pay_on)
        if refusal or expected.gross_total + expected.residue_minor + int(expected.carried_total) == 0:
            with pytest.raises(refusal or NothingToDeclare):
                run(dividend, record_at, rounding=rounding, **amount)
            return

        declaration = run(dividend, record_at, rounding=rounding, **amount)

        rows = [as_row(row, *rates[row.key]) for row in expected.rows]
        assert rows_of(declaration) == rows
        assert totals_of(declaration) == expected_totals(expected, rows)
        assert declaration.snapshot_sha256 == sha256_of(rows)
        assert [*findings(), *ledger_findings()] == []


def taxes_of(
    pool: drawn.Pool, drafts: Sequence[drawn.HolderDraft], rules: list[Rule], documents: dict[int, list[Evidence]],
    *, on: date,
) -> tuple[dict[int, tuple[str, int]], type[Exception] | None]:  # fmt: skip
    """Return country and rate by member number, and the refusal that is due; rules that clash come before none."""
    rates, refusals = {}, set()
    for number, (party, country, kind) in drawn.residents_of(pool, drafts).items():
        try:
            rule = rule_for(
                rules,
                issuer_country=drawn.ISSUER,
                holder_country=country,
                holder_kind=kind,
                evidence=documents.get(party.pk, []),
                on=on,
            )
            rates[number] = (country, rule.rate_ppm)
        except NoRule:
            refusals.add(NoWithholdingRule)
        except RuleBroken:
            refusals.add(WithholdingRulesClash)
    return rates, max(refusals, key=lambda refusal: refusal is WithholdingRulesClash, default=None)


@settings(EXAMPLES, max_examples=50)
@given(drafts=drawn.documented_holders, rules=drawn.crowded_rules)
def test_rule_of_each_holder_is_that_of_the_pure_rules(ground, drafts, rules) -> None:
    with taken_back() as record_at:
        drawn.write_register(ground.pool, drafts, record_at=record_at)
        told = drawn.write_rules(rules, pay_on=DAY)
        documents = drawn.write_documents(ground.pool, drafts, pay_on=DAY)

        found = rules_found(terms_for(ground, record_at, rounding=Rounding.FLOOR, rate_minor=Decimal(1)))

        assert found == {
            number: find_rule(told, country, kind, documents.get(party.pk, []))
            for number, (party, country, kind) in drawn.residents_of(ground.pool, drafts).items()
        }


def rules_found(terms: Terms) -> dict[int, Rule | None]:
    """Return by member number the rule that the database chose."""
    with connection.cursor() as cursor:
        cursor.execute(f"{entitled_sql(terms)} SELECT number, rule_id FROM entitled", values_of(terms))
        chosen = dict(cursor.fetchall())
    rows = WithholdingRule.objects.in_bulk(set(chosen.values()) - {None})
    return {number: rule and as_rule(rows[rule]) for number, rule in chosen.items()}


def find_rule(rules: list[Rule], country: str, kind: HolderKind, evidence: list[Evidence]) -> Rule | None:
    """Ask the pure rules."""
    try:
        return rule_for(
            rules, issuer_country=drawn.ISSUER, holder_country=country, holder_kind=kind, evidence=evidence, on=DAY
        )
    except NoRule:
        return None


def as_row(row: Row[int], country: str, rate_ppm: int) -> tuple[Any, ...]:
    """Return the pure rules' row with its tax, as `rows_of` reads it."""
    tax = withheld_minor(row.gross_minor, rate_ppm)
    owed = (row.key, row.shares, row.exact_minor, row.brought_fraction, row.gross_minor, row.carried_fraction)
    return (*owed, country, rate_ppm, tax, row.gross_minor - tax)


def rows_of(declaration: Declaration) -> list[tuple[Any, ...]]:
    """Return what the database made, by member number."""
    return list(
        declaration.entitlements.order_by("member__number").values_list(
            "member__number", "shares", "exact_minor", "brought_fraction", "gross_minor", "carried_fraction",
            "country", "withheld_ppm", "withheld_minor", "net_minor",
        )
    )  # fmt: skip


def totals_of(declaration: Declaration) -> tuple[Any, ...]:
    declaration.refresh_from_db()
    return (
        declaration.holders_count, declaration.shares_total, declaration.exact_total, declaration.gross_total_minor,
        declaration.withheld_total_minor, declaration.residue_minor, declaration.residue_fraction,
    )  # fmt: skip


def expected_totals(expected: Allocation[int], rows: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    return (
        len(rows), expected.total_shares, expected.exact_total, expected.gross_total, sum(row[8] for row in rows),
        expected.residue_minor, expected.residue_fraction,
    )  # fmt: skip


def sha256_of(rows: list[tuple[Any, ...]]) -> str:
    """Redo the fingerprint as whoever holds the list would, by `dividends.queries.entitlements.SNAPSHOT`."""
    written = [[f"{value:.12f}" if isinstance(value, Decimal) else str(value) for value in row] for row in rows]
    return hashlib.sha256("\n".join("|".join(row) for row in written).encode()).hexdigest()


@EXAMPLES
@given(
    drafts=drawn.holders,
    first=drawn.rates,
    second=drawn.rates,
    pot=drawn.pots,
    rounding=st.sampled_from(list(Rounding)),
    minimum=st.integers(0, 1000),
)
def test_fractions_are_brought_and_carried_as_by_the_pure_rules(
    ground, drafts, first, second, pot, rounding, minimum
) -> None:
    is_pot = rounding == Rounding.LARGEST_REMAINDER
    amount: dict[str, Any] = {"pot_minor": pot} if is_pot else {"rate_minor": second}
    with taken_back() as record_at:
        drawn.write_register(ground.pool, drafts, record_at=record_at)
        drawn.write_rules([NO_TAX], pay_on=DAY)
        earlier = allocate(drawn.holdings_of(ground.pool, drafts), Rounding.CARRY, rate_minor=first)
        try:
            run(ground.rate, record_at, rounding=Rounding.CARRY, rate_minor=first)
        except NothingToDeclare:
            assert earlier.exact_total < 1
            return
        brought = {row.key: row.carried_fraction for row in earlier.rows}
        holdings = drawn.holdings_of(ground.pool, drafts, brought)
        terms = terms_for(ground, record_at, rounding=rounding, minimum_minor=minimum, **amount)

        tried = dry_run(terms)

        assert tried.preview == preview(holdings, minimum_minor=minimum, **amount)
        check_second(ground, holdings, record_at, rounding=rounding, **amount)


def terms_for(ground: Ground, record_at: datetime, **terms: Any) -> Terms:
    """Return terms that were never proposed."""
    blank = {"rate_minor": None, "pot_minor": None, "currency": "GBP", "pay_on": DAY, "record_at": record_at}
    return Terms(**{**blank, "share_class_id": ground.rate.share_class.pk, **terms})


def check_second(
    ground: Ground, holdings: list[Holding[int]], record_at: datetime, *, rounding: Rounding, **amount: Any
) -> None:
    """Compute a second dividend on top of what the first carried."""
    expected = allocate(holdings, rounding, **amount)
    try:
        declaration = run(ground.rate, record_at, rounding=rounding, **amount)
    except NothingToDeclare:
        assert expected.gross_total == 0
        return

    assert rows_of(declaration) == [as_row(row, *country_and_none(declaration, row)) for row in expected.rows]
    assert [*findings(), *ledger_findings()] == []


def country_and_none(declaration: Declaration, row: Row[int]) -> tuple[str, int]:
    return declaration.entitlements.get(member__number=row.key).country, 0
