"""Offers as people and the gate see them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, Min, Sum

from equity.enums import CompanyKind, CompanyState, MoneyHeld, OfferState, Preemption, PromotionBasis, RankKind
from equity.models import (
    Application,
    JurisdictionProfile,
    Offer,
    OfferDisclosure,
    OfferDocument,
    RankingLine,
    ShareClass,
)
from equity.queries.company import get_company, issued_shares
from equity.rules.digests import content_sha256
from equity.rules.publish_gate import GateFacts, Missing, missing
from equity.rules.ranking import Claim, accrued_minor, implied_value_minor, paid_ahead_minor

LIVE_DOCUMENT_ORDER = ("kind", "-version")
PROFILE_TEXTS = {"risk_warning", "risk_summary", "restricted", "high_net_worth", "self_certified", "quiz"}


@dataclass(frozen=True)
class RankedClaim:
    """A row of the ranking as shown today; amounts in minor units, grown to the day."""

    label: str
    label_vi: str
    kind: str
    amount_minor: int
    as_of_on: date
    growth_bps: int
    ahead: bool


def open_offers() -> list[Offer]:
    """Return the offers that take applications, the one that closes first in front."""
    return list(Offer.objects.filter(state=OfferState.OPEN).order_by("closes_at").select_related("capacity"))


def latest_documents(offer: Offer) -> list[OfferDocument]:
    """Return the newest version of each document."""
    documents = OfferDocument.objects.filter(offer=offer).order_by("kind", "-version").distinct("kind")
    return list(documents)


def ranked_claims(offer: Offer, *, on: date) -> list[RankedClaim]:
    """Return who is paid in which order, claims that grow shown at today's amount."""
    return [
        RankedClaim(
            label=line.label,
            label_vi=line.label_vi,
            kind=line.kind,
            amount_minor=accrued_minor(line.amount_minor, line.growth_bps, since=line.as_of_on, on=on),
            as_of_on=line.as_of_on,
            growth_bps=line.growth_bps,
            ahead=line.kind != RankKind.EQUAL,
        )
        for line in offer.ranking.order_by("position")
    ]


def ahead_minor(claims: list[RankedClaim]) -> int:
    """Return what must be paid before the buyer's class gets anything."""
    return paid_ahead_minor([Claim(claim.amount_minor, claim.ahead) for claim in claims])


def implied_value(offer: Offer) -> int:
    """Return the offer's implied value of the whole company before the offer, in minor units."""
    return implied_value_minor(offer.price_minor, sum(issued_shares().values()))


def shares_left(offer: Offer) -> int:
    """Return how many shares can still be chosen."""
    return offer.capacity.cap_shares - offer.capacity.kept_shares


def ranking_sha256(offer: Offer) -> str:
    """Return the hash of the ranking as it stands: what its two signatures are for."""
    return content_sha256({"ranking": list(_rows(offer.ranking.order_by("position")))})


def version_content(offer: Offer) -> dict[str, Any]:
    """Return everything that a director approves: terms, disclosure, ranking, uses, documents, the texts of the law."""
    disclosure = OfferDisclosure.objects.filter(offer=offer)
    return {
        "offer": next(_rows(Offer.objects.filter(pk=offer.pk), without=("state", "opened", "closed_at"))),
        "disclosure": list(_rows(disclosure)),
        "ranking": list(_rows(offer.ranking.order_by("position"))),
        "uses": list(_rows(offer.uses.order_by("position"))),
        "documents": sorted((document.kind, document.version, document.sha256) for document in latest_documents(offer)),
        "profile": list(_rows(JurisdictionProfile.objects.filter(pk=offer.profile_id))),
        "texts": list(_rows(offer.profile.texts.order_by("kind", "version"))),
    }


def version_sha256(offer: Offer) -> str:
    """Return the hash of the offer's exact version; any change of what people will read changes it."""
    return content_sha256(version_content(offer))


def _rows(rows: Any, without: tuple[str, ...] = ()) -> Any:
    for row in rows.values():
        yield {name: value for name, value in row.items() if not name.startswith(("id", "created", *without))}


def raised_in_window_minor(offer: Offer, *, on: date) -> int:
    """Return what the company took from the public in the profile's months before the day, other offers only."""
    since = on - timedelta(days=round(offer.profile.offer_cap_months * 30.44))
    total = (
        Application.objects.filter(state__in=["paid", "allotted"], paid_at__date__gt=since)
        .exclude(offer=offer)
        .aggregate(total=Sum(F("quantity") * F("price_minor")))["total"]
    )
    return int(total or 0)


