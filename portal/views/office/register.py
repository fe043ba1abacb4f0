"""The register of members on any day, as known at any moment; one member; a certificate's file."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.permissions import has_role
from core import clock
from equity.models import Certificate, Member
from equity.queries.register import RegisterRow, known_now, register_on
from equity.services.bookings import day_of
from portal.forms.lists import RegisterForm
from portal.queries import office_register
from portal.queries.proofs import chain_head
from portal.views.office.downloads import csv_answer
from portal.views.office.pages import office_page, page_of, query_without, sort_columns
from portal.views.stored_files import stored_file

COLUMNS = (
    (_("Member"), "number", False),
    (_("Name"), "name", False),
    (_("Service address"), "", False),
    (_("Registered"), "", False),
    (_("Ceased"), "", False),
    (_("Class"), "", False),
    (_("Shares"), "shares", True),
)
HEAD = ("member", "names", "designation", "service_address", "country", "class", "shares", "amount_paid_minor",
        "currency", "registered_on", "ceased_on")  # fmt: skip


def _asked(request: HttpRequest) -> tuple[RegisterForm, date, datetime, list[RegisterRow]]:
    form = RegisterForm(request.GET)
    chosen, now = form.chosen, clock.now()
    day, known_at = chosen["on"] or day_of(now), chosen["known_at"] or known_now()
    rows = office_register.register_rows(
        day,
        known_at=known_at,
        search=chosen["q"] or "",
        former=bool(chosen["former"]),
        sort=request.GET.get("sort", ""),
    )
    return form, day, known_at, rows


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The register of the day, searched by name, fifty rows to a page, with the head of its chain."""
    form, day, known_at, rows = _asked(request)
    batches, head = chain_head()
    context = {"form": form, "day": day, "known_at": known_at, "batches": batches, "head": head} | {
        "page": page_of(request, rows),
        "count": len(rows),
        "shares": sum(row.quantity for row in rows),
        "columns": sort_columns(request, COLUMNS),
        "page_query": query_without(request, "page"),
        "csv_url": f"{reverse('office:register_csv')}?{request.GET.urlencode()}",
    }
    return office_page(request, "portal/office/register.html", context)


@require_GET
def as_csv(request: HttpRequest) -> HttpResponseBase:
    """The same rows to take away."""
    _form, day, _known_at, rows = _asked(request)
    return csv_answer(f"register-{day.isoformat()}", HEAD, (_cells(row) for row in rows))


def _cells(row: RegisterRow) -> tuple[Any, ...]:
    names = " & ".join(row.names)
    return (row.member_number, names, row.designation, row.service_address, row.country, row.share_class,
            row.quantity, row.paid_minor, row.currency, row.registered_on, row.ceased_on)  # fmt: skip


@require_GET
def member(request: HttpRequest, number: int) -> HttpResponse:
    """One member: holdings, every version of name and address, entries, certificates."""
    found = get_object_or_404(Member, number=number)
    now = clock.now()
    context = {
        "member": found,
        "holdings": list(register_on(day_of(now), known_at=known_now(), member_id=found.pk, former=True)),
        "particulars": office_register.particulars_of(found),
        "entries": office_register.entries_of(found),
        "certificates": list(office_register.certificates_of_member(found)),
        "may_download": has_role(request.user, "secretary", "finance", "director"),
        "back_url": reverse("office:register"),
    }
    return office_page(request, "portal/office/member.html", context)


@require_GET
def certificate_file(request: HttpRequest, public_id: str) -> HttpResponse:
    """A certificate's own bytes; a 404 while they are not made."""
    made = Certificate.objects.filter(file__isnull=False).select_related("file")
    found = get_object_or_404(made, public_id=public_id)
    return stored_file(found.file.sha256, name=f"{found.serial}.pdf")
