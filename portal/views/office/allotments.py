"""Allotments: prepared by one person, decided by another by its exact rows."""

from datetime import date
from functools import partial
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.freshness import fresh_factor_required
from accounts.permissions import has_role
from core import clock
from equity.enums import BatchState
from equity.models import AllotmentBatch, Offer
from equity.services import allotments
from equity.services.bookings import day_of
from portal.forms.acts import HashForm, PrepareForm, ReasonForm
from portal.queries import office_allotments
from portal.queries.office_applications import standing_of
from portal.queries.office_people import name_of
from portal.views.office.offers import find_offer
from portal.views.office.pages import acted, office_page, posted


def find_batch(public_id: str) -> AllotmentBatch:
    """Return the batch with everything its pages show, or a 404."""
    return get_object_or_404(office_allotments.batches_for_office(), public_id=public_id)


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Offers in which somebody waits for shares, and all batches."""
    context = {
        "offers": list(office_allotments.offers_to_allot()),
        "batches": list(office_allotments.batches_for_office()),
        "is_secretary": has_role(request.user, "secretary"),
    }
    return office_page(request, "portal/office/allotments.html", context)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Show exactly what a batch would write, and prepare it with the board's minute."""
    offer = find_offer(slug)
    today = clock.today()
    opened_on = day_of(offer.opened_at) if offer.opened_at else today
    form = PrepareForm(posted(request), today=today, not_before=opened_on, initial={"resolved_on": today})
    kept: list[AllotmentBatch] = []
    if request.method == "POST" and acted(request, form, partial(_prepare, offer=offer, kept=kept)):
        return HttpResponseRedirect(reverse("office:batch", args=[kept[0].public_id]))
    context = {"offer": offer, "form": form, "back_url": reverse("office:allotments"), "standing": standing_of(offer)}
    context["preview"] = office_allotments.preview_of_offer(offer, on=_resolution_day(form, today))
    return office_page(request, "portal/office/batch_new.html", context, status=422 if form.errors else 200)


def _resolution_day(form: PrepareForm, today: date) -> date:
    """The day that was typed, so that the rows shown are the rows of that day; today before anything is typed."""
    typed: date | None = getattr(form, "cleaned_data", {}).get("resolved_on")
    return typed or today


def _prepare(data: dict[str, Any], *, offer: Offer, kept: list[AllotmentBatch], by: Any, at: Any) -> None:
    kept.append(allotments.prepare_batch(offer=offer, by=by, at=at, **data))


@require_GET
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """One batch: its rows, who prepared and decided it, and its certificates."""
    batch = find_batch(public_id)
    context = {
        "batch": batch,
        "preview": office_allotments.preview_of_batch(batch),
        "prepared_by": name_of(batch.prepared_by),
        "decided_by": name_of(batch.decided_by),
        "certificates": list(office_allotments.certificates_of(batch)),
        "filed": office_allotments.find_return(batch),
        "is_director": has_role(request.user, "director"),
        "back_url": reverse("office:allotments"),
    }
    return office_page(request, "portal/office/batch.html", context)


@require_http_methods(["GET", "POST"])
@fresh_factor_required
def decide(request: HttpRequest, public_id: str) -> HttpResponse:
    """Approve exactly the rows that are shown, or send them back with a reason."""
    batch = find_batch(public_id)
    sends_back = request.POST.get("act") == "send_back"
    approval = HashForm(None if sends_back else posted(request))
    rejection = ReasonForm(posted(request) if sends_back else None)
    form, act = (rejection, _send_back) if sends_back else (approval, _approve)
    if request.method == "POST" and acted(request, form, partial(act, batch=batch)):
        return HttpResponseRedirect(reverse("office:batch", args=[public_id]))
    batch = find_batch(public_id)
    _name_the_first(form, batch)
    preview = office_allotments.preview_of_batch(batch)
    if preview.has_changed and not sends_back:
        rejection = ReasonForm(initial={"reason": _("An applicant withdrew meanwhile.")})
    context = {"batch": batch, "form": form, "approval": approval, "rejection": rejection, "preview": preview}
    context["prepared_by"] = name_of(batch.prepared_by)
    context["back_url"] = reverse("office:batch", args=[public_id])
    return office_page(request, "portal/office/batch_decide.html", context, status=422 if form.errors else 200)


def _approve(data: dict[str, Any], *, batch: AllotmentBatch, by: Any, at: Any) -> None:
    allotments.approve_batch(batch=batch, sha256=data["sha256"], by=by, at=at)


def _send_back(data: dict[str, Any], *, batch: AllotmentBatch, by: Any, at: Any) -> None:
    allotments.reject_batch(batch=batch, reason=data["reason"], by=by, at=at)


def _name_the_first(form: Any, batch: AllotmentBatch) -> None:
    """Say who was faster: "somebody else" does not help whoever was second."""
    if batch.state != BatchState.DRAFT and NON_FIELD_ERRORS in form.errors:
        sentence = _("This was decided a moment ago by %(who)s. Nothing was done twice.")
        form.errors[NON_FIELD_ERRORS] = form.error_class([sentence % {"who": name_of(batch.decided_by)}])
