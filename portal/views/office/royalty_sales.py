"""Sales of the creators' beers: typed or uploaded by one person, with what they would earn, approved by another."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from accounts.freshness import fresh_factor_required
from accounts.permissions import signed_in_user
from accounts.queries.people import roles_of
from core import clock
from core.errors import DomainError, MissingFile
from core.storage import read_bytes, store_bytes
from dividends.models import SalesReport, SoldBeer
from dividends.queries.royalties import reports_for_office
from dividends.queries.royalty_earning import approval_sha256, earnings_of_report
from dividends.queries.royalty_words import days_shown
from dividends.rules.sales_file import COLUMNS as FILE_COLUMNS
from dividends.rules.sales_file import NEEDED
from dividends.services import royalties_sales
from dividends.services.royalties_files import Trial, enter_sales_rows, try_sales
from portal.forms.acts import HashForm, ReasonForm
from portal.forms.royalty_sales import ReadFile, SalesForm, SalesListForm, UploadForm, read_rows
from portal.permissions import may_open
from portal.queries import office_royalties
from portal.queries.office_people import name_of
from portal.views.office.downloads import csv_answer
from portal.views.office.pages import acted, office_page, page_of, posted, query_without, sort_columns
from portal.views.stored_files import stored_file

COLUMNS = (
    (gettext_lazy("Beer"), "beer", False),
    (gettext_lazy("Sold in"), "period", False),
    (gettext_lazy("Kind"), "", False),
    (gettext_lazy("State"), "", False),
    (gettext_lazy("Units"), "", True),
    (gettext_lazy("Net sales"), "net", True),
)
HEAD = ("sku", "beer", "kind", "first_day", "last_day", "units", "units_returned", "gross_minor", "returns_minor",
        "discounts_minor", "tax_minor", "net_minor", "currency", "state", "note")  # fmt: skip
FORM_PAGE = require_http_methods(["GET", "POST"])


def find_report(public_id: str) -> SalesReport:
    """Return the figure with everything its pages show, or a 404."""
    return get_object_or_404(reports_for_office(), public_id=public_id)


def _found(request: HttpRequest) -> tuple[SalesListForm, Any]:
    beers = list(SoldBeer.objects.order_by("name").values_list("public_id", "name"))
    form = SalesListForm(request.GET, beer=beers)
    chosen = {name: value or "" for name, value in form.chosen.items()}
    return form, office_royalties.sales_rows(**chosen, sort=request.GET.get("sort", ""))


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Every figure of sales, the latest period first, fifty to a page."""
    form, rows = _found(request)
    page = page_of(request, rows)
    context = {
        "form": form,
        "page": page,
        "lines": [(row, days_shown(row.period_from, row.period_to)) for row in page],
        "count": page.paginator.count,
        "columns": sort_columns(request, COLUMNS),
        "page_query": query_without(request, "page"),
        "csv_url": f"{reverse('office:royalty_sales_csv')}?{request.GET.urlencode()}",
        "may_enter": may_open(roles_of(request.user), "office:royalty_sales_new"),
        "tab": "sales",
    }
    return office_page(request, "portal/office/royalty_sales.html", context)


@require_GET
def as_csv(request: HttpRequest) -> HttpResponseBase:
    """The figures of the list as CSV."""
    _form, rows = _found(request)
    return csv_answer("sales", HEAD, (office_royalties.sales_cells(row) for row in rows.iterator(chunk_size=2000)))


@FORM_PAGE
def new(request: HttpRequest) -> HttpResponse:
    """Type a figure; see what it would earn whom; then enter it."""
    form = SalesForm(posted(request), initial={"beer": request.GET.get("beer", "")})
    if request.method == "POST" and form.is_valid():
        trial = _try(request, form)
        saves = request.POST.get("act") == "save"
        if trial and saves:
            return _save(request, form)
        if trial and request.POST.get("act") != "change":
            return office_page(request, "portal/office/royalty_sales_check.html", _checked(form, trial))
    context = {"form": form, "has_beers": SoldBeer.objects.exists(), "back_url": reverse("office:royalty_sales")}
    return office_page(request, "portal/office/royalty_sales_new.html", context, status=422 if form.errors else 200)


