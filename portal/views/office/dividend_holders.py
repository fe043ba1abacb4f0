"""The holders of a dividend: a list of any length, one holder's whole computation, and the statements."""

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from core.money import decimal_from_minor
from dividends.models import Declaration, Entitlement, StatementFile
from dividends.services.bundles import bundle, bundle_name
from portal.forms.dividends import HoldersForm
from portal.queries import office_holders
from portal.queries.dividend_computed import computed_of
from portal.queries.keyset import asked_page
from portal.queries.office_holders import Holder
from portal.views.office.dividends import find_declaration
from portal.views.office.downloads import csv_answer
from portal.views.office.pages import office_page, query_without, sort_columns
from portal.views.stored_files import stored_file

COLUMNS = (
    (_("Member"), "number", False),
    (_("Name"), "name", False),
    (_("State"), "", False),
    (_("Shares"), "shares", True),
    (_("Gross"), "", True),
    (_("Tax kept back"), "", True),
    (_("Net"), "net", True),
)
HEAD = ("member", "name", "country", "shares", "gross", "withheld", "net", "currency", "state", "reason", "statement")


@require_GET
def index(request: HttpRequest, public_id: str) -> HttpResponse:
    """Fifty holders to a page, searched, of one state or all, in any order."""
    declaration, form = find_declaration(public_id), HoldersForm(request.GET)
    order = office_holders.order_of(request.GET.get("sort", ""))
    asked = asked_page(order, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    chosen = form.chosen
    context = {
        "declaration": declaration,
        "form": form,
        "slice": office_holders.holders_of(declaration, asked, search=chosen["q"] or "", state=chosen["state"] or ""),
        "columns": sort_columns(request, COLUMNS),
        "page_query": query_without(request, "after", "before"),
        "csv_url": f"{reverse('office:dividend_holders_csv', args=[public_id])}?{request.GET.urlencode()}",
        "back_url": reverse("office:dividend", args=[public_id]),
    }
    return office_page(request, "portal/office/dividend_holders.html", context)


@require_GET
def as_csv(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The same rows to take away, all of them."""
    declaration, chosen = find_declaration(public_id), HoldersForm(request.GET).chosen
    order = office_holders.order_of(request.GET.get("sort", ""))
    rows = office_holders.all_holders(declaration, order, search=chosen["q"] or "", state=chosen["state"] or "")
    return csv_answer(f"dividend-{declaration.pay_on.isoformat()}", HEAD, _cells(declaration, rows))


def _cells(declaration: Declaration, rows: Iterator[Holder]) -> Iterator[tuple[Any, ...]]:
    currency = declaration.currency
    for row in rows:
        amounts = (decimal_from_minor(part, currency) for part in (row.gross_minor, row.withheld_minor, row.net_minor))
        yield (row.member_number, row.name, row.country, row.shares, *amounts, currency, row.standing.words,
               row.standing.why, row.statement_id)  # fmt: skip


@require_GET
def holder(request: HttpRequest, public_id: str, entitlement_id: str) -> HttpResponse:
    """How one holder's dividend was computed, each figure with the fact it rests on, and where it stands."""
    rows = Entitlement.objects.select_related("declaration", "member", "party", "statement__file")
    owed = get_object_or_404(rows, public_id=entitlement_id, declaration__public_id=public_id)
    context = {
        "owed": owed,
        "declaration": owed.declaration,
        "dividend": {"currency": owed.declaration.currency},
        "standing": office_holders.standing_of(owed),
        "computed": computed_of(owed),
        "back_url": reverse("office:dividend_holders", args=[public_id]),
    }
    return office_page(request, "portal/office/dividend_holder.html", context)


@require_GET
def statement(request: HttpRequest, public_id: str, statement_id: str) -> HttpResponse:
    """A statement's own bytes as they were issued; a 404 while they are not made."""
    rows = StatementFile.objects.select_related("statement")
    file = rows.filter(
        statement__public_id=statement_id, statement__entitlement__declaration__public_id=public_id
    ).first()
    if file is None:
        raise Http404
    return stored_file(file.sha256, name=f"{file.statement}.pdf")


@require_GET
def statements_zip(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """All statements of the dividend with an index, sent while it is written; a 404 before they are issued."""
    declaration = find_declaration(public_id)
    if declaration.statements_issued_at is None:
        raise Http404
    response = StreamingHttpResponse(bundle(declaration), content_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{bundle_name(declaration)}"'
    return response
