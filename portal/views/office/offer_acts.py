"""Signing, approving, opening and closing: each of exactly what was read, with a fresh factor."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.freshness import fresh_factor_required
from accounts.permissions import signed_in_user
from core import clock
from equity.enums import OfferState
from equity.models import Offer
from equity.queries.offers import ranked_claims, ranking_sha256, version_sha256
from equity.services import offers
from portal.forms.acts import ConfirmForm, HashForm
from portal.queries import office_offers
from portal.queries.office_applications import standing_of
from portal.views.office.offers import find_offer, gate_context
from portal.views.office.pages import acted, office_page, posted

FORM_OF_ACT = require_http_methods(["GET", "POST"])


def _page(request: HttpRequest, offer: Offer, template: str, form: Any, **context: Any) -> HttpResponse:
    """Render the page of an act; the form carries the hash of what is shown now, whatever was posted."""
    frame = gate_context(request, offer) | {"form": form, "back_url": reverse("office:offer", args=[offer.slug])}
    return office_page(request, f"portal/office/{template}.html", frame | context, status=422 if form.errors else 200)


@FORM_OF_ACT
@fresh_factor_required
def sign(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the ranking as the public will see it; sign exactly that."""
    offer = find_offer(slug)
    form = HashForm(posted(request))
    act = partial(_sign, offer=offer)
    if request.method == "POST" and acted(request, form, act, _("You have signed the ranking.")):
        return HttpResponseRedirect(reverse("office:offer", args=[slug]))
    sha256 = ranking_sha256(offer)  # before the rows are read: a change in between makes the signature refuse
    claims = ranked_claims(offer, on=clock.today())
    signatures = office_offers.signatures_of(offer)
    has_signed = any(row.signed_by_id == signed_in_user(request).pk for row in signatures)
    ranking = [_row(claim) for claim in claims]
    facts = {"ranking": ranking, "signatures": signatures, "has_signed": has_signed, "sha256": sha256}
    return _page(request, offer, "offer_sign", form, **facts)


def _row(claim: Any) -> dict[str, Any]:
    note = _("grows by %(rate)s%% a year") % {"rate": f"{claim.growth_bps / 100:g}"} if claim.growth_bps else ""
    words = {"label": f"{claim.label} / {claim.label_vi}", "note": note, "ahead_of_you": claim.ahead}
    return words | {"amount_minor": claim.amount_minor, "as_of_on": claim.as_of_on}


def _sign(data: dict[str, Any], *, offer: Offer, by: Any, at: Any) -> None:
    offers.sign_ranking(offer=offer, sha256=data["sha256"], by=by, at=at)


@FORM_OF_ACT
@fresh_factor_required
def approve(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the exact version and what changed since the last approval; approve exactly that."""
    offer = find_offer(slug)
    form = HashForm(posted(request))
    act = partial(_approve, offer=offer)
    if request.method == "POST" and acted(request, form, act, _("You have approved this version.")):
        return HttpResponseRedirect(reverse("office:offer", args=[slug]))
    sha256 = version_sha256(offer)  # before the rows are read: a change in between makes the approval refuse
    offer = find_offer(slug)
    return _page(request, offer, "offer_approve", form, sha256=sha256, **_version(offer))


def _version(offer: Offer) -> dict[str, Any]:
    """Return all the offer says, and what changed since somebody approved it last."""
    since, changes = office_offers.changes_since_approval(offer)
    return {
        "sections": office_offers.section_facts(offer, missing=[], editable=False),
        "texts": list(offer.profile.texts.order_by("kind", "version")),
        "since": since,
        "changes": changes,
        "approval": office_offers.approval_of_this_version(offer),
    }


def _approve(data: dict[str, Any], *, offer: Offer, by: Any, at: Any) -> None:
    offers.approve_version(offer=offer, sha256=data["sha256"], by=by, at=at)


@FORM_OF_ACT
@fresh_factor_required
def open_(request: HttpRequest, slug: str) -> HttpResponse:
    """Open an approved offer to the public, once nothing is missing."""
    offer = find_offer(slug)
    form = ConfirmForm(posted(request))
    act = partial(_open, offer=offer)
    if request.method == "POST" and acted(request, form, act, _("The offer is open.")):
        return HttpResponseRedirect(reverse("office:offer", args=[slug]))
    return _page(request, offer, "offer_open", form)


def _open(_data: dict[str, Any], *, offer: Offer, by: Any, at: Any) -> None:
    offers.open_offer(offer=offer, by=by, at=at)


@FORM_OF_ACT
@fresh_factor_required
def close(request: HttpRequest, slug: str) -> HttpResponse:
    """Close an open offer before its time, after a preview of what that does to whom."""
    offer = find_offer(slug)
    form = ConfirmForm(posted(request))
    act = partial(_close, offer=offer)
    if request.method == "POST" and acted(request, form, act, _("The offer is closed.")):
        return HttpResponseRedirect(reverse("office:offer", args=[slug]))
    return _page(
        request, offer, "offer_close", form, standing=standing_of(offer), is_open=offer.state == OfferState.OPEN
    )


def _close(_data: dict[str, Any], *, offer: Offer, by: Any, at: Any) -> None:
    offers.close_offer(offer=offer, by=by, at=at)