def _try(request: HttpRequest, form: SalesForm) -> Trial | None:
    trial = try_sales(rows=[(1, form.figures())], by=signed_in_user(request), at=clock.now())
    for _row, sentence in trial.refusals:
        form.add_error(None, sentence)
    return None if trial.refusals else trial


def _checked(form: SalesForm, trial: Trial) -> dict[str, Any]:
    tried = trial.tried[0]
    report = tried.report
    return {
        "form": form,
        "report": report,
        "days": days_shown(report.period_from, report.period_to),
        "earnings": tried.earnings,
        "typed": [(name, form.data.get(name, "")) for name in form.fields],
        "back_url": reverse("office:royalty_sales"),
    }


def _save(request: HttpRequest, form: SalesForm) -> HttpResponse:
    kept: list[SalesReport] = []
    if acted(request, form, partial(_enter, form=form, kept=kept), _("Entered. Somebody else has to approve it.")):
        return HttpResponseRedirect(reverse("office:royalty_report", args=[kept[0].public_id]))
    context = {"form": form, "has_beers": True, "back_url": reverse("office:royalty_sales")}
    return office_page(request, "portal/office/royalty_sales_new.html", context, status=422)


def _enter(_data: dict[str, Any], *, form: SalesForm, kept: list[SalesReport], by: Any, at: Any) -> None:
    kept.append(royalties_sales.enter_sales(figures=form.figures(), by=by, at=at))


@FORM_PAGE
def upload(request: HttpRequest) -> HttpResponse:
    """Read a file; every row that cannot be entered is named, and only a file without such rows goes on."""
    form = UploadForm(posted(request), request.FILES or None)
    context: dict[str, Any] = {"form": form, "columns": FILE_COLUMNS, "needed": NEEDED, "errors": []}
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data["file"]
        try:
            found = read_rows(data)
        except ValidationError as error:
            form.add_error("file", error)
        else:
            context |= _judged(request, found)
            if not context["errors"]:
                return _file_page(request, store_bytes(data), context)
    context["back_url"] = reverse("office:royalty_sales")
    wrong = form.errors or context["errors"]
    return office_page(request, "portal/office/royalty_upload.html", context, status=422 if wrong else 200)


def _judged(request: HttpRequest, found: ReadFile) -> dict[str, Any]:
    """Try all rows together, as they would be entered: rows of one file may contradict each other."""
    rows = [(one.row, one.figures) for one in found.rows]
    trial = try_sales(rows=rows, by=signed_in_user(request), at=clock.now())
    errors = [(one.row, one.column, one.sentence) for one in found.errors]
    errors += [(row, "", sentence) for row, sentence in trial.refusals]
    return {"errors": sorted(errors), "tried": trial.tried}


def _file_page(request: HttpRequest, sha256: str, context: dict[str, Any]) -> HttpResponse:
    lines = [(tried, days_shown(tried.report.period_from, tried.report.period_to)) for tried in context["tried"]]
    form = HashForm(initial={"sha256": sha256})
    page = {"form": form, "lines": lines, "back_url": reverse("office:royalty_upload")}
    return office_page(request, "portal/office/royalty_upload_check.html", page)


@require_http_methods(["POST"])
def enter_file(request: HttpRequest) -> HttpResponse:
    """Enter every row of the file that was shown, or none of them."""
    form = HashForm(posted(request))
    kept: list[SalesReport] = []
    if acted(request, form, partial(_enter_file, kept=kept)):
        from_file = ngettext(
            "%(count)s row is entered. Somebody else has to approve it.",
            "%(count)s rows are entered. Somebody else has to approve them.",
            len(kept),
        )
        return _said(request, from_file % {"count": len(kept)})
    context = {"form": form, "columns": FILE_COLUMNS, "needed": NEEDED, "back_url": reverse("office:royalty_sales")}
    return office_page(request, "portal/office/royalty_upload.html", context, status=422)


