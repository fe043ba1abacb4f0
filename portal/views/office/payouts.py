"""Payment runs: what will be paid, approved by its hash by another person, followed to its end."""

from functools import partial
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.freshness import fresh_factor_required
from accounts.queries.people import roles_of
from core import jobs
from core.enums import JobState
from payments.enums import PayoutRoute, RunState
from payments.models import PayoutRun
from payments.queries.parked_news import open_news, stops_new_runs
from payments.services import payout_runs
from portal.forms.acts import ConfirmForm, HashForm, PauseForm
from portal.forms.payouts import PayoutsForm, StopRunForm
from portal.queries import office_payout_list, office_payouts
from portal.queries.keyset import asked_page, slice_of
from portal.queries.office_people import name_of
from portal.views.office.downloads import csv_answer
from portal.views.office.jobs import find_job, line_of
from portal.views.office.pages import acted, office_page, page_of, posted, query_without, sort_columns

LIST_COLUMNS = (
    (gettext_lazy("Reference"), "reference", False),
    (gettext_lazy("Payee"), "name", False),
    (gettext_lazy("Account"), "", False),
    (gettext_lazy("State"), "", False),
    (gettext_lazy("When"), "", False),
    (gettext_lazy("Amount"), "amount", True),
)
LIST_HEAD = ("reference", "payee", "account_ending", "amount_minor", "currency", "state", "reason", "sent_at",
             "settled_at", "ended_at")  # fmt: skip


def find_run(public_id: str) -> PayoutRun:
    """Return the run with everything its pages show, or a 404."""
    return get_object_or_404(office_payouts.runs_for_office(), public_id=public_id)


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """All runs, those that wait for somebody first."""
    page = page_of(request, office_payouts.runs_for_office())
    context = {
        "page": page,
        "page_query": "",
        "lines": [(run, name_of(run.prepared_by), office_payouts.sentence_of(run, run.job)) for run in page],
        "news_count": open_news().count(),
    }
    return office_page(request, "portal/office/payouts.html", context)


@require_GET
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """One run: its stations, its payments by state, and the one act that it waits for."""
    return run_page(request, find_run(public_id), PauseForm())


