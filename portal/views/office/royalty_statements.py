"""Statements of creators' shares: a round is shown before it is issued, then paid by a run a director approves."""

from datetime import date, timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.queries.people import roles_of
from core import clock
from dividends.models import RoyaltyRound
from dividends.queries.owed import begins_on
from dividends.queries.royalties import whole_royalty_statements
from dividends.queries.royalty_settling import dues_sha256
from dividends.services.royalties_paying import PURPOSE, prepare_royalty_run
from dividends.services.royalties_statements import issue_royalty_statements
from payments.models import PayoutRun
from portal.forms.dividends import RouteForm
from portal.forms.royalties import PAY_AFTER, RoundForm
from portal.permissions import may_open
from portal.queries import office_royalties
from portal.queries.office_drafts import waiting_drafts
from portal.queries.office_payouts_back import refused_again
from portal.queries.office_people import name_of
from portal.views.office.jobs import find_job, line_of
from portal.views.office.pages import acted, office_page, page_of, posted
from portal.views.stored_files import stored_file

FORM_PAGE = require_http_methods(["GET", "POST"])


def find_round(public_id: str) -> RoyaltyRound:
    """Return the round with everything its pages show, or a 404."""
    return get_object_or_404(office_royalties.rounds(), public_id=public_id)


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The rounds of statements, the latest first."""
    page = page_of(request, office_royalties.rounds())
    context = {
        "page": page,
        "page_query": "",
        "lines": [(issue, name_of(issue.issued_by)) for issue in page],
        "may_issue": may_open(roles_of(request.user), "office:royalty_round_new"),
        "tab": "statements",
    }
    return office_page(request, "portal/office/royalty_statements.html", context)


@FORM_PAGE
def new(request: HttpRequest) -> HttpResponse:
    """Show what each creator's statement would say, and issue them all."""
    currencies = office_royalties.currencies()
    form = RoundForm(posted(request), currencies=currencies)
    kept: list[RoyaltyRound] = []
    issues = request.method == "POST" and request.POST.get("act") == "issue"
    if issues and acted(
        request, form, partial(_issue, kept=kept), _("The statements are written; their files follow.")
    ):
        return HttpResponseRedirect(reverse("office:royalty_round", args=[kept[0].public_id]))
    currency, pay_on = _asked(form, currencies)
    usable_at = max(begins_on(pay_on), clock.now())
    lines = office_royalties.next_statements(currency, pay_on=pay_on, usable_at=usable_at) if currency else []
    context = {
        "form": form,
        "lines": lines,
        "currency": currency,
        "paid_minor": sum(line.due.settlement.paid_minor for line in lines if not line.problem),
        "withheld_minor": sum(line.due.settlement.withheld_minor for line in lines if not line.problem),
        "count": sum(1 for line in lines if not line.problem),
        "sha256": dues_sha256(line.due for line in lines),
        "back_url": reverse("office:royalty_statements"),
    }
    return office_page(request, "portal/office/royalty_round_new.html", context, status=422 if form.errors else 200)


def _asked(form: RoundForm, currencies: list[str]) -> tuple[str, date]:
    """The currency and the day of payment that were typed, so that the sums shown are those of that day."""
    data: dict[str, Any] = getattr(form, "cleaned_data", {})
    pay_on: date = data.get("pay_on") or clock.today() + PAY_AFTER
    return data.get("currency") or next(iter(currencies), ""), pay_on


def _issue(data: dict[str, Any], *, kept: list[RoyaltyRound], by: Any, at: Any) -> None:
    period_to = data["last_day"] + timedelta(days=1)
    asked = {name: data[name] for name in ("currency", "pay_on", "sha256")}
    kept.append(issue_royalty_statements(**asked, period_to=period_to, by=by, at=at))


@require_GET
def show(request: HttpRequest, round_id: str) -> HttpResponse:
    """One round: its statements, where the money of each stands, its files, its payment runs."""
    issue, at = find_round(round_id), clock.now()
    job = find_job(issue.job.public_id)
    found = office_royalties.open_royalties(issue.currency, usable_at=at, pay_on=issue.pay_on)
    context = {
        "issue": issue,
        "last_day": issue.period_to - timedelta(days=1),
        "lines": office_royalties.statements_of_round(issue, at=at),
        "runs": office_royalties.runs_of_round(issue),
        "payable_minor": office_royalties.sum_of(found, "payable"),
        "waiting": [row for row in found if row.what != "payable"],
        "job": line_of(job) if issue.job.state != "done" else None,
        "issued_by": name_of(issue.issued_by),
        "may_pay": may_open(roles_of(request.user), "office:royalty_pay"),
        "back_url": reverse("office:royalty_statements"),
    }
    return office_page(request, "portal/office/royalty_round.html", context)


@require_GET
def statement_file(request: HttpRequest, statement_id: str) -> HttpResponse:
    """A statement's frozen bytes."""
    found = get_object_or_404(whole_royalty_statements().filter(file__isnull=False), public_id=statement_id)
    return stored_file(found.file.sha256, name=f"{found}.pdf")


@FORM_PAGE
def pay(request: HttpRequest, round_id: str) -> HttpResponse:
    """Prepare a payment run of everything that can be paid; a director approves it."""
    issue, form = find_round(round_id), RouteForm(posted(request))
    kept: list[PayoutRun] = []
    if request.method == "POST" and acted(request, form, partial(_pay, issue=issue, kept=kept)):
        messages.success(request, _("The payments are prepared. They leave once a director has approved them."))
        return HttpResponseRedirect(reverse("office:payout", args=[kept[0].public_id]))
    usable_at = max(begins_on(issue.pay_on), clock.now())
    found = office_royalties.open_royalties(issue.currency, usable_at=usable_at, pay_on=issue.pay_on)
    context = {
        "issue": issue,
        "form": form,
        "open": found,
        "payable_minor": office_royalties.sum_of(found, "payable"),
        "drafts": waiting_drafts(purpose=PURPOSE, currency=issue.currency),
        "refused": refused_again(purpose=PURPOSE, currency=issue.currency),
        "back_url": reverse("office:royalty_round", args=[round_id]),
    }
    return office_page(request, "portal/office/royalty_pay.html", context, status=422 if form.errors else 200)


def _pay(data: dict[str, Any], *, issue: RoyaltyRound, kept: list[PayoutRun], by: Any, at: Any) -> None:
    kept.append(prepare_royalty_run(issue=issue, route=data["route"], by=by, at=at))