def _enter_file(data: dict[str, Any], *, kept: list[SalesReport], by: Any, at: Any) -> None:
    try:
        found = read_rows(read_bytes(data["sha256"]))
    except (MissingFile, ValidationError) as error:
        raise DomainError(_("This file cannot be read any more. Please upload it again.")) from error
    if found.errors:
        raise DomainError(_("This file cannot be entered any more: a beer has changed. Please upload it again."))
    rows = [(one.row, one.figures) for one in found.rows]
    kept += enter_sales_rows(rows=rows, source_sha256=data["sha256"], by=by, at=at)


def _said(request: HttpRequest, words: str) -> HttpResponse:
    messages.success(request, words)
    return HttpResponseRedirect(f"{reverse('office:royalty_sales')}?state=entered")


@require_GET
def template(request: HttpRequest) -> HttpResponseBase:
    """An empty file with the right head and one row as an example."""
    example = (
        "TOW-330",
        "sales",
        "2026-01-01",
        "2026-03-31",
        "4100",
        "24",
        "18450.00",
        "108.00",
        "922.50",
        "3043.33",
        "",
    )
    return csv_answer("sales-template", FILE_COLUMNS, [example])


@require_GET
def source(request: HttpRequest, report_id: str) -> HttpResponse:
    """The file a figure was read from, as it was uploaded."""
    report = find_report(report_id)
    if not report.source_sha256:
        raise Http404
    return stored_file(
        report.source_sha256,
        name=f"sales-{report.source_sha256[:12]}.csv",
        media_type="text/csv; charset=utf-8",
        to_keep=True,
    )


@require_GET
def show(request: HttpRequest, report_id: str) -> HttpResponse:
    """One figure: what it says, who stands behind it, what it earned or would earn whom."""
    report = find_report(report_id)
    may_decide = may_open(roles_of(request.user), "office:royalty_report_decide") and report.state == "entered"
    context = {**_facts(report), "may_decide": may_decide, "back_url": reverse("office:royalty_sales")}
    return office_page(request, "portal/office/royalty_report.html", context)


def _facts(report: SalesReport) -> dict[str, Any]:
    decided_by = report.approved_by or report.dropped_by
    return {
        "report": report,
        "days": days_shown(report.period_from, report.period_to),
        "entered_by": name_of(report.entered_by),
        "decided_by": name_of(decided_by) if decided_by else "",
        **_sums(report),
    }


def _sums(report: SalesReport) -> dict[str, Any]:
    """What it earned; while it waits, what it would earn, and the hash of all of that."""
    if report.state != "entered":
        return {"earnings": office_royalties.written_earnings(report)}
    try:
        found = earnings_of_report(report)
    except DomainError as refused:
        return {"earnings": [], "refusal": str(refused)}
    return {"earnings": found, "sha256": approval_sha256(report, found)}


@FORM_PAGE
@fresh_factor_required
def decide(request: HttpRequest, report_id: str) -> HttpResponse:
    """Approve exactly the figure and the sums that are shown, or lay it aside with a reason."""
    report = find_report(report_id)
    drops = request.POST.get("act") == "drop"
    approval = HashForm(None if drops else posted(request))
    rejection = ReasonForm(posted(request) if drops else None)
    form, act = (rejection, _drop) if drops else (approval, _approve)
    if request.method == "POST" and acted(request, form, partial(act, report=report)):
        return HttpResponseRedirect(reverse("office:royalty_report", args=[report_id]))
    context = {
        **_facts(find_report(report_id)),
        "form": form,
        "rejection": rejection,
        "is_maker": report.entered_by_id == request.user.pk,
        "back_url": reverse("office:royalty_report", args=[report_id]),
    }
    return office_page(request, "portal/office/royalty_report_decide.html", context, status=422 if form.errors else 200)


def _approve(data: dict[str, Any], *, report: SalesReport, by: Any, at: Any) -> None:
    royalties_sales.approve_sales(report=report, sha256=data["sha256"], by=by, at=at)


def _drop(data: dict[str, Any], *, report: SalesReport, by: Any, at: Any) -> None:
    royalties_sales.drop_sales(report=report, reason=data["reason"], by=by, at=at)