def run_page(request: HttpRequest, run: PayoutRun, form: Any) -> HttpResponse:
    """Show the run; ``form`` is the pause that was refused, or an empty one."""
    counts, roles = office_payouts.counts_for(run), roles_of(request.user)
    job = find_job(run.job.public_id) if run.job else None
    context = {
        "run": run,
        "form": form,
        "sentence": office_payouts.sentence_of(run, run.job),
        "steps": office_payouts.steps_of(run, counts),
        "lines": office_payouts.lines_of(run, counts),
        "job": line_of(job) if job else None,
        "before": office_payouts.before_approval(run) if run.state == RunState.DRAFT else None,
        "bank_file": office_payouts.find_bank_file(run),
        "answer_files": office_payouts.answer_files_of(run) if run.route == PayoutRoute.CSV else [],
        "subject": office_payouts.subject_of(run),
        "news_count": open_news().filter(payout__run=run).count(),
        "acts": office_payouts.acts_of(run, roles, is_maker=run.prepared_by_id == request.user.pk),
        "back_url": reverse("office:payouts"),
    }
    return office_page(request, "portal/office/payout.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@fresh_factor_required
def approve(request: HttpRequest, public_id: str) -> HttpResponse:
    """Approve exactly the payments that were read: who prepared them cannot."""
    run = find_run(public_id)
    form = HashForm(posted(request))
    if request.method == "POST" and acted(request, form, partial(_approve, run=run), _("The payments are approved.")):
        return HttpResponseRedirect(reverse("office:payout", args=[public_id]))
    run = find_run(public_id)
    context = {
        "run": run,
        "form": form,
        "before": office_payouts.before_approval(run),
        "subject": office_payouts.subject_of(run),
        "prepared_by": name_of(run.prepared_by),
        "is_maker": run.prepared_by_id == request.user.pk,
        "is_stopped": stops_new_runs(run.route),
        "decided_by": name_of(run.approved_by) if run.approved_by_id else "",
        "back_url": reverse("office:payout", args=[public_id]),
    }
    return office_page(request, "portal/office/payout_approve.html", context, status=422 if form.errors else 200)


def _approve(data: dict[str, Any], *, run: PayoutRun, by: Any, at: Any) -> None:
    payout_runs.approve_run(run=run, sha256=data["sha256"], by=by, at=at)


@require_POST
def pause(request: HttpRequest, public_id: str) -> HttpResponse:
    """Stop before the next payment, with a reason that others can read."""
    run, form = find_run(public_id), PauseForm(posted(request))
    if run.job is None or run.job.state != JobState.RUNNING:
        form.add_error(NON_FIELD_ERRORS, _("Nothing is being paid at the moment."))
        return run_page(request, run, form)
    if acted(request, form, partial(_pause, run=run), _("No payment leaves until it is resumed.")):
        return HttpResponseRedirect(reverse("office:payout", args=[public_id]))
    return run_page(request, run, form)


def _pause(data: dict[str, Any], *, run: PayoutRun, by: Any, at: Any) -> None:
    jobs.pause(job=run.job, reason=data["reason"], by=by, at=at)


@require_http_methods(["GET", "POST"])
@fresh_factor_required
def resume(request: HttpRequest, public_id: str) -> HttpResponse:
    """Let a paused run go on; who had to prove a factor first comes back to the run's page."""
    run, form = find_run(public_id), ConfirmForm(posted(request))
    is_asked = request.method == "POST" and run.job is not None
    if is_asked and not acted(request, form, partial(_resume, run=run), _("It goes on.")):
        return run_page(request, run, form)
    return HttpResponseRedirect(reverse("office:payout", args=[public_id]))


def _resume(_data: dict[str, Any], *, run: PayoutRun, by: Any, at: Any) -> None:
    payout_runs.resume_run(run=run, by=by, at=at)


@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, public_id: str) -> HttpResponse:
    """End the run for good, after saying what stays sent and what is owed again."""
    run = find_run(public_id)
    form = StopRunForm(posted(request), has_file=bool(run.file_sha256))
    if request.method == "POST" and acted(request, form, partial(_cancel, run=run), _("The run is cancelled.")):
        return HttpResponseRedirect(reverse("office:payout", args=[public_id]))
    counts = office_payouts.counts_for(run)
    left, left_minor = office_payouts.unsent_count(counts)
    context = {
        "run": run,
        "form": form,
        "left": left,
        "left_minor": left_minor,
        "given": run.payouts_count - left,
        "refusal": office_payouts.why_not_cancelled(run, by=request.user),
        "back_url": reverse("office:payout", args=[public_id]),
    }
    return office_page(request, "portal/office/payout_cancel.html", context, status=422 if form.errors else 200)


def _cancel(data: dict[str, Any], *, run: PayoutRun, by: Any, at: Any) -> None:
    payout_runs.cancel_run(run=run, by=by, at=at, **data)


@require_GET
def payments(request: HttpRequest, public_id: str) -> HttpResponse:
    """Every payment of the run, fifty to a page."""
    run, form, rows = _asked(request, public_id)
    order = office_payout_list.order_of(request.GET.get("sort", ""))
    asked = asked_page(order, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    context = {
        "run": run,
        "form": form,
        "slice": slice_of(rows, asked),
        "columns": sort_columns(request, LIST_COLUMNS),
        "page_query": query_without(request, "after", "before"),
        "csv_url": f"{reverse('office:payout_list_csv', args=[public_id])}?{request.GET.urlencode()}",
        "back_url": reverse("office:payout", args=[public_id]),
    }
    return office_page(request, "portal/office/payout_list.html", context)


@require_GET
def payments_csv(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The same rows to take away: of an account never more than its ending."""
    run, _form, rows = _asked(request, public_id)
    cells = (office_payout_list.cells_of(row) for row in rows.order_by("pk").iterator(chunk_size=2000))
    return csv_answer(f"payments-{run.prepared_at:%Y-%m-%d}", LIST_HEAD, cells)


def _asked(request: HttpRequest, public_id: str) -> tuple[PayoutRun, PayoutsForm, Any]:
    run, form = find_run(public_id), PayoutsForm(request.GET)
    chosen = form.chosen
    return run, form, office_payout_list.payments_of(run, search=chosen["q"] or "", state=chosen["state"] or "")
