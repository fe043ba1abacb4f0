"""A holder's dividends: all of them, one with its whole sum, and the statement as it was issued."""

from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.permissions import holder_required, signed_in_user
from core import clock
from portal.queries.dividend_computed import computed_of
from portal.queries.dividend_csv import CSV_HEAD, csv_rows
from portal.queries.dividend_glance import task_of
from portal.queries.dividend_picture import pictures_of
from portal.queries.dividend_road import road_of
from portal.queries.dividend_words import Told, told
from portal.queries.my_dividends import (
    Dividend,
    dividends_of,
    find_dividend,
    jars_of,
    statements_of,
    sums_of,
)
from portal.rules.dividend_states import ON_ITS_WAY, Stand
from portal.views.office.downloads import csv_answer
from portal.views.stored_files import stored_file

PAGE_ROWS = 20


@dataclass(frozen=True)
class Line:
    """A dividend with its words."""

    dividend: Dividend
    told: Told


@require_GET
@holder_required
def dividends(request: HttpRequest) -> HttpResponse:
    """What was paid, what is on its way, what waits in the jar, and every dividend."""
    user, at = signed_in_user(request), clock.now()
    found = dividends_of(user, at=at)
    lines = _lines(found, at)
    context = {
        "sums": sums_of(found),
        "task": task_of(found, at=at),
        "under_way": [line for line in lines if line.dividend.stand in ON_ITS_WAY],
        "jars": jars_of(found),
        "pictures": pictures_of(found),
        "page": Paginator(lines, PAGE_ROWS).get_page(request.GET.get("page")),
        "back_url": reverse("me"),
        "face": "portal",
    }
    return render(request, "portal/dividends/dividends.html", context)


def _lines(found: list[Dividend], at: datetime) -> list[Line]:
    return [Line(one, told(one, at=at)) for one in found]


@require_GET
@holder_required
def dividends_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Every dividend as a spreadsheet opens it, for a tax return: amounts in whole units of the currency."""
    at = clock.now()
    rows = csv_rows(dividends_of(signed_in_user(request), at=at), at=at)
    return csv_answer("dividends", CSV_HEAD, rows)


@require_GET
@holder_required
def dividend(request: HttpRequest, public_id: str) -> HttpResponse:
    """One dividend: where it stands, its sum, how it was computed, and its road; 404 for anybody but its holders."""
    at = clock.now()
    found = find_dividend(signed_in_user(request), public_id, at=at)
    if found is None:
        raise Http404
    context = {
        "dividend": found,
        "owed": found.entitlement,
        "told": told(found, at=at),
        "computed": computed_of(found.entitlement),
        "jar": next(iter(jars_of([found])), None) if found.stand == Stand.JAR else None,
        "is_paid": found.stand == Stand.PAID,
        "steps": road_of(found, at=at),
        "back_url": reverse("me_dividends"),
        "face": "portal",
    }
    return render(request, "portal/dividends/dividend.html", context)


@require_GET
@holder_required
def statement(request: HttpRequest, public_id: str) -> HttpResponse:
    """The statement's frozen bytes; 404 for anybody but its holders."""
    made = statements_of(signed_in_user(request)).filter(file__isnull=False)
    found = get_object_or_404(made, public_id=public_id)
    return stored_file(found.file.sha256, name=f"{found}.pdf")
