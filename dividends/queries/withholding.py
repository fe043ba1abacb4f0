"""Rules of withholding and holders' documents as the pure rules read them."""

from datetime import date

from django.conf import settings
from django.db.models import Q, QuerySet

from dividends.enums import HolderKind, Income
from dividends.models import TaxDocument, WithholdingRule
from dividends.rules import withholding


def rules_on(day: date, *, income: str = Income.DIVIDEND) -> QuerySet[WithholdingRule]:
    """Return the rules of the company's country that hold on the day, the closest first."""
    standing = WithholdingRule.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=day),
        income=income,
        issuer_country=settings.ISSUER_COUNTRY,
        valid_from__lte=day,
    )
    return standing.order_by("-holder_country", "-holder_kind", "evidence", "-valid_from")


def rule_of(*, income: str, country: str, kind: HolderKind, party_id: int, on: date) -> WithholdingRule:
    """Return the rule by which is withheld from one holder on the day it is paid.

    Raises `rules.withholding.NoRule` where nobody said, and `rules.refusals.RuleBroken` where two rules disagree.
    """
    rows = {as_rule(row): row for row in rules_on(on, income=income)}
    chosen = withholding.rule_for(
        rows,
        issuer_country=settings.ISSUER_COUNTRY,
        holder_country=country,
        holder_kind=withholding.HolderKind(kind),
        evidence=[as_evidence(document) for document in documents_on(on, party_id=party_id)],
        on=on,
    )
    return rows[chosen]


def documents_on(day: date, *, party_id: int) -> QuerySet[TaxDocument]:
    """Return the holder's documents that count on the day."""
    return TaxDocument.objects.filter(
        party_id=party_id, refused_at=None, valid_from__lte=day, valid_until__gte=day
    ).order_by("kind", "-valid_until")


def as_rule(row: WithholdingRule) -> withholding.Rule:
    """Return the row as the pure rules read it."""
    return withholding.Rule(
        issuer_country=row.issuer_country,
        holder_country=row.holder_country,
        holder_kind=withholding.HolderKind(row.holder_kind),
        rate_ppm=row.rate_ppm,
        basis=withholding.Basis(row.basis),
        evidence=row.evidence,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        source=row.source,
    )


def as_evidence(document: TaxDocument) -> withholding.Evidence:
    """Return the document as the pure rules read it; which residence it proves is not kept apart from its holder's."""
    return withholding.Evidence(
        kind=document.kind, country="", valid_from=document.valid_from, valid_until=document.valid_until
    )
