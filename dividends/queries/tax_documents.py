"""Holders' tax documents: which of them run out, whose tax depends on them, and what a document changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db.models import (
    Case,
    Count,
    DateField,
    Exists,
    ExpressionWrapper,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, NullIf

from accounts.enums import PartyKind
from accounts.models import Party, PartyMember
from dividends.enums import HolderKind, Income
from dividends.models import RoyaltyShare, TaxDocument, WithholdingRule
from dividends.queries.royalty_taxes import residences
from dividends.queries.withholding import as_evidence, as_rule, documents_on, rules_on
from dividends.rules import withholding
from dividends.rules.refusals import RuleBroken
from equity.models import Lot, Member, MemberParticulars

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Expiry:
    """Documents of a kind that run out on the same day; ``name`` is one holder's among them."""

    kind: str
    valid_until: date
    holders: int
    name: str


@dataclass(frozen=True)
class Effect:
    """What a document of a kind changes for a holder: the rates without and with it, in parts per million.

    A rate is None where no rule, or no single one, covers the holder: then nothing can be paid at all.
    """

    income: Income
    evidence: str
    without_ppm: int | None
    with_ppm: int | None


def evidence_names(on: date) -> list[str]:
    """Return the documents that a rule of the company's country asks for on the day or will ask for later."""
    rules = WithholdingRule.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=on), issuer_country=settings.ISSUER_COUNTRY
    )
    return list(rules.exclude(evidence="").order_by("evidence").values_list("evidence", flat=True).distinct())


def followers() -> QuerySet[TaxDocument]:
    """Return what goes on where another document ends, for a subquery: of the same holder and kind, without a gap."""
    day_after = ExpressionWrapper(OuterRef("valid_until") + ONE_DAY, output_field=DateField())
    return TaxDocument.objects.filter(
        party=OuterRef("party"),
        kind=OuterRef("kind"),
        refused_at=None,
        valid_from__lte=day_after,
        valid_until__gt=OuterRef("valid_until"),
    )


def with_followers(rows: QuerySet[TaxDocument]) -> QuerySet[TaxDocument]:
    """Annotate ``followed_until``: until when the next document of the kind counts without a gap, if there is one."""
    return rows.annotate(followed_until=Subquery(followers().order_by("-valid_until").values("valid_until")[:1]))


def expiries(first: date, last: date) -> list[Expiry]:
    """Return what runs out between the days, both included, and is missed: a rule asks for it, no other follows.

    A rule about dividends is missed by whoever holds shares, one about royalties by a creator. One query.
    """
    rows = TaxDocument.objects.filter(~Exists(followers()), refused_at=None, valid_until__range=(first, last))
    rows = rows.annotate(**_home())
    found = rows.filter(Exists(_depending())).values("kind", "valid_until")
    counted = found.annotate(holders=Count("party", distinct=True), name=Min("party__display_name"))
    return [Expiry(**row) for row in counted.order_by("valid_until", "kind")]


def _home() -> dict[str, Coalesce | Case]:
    """Where a document's holder lives and what kind it is, as a rule asks: see `equity.queries.record_date`."""
    register = MemberParticulars.objects.filter(member__party=OuterRef("party")).order_by(
        "-effective_on", "-entered_at"
    )
    named = PartyMember.objects.filter(joint=OuterRef("party"), position=1).exclude(person__contact__country="")
    return {
        "country": Coalesce(
            NullIf("party__contact__country", Value("")),
            NullIf(Subquery(register.values("country")[:1]), Value("")),
            Subquery(named.values("person__contact__country")[:1]),
            Value(""),
        ),
        "holder_kind": Case(
            When(party__kind=PartyKind.ORGANISATION, then=Value(HolderKind.ORGANISATION.value)),
            default=Value(HolderKind.PERSON.value),
        ),
    }


def _depending() -> QuerySet[WithholdingRule]:
    """Rules of the day after that ask for the document of such a holder, about an income that the holder has."""
    day_after = ExpressionWrapper(OuterRef("valid_until") + ONE_DAY, output_field=DateField())
    holding = Lot.objects.filter(account__member__party=OuterRef(OuterRef("party")), end__isnull=True)
    creating = RoyaltyShare.objects.filter(party=OuterRef(OuterRef("party")))
    return WithholdingRule.objects.filter(
        Q(holder_country="") | Q(holder_country=OuterRef("country")),
        Q(holder_kind="") | Q(holder_kind=OuterRef("holder_kind")),
        Q(valid_to=None) | Q(valid_to__gt=day_after),
        Q(Exists(holding), income=Income.DIVIDEND) | Q(Exists(creating), income=Income.ROYALTY),
        issuer_country=settings.ISSUER_COUNTRY,
        evidence=OuterRef("kind"),
        valid_from__lte=day_after,
    )


def incomes_of(party: Party) -> list[Income]:
    """Return what the party can be paid: dividends as a member, royalties as a creator."""
    is_member = Member.objects.filter(party=party).exists()
    is_creator = RoyaltyShare.objects.filter(party=party).exists()
    return [income for income, has in ((Income.DIVIDEND, is_member), (Income.ROYALTY, is_creator)) if has]


def effects_of(party: Party, country: str, kinds: Iterable[str], *, on: date) -> list[Effect]:
    """Return what documents of these kinds change for the holder on the day, beside those that count already.

    Kinds that no rule asks of such a holder are left out. Seven queries at most, whatever the number of rules.
    """
    held = [as_evidence(row) for row in documents_on(on, party_id=party.pk)]
    about = (country, HolderKind.ORGANISATION if party.kind == PartyKind.ORGANISATION else HolderKind.PERSON)
    found = []
    for income in incomes_of(party):
        rules = [as_rule(row) for row in rules_on(on, income=income)]
        for kind in kinds:
            if any(_is_about(rule, kind, *about) for rule in rules):
                others = [one for one in held if one.kind != kind]
                shown = withholding.Evidence(kind=kind, country="", valid_from=on, valid_until=on)
                without, with_it = (_rate(rules, *about, proofs, on) for proofs in (others, [*others, shown]))
                found.append(Effect(income, kind, without, with_it))
    return found


def country_of(party: Party) -> str:
    """Return where the holder lives, as far as anybody knows."""
    return residences({party.pk: party}).get(party.pk, "")


def _is_about(rule: withholding.Rule, evidence: str, country: str, kind: HolderKind) -> bool:
    return (
        rule.evidence == evidence
        and rule.holder_country in ("", country)
        and rule.holder_kind in (withholding.HolderKind.ANY, kind)
    )


def _rate(
    rules: Sequence[withholding.Rule],
    country: str,
    kind: HolderKind,
    evidence: Sequence[withholding.Evidence],
    on: date,
) -> int | None:
    try:
        return withholding.rule_for(
            rules,
            issuer_country=settings.ISSUER_COUNTRY,
            holder_country=country,
            holder_kind=withholding.HolderKind(kind),
            evidence=evidence,
            on=on,
        ).rate_ppm
    except RuleBroken:
        return None
