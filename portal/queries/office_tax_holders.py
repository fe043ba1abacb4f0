"""Holders found for a tax document: members, and creators who hold no shares."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise

from accounts.enums import PartyKind
from accounts.models import Party
from dividends.models import RoyaltyShare
from dividends.queries.royalty_taxes import residences
from dividends.queries.statement_words import country_name
from equity.models import Application, Member
from payments.models import Payout
from portal.queries.office_tax import named

FOUND_MAX = 20


@dataclass(frozen=True)
class HolderLine:
    """A holder among those found: by which the office tells two of the same name apart. ``number`` as a member."""

    party: Party
    number: int | None
    kind: str | Promise
    country: str


def holders() -> QuerySet[Party]:
    """Return whoever can be paid a dividend or a royalty, with the member they are."""
    is_member = Exists(Member.objects.filter(party=OuterRef("pk")))
    is_creator = Exists(RoyaltyShare.objects.filter(party=OuterRef("pk")))
    return Party.objects.filter(Q(is_member) | Q(is_creator)).select_related("member")


def holders_found(search: str) -> tuple[list[HolderLine], bool]:
    """Return the holders by name, member number, or reference of an application or a payment, and whether more are.

    Four queries, whatever is found; twenty holders at most.
    """
    words = search.strip()
    if not words:
        return [], False
    applications = Application.objects.filter(public_id=words)
    paid = Payout.objects.filter(reference__iexact=words)
    match = (
        named(words)
        | Q(pk__in=applications.filter(holder__isnull=False).values("holder"))
        | Q(pk__in=applications.filter(holder=None).values("applicant"))
        | Q(pk__in=paid.values("party"))
    )
    found = list(holders().filter(match).order_by("name_sort", "pk")[: FOUND_MAX + 1])
    countries = residences({party.pk: party for party in found})
    lines = [holder_line(party, countries.get(party.pk, "")) for party in found[:FOUND_MAX]]
    return lines, len(found) > FOUND_MAX


def holder_line(party: Party, country: str) -> HolderLine:
    """Return the holder in words; ``country`` is empty where nobody knows it."""
    member = getattr(party, "member", None)
    return HolderLine(
        party=party,
        number=member.number if member else None,
        kind=PartyKind(party.kind).label,
        country=country_name(country) if country else "",
    )
