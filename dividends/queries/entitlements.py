"""How an entitlement came about: everything its holder needs to redo the sum by hand."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import QuerySet

from ballots.models import Contest
from dividends.models import Declaration, Entitlement, Recommendation, WithholdingRule
from dividends.queries.statement_sum import steps_of
from dividends.rules.statement_facts import Step
from equity.queries.record_date import record_day, register_sha256_at

WITH = (
    "declaration__recommendation__contest",
    "declaration__share_class",
    "declaration__accounts",
    "member",
    "party",
    "withholding_rule",
)
# Binds every figure of every row, by member number; whole amounts, fractions and exact amounts with twelve decimals:
# "number|shares|exact|brought|gross|carried|country|ppm|withheld|net", lines ended by a line feed but for the last.
SNAPSHOT = """encode(sha256(convert_to(string_agg(concat_ws('|', member.number, owed.shares, owed.exact_minor,
    owed.brought_fraction, owed.gross_minor, owed.carried_fraction, owed.country, owed.withheld_ppm,
    owed.withheld_minor, owed.net_minor), E'\n' ORDER BY member.number), 'UTF8')), 'hex')"""


@dataclass(frozen=True)
class Explanation:
    """An entitlement with where each figure comes from.

    ``steps`` is the sum, line by line. The shares are those of ``record_day`` as known at ``record_at``; the register's
    chain ended there with ``register_sha256``. The rate or pot was declared by ``resolution`` (on ``declared_at``), at
    most what ``recommendation`` says. ``brought_from`` is the earlier entitlement that left a fraction. ``rule`` and
    ``withheld_ppm`` say what was withheld and why; ``snapshot_sha256`` binds the figures of all holders.
    """

    entitlement: Entitlement
    steps: tuple[Step, ...]
    record_at: datetime
    record_day: date
    register_sha256: str
    recommendation: Recommendation
    resolution: Contest
    declared_at: datetime | None
    brought_from: Entitlement | None
    rule: WithholdingRule
    withheld_ppm: int
    snapshot_sha256: str


def entitlements_of(party_id: int) -> QuerySet[Entitlement]:
    """Return what the party was ever entitled to, newest first."""
    return Entitlement.objects.filter(party_id=party_id).select_related(*WITH).order_by("-pk")


def explanation_of(entitlement: Entitlement) -> Explanation:
    """Return how the entitlement was computed; raises `rules.refusals.RuleBroken` for figures that do not add up."""
    entitlement = Entitlement.objects.select_related(*WITH).get(pk=entitlement.pk)
    declaration = entitlement.declaration
    recommendation = declaration.recommendation
    return Explanation(
        entitlement=entitlement,
        steps=steps_of(entitlement),
        record_at=declaration.record_at,
        record_day=record_day(declaration.record_at),
        register_sha256=register_sha256_at(declaration.record_at),
        recommendation=recommendation,
        resolution=recommendation.contest,
        declared_at=recommendation.contest.declared_at,
        brought_from=_brought_from(entitlement),
        rule=entitlement.withholding_rule,
        withheld_ppm=entitlement.withheld_ppm,
        snapshot_sha256=declaration.snapshot_sha256,
    )


def snapshot_sha256(declaration: Declaration) -> str:
    """Return the fingerprint of the entitlements as they stand now; empty when there are none."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {SNAPSHOT} FROM dividends_entitlement owed "  # noqa: S608  our own text
            "JOIN equity_member member ON member.id = owed.member_id WHERE owed.declaration_id = %(declaration)s",
            {"declaration": declaration.pk},
        )
        return str(cursor.fetchone()[0] or "")


def _brought_from(entitlement: Entitlement) -> Entitlement | None:
    if not entitlement.brought_fraction:
        return None
    earlier = Entitlement.objects.filter(
        party_id=entitlement.party_id, declaration__currency=entitlement.declaration.currency, pk__lt=entitlement.pk
    )
    return earlier.select_related("declaration").order_by("-pk").first()