def gate_facts(offer: Offer, *, on: date) -> GateFacts:
    """Collect what the publish gate looks at."""
    company = get_company()
    disclosure = OfferDisclosure.objects.filter(offer=offer).first() or OfferDisclosure(offer=offer)
    lines = list(offer.ranking.order_by("position"))
    uses = list(offer.uses.all())
    ranking = ranking_sha256(offer)
    return GateFacts(
        may_offer_to_public=company.kind in (CompanyKind.PLC, CompanyKind.COOPERATIVE),
        company_normal=company.state == CompanyState.NORMAL,
        promotion_approved=disclosure.promotion_basis == PromotionBasis.APPROVED
        and bool(disclosure.promotion_firm and disclosure.promotion_firm_number and disclosure.promotion_approved_on),
        promotion_exempt=disclosure.promotion_basis == PromotionBasis.EXEMPT and bool(disclosure.promotion_exemption),
        promotion_expires_on=disclosure.promotion_expires_on,
        authority_headroom_shares=offer.authority.max_shares - offer.authority.used_shares if offer.authority else None,
        authority_expires_on=offer.authority.expires_on if offer.authority else None,
        preemption_told=disclosure.preemption in Preemption.values and bool(disclosure.preemption_reference),
        refund_after_days=offer.profile.refund_after_days,
        interest_from_day=offer.profile.interest_from_day,
        ranking_kinds=tuple(line.kind for line in lines),
        ranking_oldest_on=min((line.as_of_on for line in lines), default=None),
        ranking_age_days_max=offer.profile.ranking_age_days_max,
        ranking_signatures=offer.ranking_signatures.filter(ranking_sha256=ranking)
        .values("signed_by")
        .distinct()
        .count(),
        classes_ahead=ShareClass.objects.filter(rank__lt=offer.share_class.rank).count(),
        classes_ahead_told=sum(line.kind == RankKind.PREFERRED for line in lines),
        accounts_complete=_accounts_complete(disclosure),
        price_minor=offer.price_minor,
        nominal_minor=int(-(-offer.share_class.nominal_minor // 1)),
        price_basis_told=bool(disclosure.price_basis),
        last_trade_told=disclosure.never_traded or disclosure.last_traded_on is not None,
        last_dividend_told=bool(disclosure.last_dividend),
        uses_sum_minor=sum(use.amount_minor for use in uses) if uses else None,
        money_held_told=disclosure.money_held in MoneyHeld.values and bool(disclosure.money_held_where),
        documents=offer.documents.count(),
        cap_shares=offer.cap_shares,
        raised_in_window_minor=raised_in_window_minor(offer, on=on),
        legal_cap_minor=offer.profile.offer_cap_minor,
        risk_texts_complete=set(offer.profile.texts.values_list("kind", flat=True)) >= PROFILE_TEXTS,
        vietnamese_complete=_vietnamese_complete(offer, disclosure, lines),
        closes_on=offer.closes_at.astimezone(ZoneInfo(settings.TIME_ZONE)).date(),
        version_approved=offer.approvals.filter(version_sha256=version_sha256(offer)).exists(),
    )


def _accounts_complete(disclosure: OfferDisclosure) -> bool:
    figures = (disclosure.accounts_profit_minor, disclosure.accounts_cash_minor, disclosure.accounts_net_debt_minor)
    return disclosure.accounts_year_end_on is not None and None not in figures


def _vietnamese_complete(offer: Offer, disclosure: OfferDisclosure, lines: list[RankingLine]) -> bool:
    texts = [offer.title_vi, disclosure.price_basis_vi, disclosure.last_dividend_vi]
    texts += [line.label_vi for line in lines] + [use.label_vi for use in offer.uses.all()]
    return all(texts)


def gate(offer: Offer, *, on: date) -> list[Missing]:
    """Return what keeps the offer closed on the day."""
    return missing(gate_facts(offer, on=on), on=on)


def is_open(offer: Offer, *, at: datetime) -> bool:
    """Tell whether the offer is open at the moment: money that arrives now can be allotted."""
    return offer.state == OfferState.OPEN and offer.opens_at <= at < offer.closes_at and not _suspended()


def takes_applications(offer: Offer, *, at: datetime) -> bool:
    """Tell whether somebody may apply, or go on applying, at the moment: open, and what it tells is fresh."""
    return is_open(offer, at=at) and not stale(offer, on=at.astimezone(ZoneInfo(settings.TIME_ZONE)).date())


def stale(offer: Offer, *, on: date) -> list[Missing]:
    """Return what the gate would refuse today although it let the offer open: figures and approvals grow old."""
    oldest = offer.ranking.aggregate(oldest=Min("as_of_on"))["oldest"]
    disclosure = OfferDisclosure.objects.get(offer=offer)
    found = []
    if oldest is None or (on - oldest).days > offer.profile.ranking_age_days_max:
        found.append(Missing.RANKING_OLD)
    expires = disclosure.promotion_expires_on
    if disclosure.promotion_basis == PromotionBasis.APPROVED and (expires is None or expires < on):
        found.append(Missing.PROMOTION_EXPIRED)
    if offer.authority is None or offer.authority.expires_on < on:
        found.append(Missing.AUTHORITY_EXPIRES)
    return found


def _suspended() -> bool:
    return get_company().state != CompanyState.NORMAL
