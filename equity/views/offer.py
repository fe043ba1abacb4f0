"""The public pages of an offer."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.permissions import has_role
from accounts.queries.people import name_of
from core import clock
from core.languages import localised
from core.storage import read_bytes
from equity.enums import OfferState, Preemption, PromotionBasis
from equity.models import Offer, OfferDocument
from equity.queries.company import issued_shares
from equity.queries.offers import (
    ahead_minor,
    implied_value,
    is_open,
    latest_documents,
    ranked_claims,
    ranking_sha256,
    takes_applications,
    version_sha256,
)
from equity.queries.profiles import text_of
from equity.services.bookings import day_of
from equity.views.steps import risk_banner


def visible_offer(request: HttpRequest, slug: str) -> Offer:
    """Return the offer; a draft is shown to staff only."""
    rows = Offer.objects.select_related("share_class", "profile", "disclosure", "capacity")
    offer = get_object_or_404(rows, slug=slug)
    if offer.state == OfferState.DRAFT and not has_role(request.user):
        raise Http404
    return offer


@require_GET
def offer(request: HttpRequest, slug: str) -> HttpResponse:
    """The offer in plain words: what I could lose, who is paid first, what it costs, one button."""
    return render(request, "equity/offer.html", offer_context(visible_offer(request, slug)))


def offer_context(row: Offer) -> dict[str, Any]:
    """Return everything the offer page shows."""
    at = clock.now()
    vietnamese = (get_language() or "en").startswith("vi")
    can_apply = takes_applications(row, at=at)
    return {
        "offer": row,
        "disclosure": row.disclosure,
        "class_name": row.share_class.name_vi if vietnamese else row.share_class.name,
        "can_apply": can_apply,
        "apply_url": reverse("equity:warning", args=[row.slug]),
        "closed_sentence": "" if can_apply else _closed_sentence(row),
        "poster_ground": "straw",
        "sums": _sums(row, day_of(at)),
        "ranking": _ranking(row, day_of(at), vietnamese=vietnamese),
        "ranking_signed_by": _signers(row),
        "uses": _uses(row, vietnamese=vietnamese),
        "documents": _documents(row),
        "approval": _approval(row),
        "price_basis": row.disclosure.price_basis_vi if vietnamese else row.disclosure.price_basis,
        "last_dividend": row.disclosure.last_dividend_vi if vietnamese else row.disclosure.last_dividend,
        "failure_terms": _failure_terms(row),
        "preemption_sentence": _preemption(row),
        "binding_language_note": _("The English documents are the ones that bind.") if vietnamese else "",
        "risk_banner": risk_banner(row),
        "face": "public",
    }


def _closed_sentence(row: Offer) -> str:
    if row.state == OfferState.DRAFT:
        return _("This offer is a draft: only staff can see it.")
    if row.state == OfferState.OPEN and is_open(row, at=clock.now()):
        return _(
            "What this offer tells about its risks has grown too old, so nobody can apply any more. "
            "Whoever paid and has no shares yet can take the money back."
        )
    if row.state == OfferState.OPEN:
        return _("This offer is not open at the moment.")
    return _("This offer is closed.")


def _sums(row: Offer, day: Any) -> dict[str, Any]:
    profit = row.disclosure.accounts_profit_minor or 0
    kept = row.capacity.kept_shares if hasattr(row, "capacity") else 0
    return {
        "minimum_cost_minor": row.person_min_shares * row.price_minor,
        "maximum_cost_minor": row.person_max_shares * row.price_minor,
        "minimum_target_minor": row.minimum_shares * row.price_minor,
        "cap_minor": row.cap_shares * row.price_minor,
        "left_shares": row.cap_shares - kept,
        "kept_shares": kept,
        "issued_shares": sum(issued_shares().values()),
        "implied_value_minor": implied_value(row),
        "ahead_minor": ahead_minor(ranked_claims(row, on=day)),
        "selling_minor": sum(use.amount_minor for use in row.uses.all() if use.to_selling_holders),
        "loss_minor": -profit if profit < 0 else 0,
        "profit_minor": profit if profit >= 0 else 0,
    }


def _ranking(row: Offer, day: Any, *, vietnamese: bool) -> list[dict[str, Any]]:
    return [
        {
            "label": claim.label_vi if vietnamese else claim.label,
            "amount_minor": claim.amount_minor,
            "ahead_of_you": claim.ahead,
            "as_of_on": day if claim.growth_bps else claim.as_of_on,
            "growth_percent": f"{claim.growth_bps / 100:g}" if claim.growth_bps else None,
            "note": "",
        }
        for claim in ranked_claims(row, on=day)
    ]


def _signers(row: Offer) -> list[dict[str, Any]]:
    signatures = row.ranking_signatures.filter(ranking_sha256=ranking_sha256(row)).select_related("signed_by__party")
    return [
        {
            "name": name_of(signature.signed_by),
            "on": signature.signed_at,
        }
        for signature in signatures.order_by("signed_at")
    ]


def _uses(row: Offer, *, vietnamese: bool) -> list[dict[str, Any]]:
    return [
        {
            "label": use.label_vi if vietnamese else use.label,
            "amount_minor": use.amount_minor,
            "to_selling_holders": use.to_selling_holders,
        }
        for use in row.uses.order_by("position")
    ]


def _documents(row: Offer) -> list[dict[str, Any]]:
    return [
        {
            "title": localised(document, "title"),
            "version": document.version,
            "sha256": document.sha256,
            "size_bytes": document.size_bytes,
            "url": reverse("equity:document", args=[row.slug, document.public_id]),
        }
        for document in latest_documents(row)
    ]


def _approval(row: Offer) -> dict[str, Any] | None:
    latest = row.approvals.order_by("-approved_at").first()
    if latest is None:
        return None
    approved = row.disclosure.promotion_basis == PromotionBasis.APPROVED
    return {
        "version_sha256": version_sha256(row) if row.state == OfferState.DRAFT else latest.version_sha256,
        "approved_at": row.disclosure.promotion_approved_on,
        "firm": row.disclosure.promotion_firm if approved else "",
        "firm_number": row.disclosure.promotion_firm_number,
        "exemption": row.disclosure.promotion_exemption,
    }


def _failure_terms(row: Offer) -> str:
    return _(
        "If the company does not reach its minimum, or the shares are not allotted, your money is repaid "
        "within %(days)s days of the closing day, with interest from day %(interest)s."
    ) % {"days": row.profile.refund_after_days, "interest": row.profile.interest_from_day}


def _preemption(row: Offer) -> str:
    if row.disclosure.preemption == Preemption.OFFERED:
        sentence = _("These shares were offered to the existing holders first (%(reference)s).")
    elif row.disclosure.preemption == Preemption.DISAPPLIED:
        sentence = _("The members decided that these shares need not be offered to them first (%(reference)s).")
    else:
        return ""
    return sentence % {"reference": row.disclosure.preemption_reference}


@require_GET
def risk(request: HttpRequest, slug: str) -> HttpResponse:
    """The two-minute risk summary, in the profile's words."""
    row = visible_offer(request, slug)
    text = text_of(row.profile, "risk_summary")
    context = {
        "offer": row,
        "title": localised(text, "title") if text else "",
        "paragraphs": localised(text, "body").split("\n\n") if text else [],
        "version": text.version if text else "",
        "back_url": reverse("equity:offer", args=[slug]),
        "face": "public",
    }
    return render(request, "equity/risk.html", context)


@require_GET
def document(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """A document of the offer, byte for byte as it was approved; older versions stay to be read."""
    row = visible_offer(request, slug)
    found = get_object_or_404(OfferDocument, offer=row, public_id=public_id)
    response = HttpResponse(read_bytes(found.sha256), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{found.kind}-v{found.version}.pdf"'
    return response
