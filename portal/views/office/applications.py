"""Applications: the list and one application's story."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from equity.models import Application, Offer
from portal.forms.lists import ApplicationsForm
from portal.queries import office_applications
from portal.views.office.downloads import csv_answer
from portal.views.office.pages import office_page, page_of, query_without, sort_columns

COLUMNS = (
    (_("Applicant"), "name", False),
    (_("State"), "state", False),
    (_("Started"), "started", False),
    (_("Paid"), "paid", False),
    (_("Reference"), "", False),
    (_("Shares"), "shares", True),
)
HEAD = ("reference", "offer", "applicant", "email", "state", "shares", "price_minor", "currency", "started_at",
        "paid_at", "allotted_at", "withdrawn_at", "expired_at", "refunded_at")  # fmt: skip


def _found(request: HttpRequest) -> tuple[ApplicationsForm, Any]:
    offers = list(Offer.objects.order_by("-created_at").values_list("slug", "title"))
    form = ApplicationsForm(request.GET, offer=offers)
    chosen = form.chosen
    rows = office_applications.applications_for_office(
        search=chosen["q"] or "",
        state=chosen["state"] or "",
        offer_slug=chosen["offer"] or "",
        sort=request.GET.get("sort", ""),
    )
    return form, rows


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Applications, searched, filtered, sorted, fifty to a page."""
    form, rows = _found(request)
    page = page_of(request, rows)
    context = {
        "form": form,
        "columns": sort_columns(request, COLUMNS),
        "page": page,
        "count": page.paginator.count,
        "page_query": query_without(request, "page"),
        "csv_url": f"{reverse('office:applications_csv')}?{request.GET.urlencode()}",
    }
    return office_page(request, "portal/office/applications.html", context)


@require_GET
def as_csv(request: HttpRequest) -> HttpResponseBase:
    """The same list to take away."""
    _form, rows = _found(request)
    return csv_answer("applications", HEAD, (_cells(row) for row in rows.iterator()))


def _cells(row: Application) -> tuple[Any, ...]:
    return (
        row.public_id,
        row.offer.slug,
        row.applicant.display_name,
        row.applicant_user.email if row.applicant_user else "",
        row.state,
        row.quantity,
        row.price_minor,
        row.currency,
        row.started_at,
        row.paid_at,
        row.allotted_at,
        row.withdrawn_at,
        row.expired_at,
        row.refunded_at,
    )


@require_GET
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """One application: what was asked for, its money by state, and its story from the audit trail."""
    rows = Application.objects.select_related("offer", "applicant", "applicant_user", "holder")
    application = get_object_or_404(rows, public_id=public_id)
    context = {
        "application": application,
        "amount_minor": (application.quantity or 0) * (application.price_minor or 0),
        "money": office_applications.money_lines(application),
        "events": office_applications.application_timeline(application),
        "certificate": office_applications.find_certificate(application),
        "back_url": reverse("office:applications"),
    }
    return office_page(request, "portal/office/application.html", context)
