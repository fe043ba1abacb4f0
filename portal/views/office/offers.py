"""Offers: the list, the draft with its gate, its sections."""

from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import has_role
from core import clock
from equity.enums import OfferState
from equity.models import Offer
from equity.queries.offers import gate, latest_documents, version_sha256
from equity.services import authorities, offers
from portal.forms.offers import NewAuthorityForm, NewOfferForm
from portal.queries import office_offers
from portal.queries.office_offers import SECTION_TITLES
from portal.views.office.pages import acted, office_page, posted
from portal.views.office.sections import SECTIONS


def find_offer(slug: str) -> Offer:
    """Return the offer with everything its pages show, or a 404."""
    return get_object_or_404(office_offers.offers_for_office(), slug=slug)


def gate_context(request: HttpRequest, offer: Offer) -> dict[str, Any]:
    """Return what the gate panel shows, which stands on every page of a draft."""
    return {
        "offer": offer,
        "gate": office_offers.gate_lines(offer, on=clock.today()),
        "is_draft": offer.state == OfferState.DRAFT,
        "preview_url": f"{reverse('equity:offer', args=[offer.slug])}?preview=1",
        "is_secretary": has_role(request.user, "secretary"),
        "is_director": has_role(request.user, "director"),
    }


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """All offers, drafts first."""
    context = {"offers": list(office_offers.offers_for_office()), "is_secretary": has_role(request.user, "secretary")}
    return office_page(request, "portal/office/offers.html", context)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Begin a draft with its terms."""
    form = NewOfferForm(posted(request))
    if request.method == "POST" and acted(request, form, _create, _("The draft is kept.")):
        return HttpResponseRedirect(reverse("office:offer", args=[form.cleaned_data["slug"]]))
    context = {"form": form, "back_url": reverse("office:offers")}
    return office_page(request, "portal/office/offer_new.html", context, status=422 if form.errors else 200)


def _create(data: dict[str, Any], *, by: Any, at: Any) -> None:
    offers.create_offer(terms=data, by=by, at=at)


@require_GET
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """One offer: its state, what is missing, everything it says."""
    offer = find_offer(slug)
    draft = offer.state == OfferState.DRAFT
    context = gate_context(request, offer)
    missing = gate(offer, on=clock.today()) if draft else []
    context |= {
        "sections": office_offers.section_facts(offer, missing=missing, editable=draft and context["is_secretary"]),
        "signatures": office_offers.signatures_of(offer),
        "approval": office_offers.approval_of_this_version(offer),
        "version_sha256": version_sha256(offer) if draft else "",
        "back_url": reverse("office:offers"),
    }
    return office_page(request, "portal/office/offer.html", context)


@require_http_methods(["GET", "POST"])
def section(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """One section of a draft, edited; refused input stays in the form."""
    offer = find_offer(slug)
    if code not in SECTIONS:
        raise Http404
    if offer.state != OfferState.DRAFT:
        return HttpResponseRedirect(reverse("office:offer", args=[slug]))
    kept = SECTIONS[code]
    form = kept.form(posted(request), request.FILES or None, offer=offer, **kept.start(offer))
    if request.method == "POST" and acted(request, form, partial(kept.keep, offer=offer), _("Kept.")):
        return HttpResponseRedirect(reverse("office:offer_section", args=[slug, code]))
    return _section_page(request, offer, code, form)


def _section_page(request: HttpRequest, offer: Offer, code: str, form: Any) -> HttpResponse:
    codes = list(SECTION_TITLES)
    following = codes[codes.index(code) + 1 :]
    context = gate_context(request, offer) | {
        "form": form,
        "code": code,
        "title": SECTION_TITLES[code],
        "tabs": [
            {"code": name, "title": title, "url": reverse("office:offer_section", args=[offer.slug, name])}
            for name, title in SECTION_TITLES.items()
        ],
        "next_url": reverse("office:offer_section", args=[offer.slug, following[0]]) if following else "",
        "documents": latest_documents(offer) if code == "documents" else [],
        "back_url": reverse("office:offer", args=[offer.slug]),
    }
    return office_page(request, "portal/office/offer_section.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def authority(request: HttpRequest, slug: str) -> HttpResponse:
    """Record a new authority of the directors for the offer's class, and use it in the draft."""
    offer = find_offer(slug)
    form = NewAuthorityForm(posted(request), offer=offer)
    if request.method == "POST" and acted(request, form, partial(_record, offer=offer), _("Kept.")):
        return HttpResponseRedirect(reverse("office:offer_section", args=[slug, "authority"]))
    context = gate_context(request, offer) | {
        "form": form,
        "back_url": reverse("office:offer_section", args=[slug, "authority"]),
    }
    return office_page(request, "portal/office/authority.html", context, status=422 if form.errors else 200)


def _record(data: dict[str, Any], *, offer: Offer, by: Any, at: Any) -> None:
    row = authorities.record_authority(share_class=offer.share_class, by=by, at=at, **data)
    offers.change_terms(offer=offer, terms={"authority": row}, by=by, at=at)
