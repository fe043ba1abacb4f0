"""How much tax is kept back of a creator's royalty, by the rules that stand in the data.

In the United Kingdom the payer deducts the basic rate from royalties when the owner's usual place of abode is abroad
(ITA 2007 s.906); an agreement not to deduct is void (s.909). Rates are dated rows (`WithholdingRule`), never constants.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import Q

from accounts.enums import PartyKind
from accounts.models import Party, PartyMember, PrivateContact
from dividends.enums import Income
from dividends.models import TaxDocument, WithholdingRule
from dividends.rules.refusals import RuleBroken
from dividends.rules.withholding import Basis, Evidence, HolderKind, NoRule, Rule, rule_for
from equity.models import MemberParticulars


@dataclass(frozen=True)
class RoyaltyTax:
    """By which rule is kept back from a creator; without one, ``problem`` is why nothing can be paid.

    ``problem`` is ``country`` (nobody knows where they live), ``rule`` (no rule covers it) or ``clash``.
    """

    country: str
    rule: WithholdingRule | None
    problem: str = ""


def royalty_taxes(parties: Iterable[Party], *, on: date) -> dict[int, RoyaltyTax]:
    """Return by party how its royalties are taxed on the day of payment. A handful of queries for all of them."""
    people = {party.pk: party for party in parties}
    countries = residences(people)
    rows = list(
        WithholdingRule.objects.filter(
            Q(valid_to=None) | Q(valid_to__gt=on),
            income=Income.ROYALTY,
            issuer_country=settings.ISSUER_COUNTRY,
            valid_from__lte=on,
        ).order_by("pk")
    )
    rules = {_rule(row): row for row in rows}
    documents = _documents(people)
    return {pk: _tax(party, countries.get(pk, ""), rules, documents.get(pk, []), on) for pk, party in people.items()}


def _tax(
    party: Party, country: str, rules: dict[Rule, WithholdingRule], evidence: list[Evidence], on: date
) -> RoyaltyTax:
    if not country:
        return RoyaltyTax("", None, "country")
    kind = HolderKind.ORGANISATION if party.kind == PartyKind.ORGANISATION else HolderKind.PERSON
    try:
        rule = rule_for(
            rules,
            issuer_country=settings.ISSUER_COUNTRY,
            holder_country=country,
            holder_kind=kind,
            evidence=evidence,
            on=on,
        )
    except NoRule:
        return RoyaltyTax(country, None, "rule")
    except RuleBroken:
        return RoyaltyTax(country, None, "clash")
    return RoyaltyTax(country, rules[rule])


def _rule(row: WithholdingRule) -> Rule:
    return Rule(
        issuer_country=row.issuer_country,
        holder_country=row.holder_country,
        holder_kind=HolderKind(row.holder_kind),
        rate_ppm=row.rate_ppm,
        basis=Basis(row.basis),
        evidence=row.evidence,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        source=row.source,
    )


def _documents(parties: dict[int, Party]) -> dict[int, list[Evidence]]:
    found: dict[int, list[Evidence]] = {}
    for row in TaxDocument.objects.filter(party__in=parties, refused_at=None).order_by("pk"):
        found.setdefault(row.party_id, []).append(Evidence(row.kind, "", row.valid_from, row.valid_until))
    return found


def residences(parties: dict[int, Party]) -> dict[int, str]:
    """Return by party where each lives: what they told us, else the register, else the first-named of a joint set."""
    first_named = dict(PartyMember.objects.filter(joint__in=parties, position=1).values_list("joint_id", "person_id"))
    asked = {*parties, *first_named.values()}
    told = dict(PrivateContact.objects.filter(party__in=asked).exclude(country="").values_list("party_id", "country"))
    entered = MemberParticulars.objects.filter(member__party__in=parties).order_by("effective_on", "entered_at")
    registered = dict(entered.values_list("member__party_id", "country"))
    found = {pk: told.get(pk) or registered.get(pk) or told.get(first_named.get(pk, 0), "") for pk in parties}
    return {pk: country for pk, country in found.items() if country}
