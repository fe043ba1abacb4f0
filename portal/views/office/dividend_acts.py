"""What is done with a dividend: dropped, computed, paid, told to its holders. Each act shows first what it will do."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.freshness import fresh_factor_required
from accounts.queries.people import roles_of
from core import clock
from dividends.models import Declaration
from dividends.queries.dry_run import dry_run, terms_of
from dividends.services import declarations, paying
from dividends.services.statements import issue_statements
from payments.models import PayoutRun
from portal.forms.acts import ConfirmForm
from portal.forms.dividends import DropForm, RouteForm
from portal.queries import office_dividends, office_dry_run, office_holders
from portal.queries.office_drafts import waiting_drafts
from portal.queries.office_payouts_back import refused_again
from portal.views.office.dividends import find_declaration
from portal.views.office.pages import acted, office_page, posted


@require_http_methods(["GET", "POST"])
def drop(request: HttpRequest, public_id: str) -> HttpResponse:
    """Drop a proposal for good, with a reason; the resolution can be proposed on anew."""
    declaration, form = find_declaration(public_id), DropForm(posted(request))
    act = partial(_drop, declaration=declaration)
    if request.method == "POST" and acted(request, form, act, _("The proposal is dropped.")):
        return HttpResponseRedirect(reverse("office:dividend", args=[public_id]))
    return _page(request, "portal/office/dividend_drop.html", declaration, form)


def _drop(data: dict[str, Any], *, declaration: Declaration, by: Any, at: Any) -> None:
    declarations.drop_declaration(declaration=declaration, reason=data["reason"], by=by, at=at)


@require_http_methods(["GET", "POST"])
@fresh_factor_required
def compute(request: HttpRequest, public_id: str) -> HttpResponse:
    """Fix who is owed what: it is a debt from then on, so the page shows exactly what will be written."""
    declaration, form = find_declaration(public_id), ConfirmForm(posted(request))
    act = partial(_compute, declaration=declaration)
    if request.method == "POST" and acted(request, form, act, _("The entitlements are fixed and booked.")):
        return HttpResponseRedirect(reverse("office:dividend", args=[public_id]))
    is_due = declaration.state == "proposed" and declaration.record_at <= clock.now()
    run = dry_run(terms_of(declaration)) if is_due else None
    context = {"run": run, "told": office_dry_run.told(run) if run else None, "is_due": is_due}
    return _page(request, "portal/office/dividend_compute.html", declaration, form, **context)


def _compute(_data: dict[str, Any], *, declaration: Declaration, by: Any, at: Any) -> None:
    declarations.compute_entitlements(declaration=declaration, by=by, at=at)


@require_http_methods(["GET", "POST"])
def pay(request: HttpRequest, public_id: str) -> HttpResponse:
    """Prepare a payment run of everything that can be paid; a director approves it."""
    declaration, form = find_declaration(public_id), RouteForm(posted(request))
    kept: list[PayoutRun] = []
    act = partial(_pay, declaration=declaration, kept=kept)
    if request.method == "POST" and acted(request, form, act):
        messages.success(request, _("The payments are prepared. They leave once a director has approved them."))
        return HttpResponseRedirect(reverse("office:payout", args=[kept[0].public_id]))
    sums = office_dividends.open_sums(declaration, at=clock.now()) if declaration.computed_at else None
    lines = office_dry_run.becomes_of(sums) if sums else []
    drafts = waiting_drafts(purpose=paying.PURPOSE, currency=declaration.currency)
    more = {"sums": sums, "lines": lines, "drafts": drafts}
    more["refused"] = refused_again(purpose=paying.PURPOSE, currency=declaration.currency)
    return _page(request, "portal/office/dividend_pay.html", declaration, form, **more)


def _pay(data: dict[str, Any], *, declaration: Declaration, kept: list[PayoutRun], by: Any, at: Any) -> None:
    kept.append(paying.prepare_dividend_run(declaration=declaration, route=data["route"], by=by, at=at))


@require_http_methods(["GET", "POST"])
def issue(request: HttpRequest, public_id: str) -> HttpResponse:
    """Write a statement for every holder and start making and mailing their files."""
    declaration, form = find_declaration(public_id), ConfirmForm(posted(request))
    act = partial(_issue, declaration=declaration)
    if request.method == "POST" and acted(request, form, act, _("The statements are written; their files follow.")):
        return HttpResponseRedirect(reverse("office:dividend", args=[public_id]))
    counts = office_holders.counts_of(declaration) if declaration.computed_at else []
    runs, roles = office_dividends.runs_of(declaration), roles_of(request.user)
    acts = office_dividends.acts_of(declaration, runs, roles, at=clock.now())
    context = {"counts": counts, "on_their_way": office_holders.count_on_their_way(counts), "acts": acts}
    return _page(request, "portal/office/dividend_issue.html", declaration, form, **context)


def _issue(_data: dict[str, Any], *, declaration: Declaration, by: Any, at: Any) -> None:
    issue_statements(declaration=declaration, by=by, at=at)


def _page(request: HttpRequest, template: str, declaration: Declaration, form: Any, **more: Any) -> HttpResponse:
    back_url = reverse("office:dividend", args=[declaration.public_id])
    context = {"declaration": declaration, "form": form, "back_url": back_url, **more}
    return office_page(request, template, context, status=422 if form.errors else 200)
