"""The way by file: made, downloaded, given to the bank, answered by the bank."""

from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.freshness import fresh_factor_required
from core import clock
from equity.services.bookings import day_of
from payments.enums import PayoutRoute
from payments.models import BankAnswerFile, PayoutRun
from payments.queries.bank_answers import Checked, check_file
from payments.services import bank_answers, payout_runs
from payments.services.bank_files import make_bank_file, take_bank_file
from portal.forms.acts import ConfirmForm
from portal.forms.payouts import AllPaidForm, AnswersForm
from portal.queries import office_bank_answers, office_payouts
from portal.queries.office_people import name_of
from portal.views.office.downloads import csv_answer
from portal.views.office.jobs import find_job, line_of
from portal.views.office.pages import acted, office_page, posted
from portal.views.office.payouts import find_run

BAD_HEAD = ("line", "why", "as_it_stands")
BAD_SHOWN = 200


def find_file_run(public_id: str) -> PayoutRun:
    """Return a run on the way by file; a 404 for any other."""
    run = find_run(public_id)
    if run.route != PayoutRoute.CSV:
        raise Http404
    return run


@require_http_methods(["GET", "POST"])
@fresh_factor_required
def bank(request: HttpRequest, public_id: str) -> HttpResponse:
    """Make the file, download it, and say when the bank has taken it."""
    run, form = find_file_run(public_id), ConfirmForm(posted(request))
    act = _hand_over if request.POST.get("act") == "hand_over" else _make
    if request.method == "POST" and acted(request, form, partial(act, run=run)):
        page = "office:payout" if act is _hand_over else "office:payout_bank"
        return HttpResponseRedirect(reverse(page, args=[public_id]))
    return _bank_page(request, run, form)


def _bank_page(request: HttpRequest, run: PayoutRun, form: ConfirmForm) -> HttpResponse:
    context = {
        "run": run,
        "form": form,
        "bank_file": office_payouts.find_bank_file(run),
        "stopped": office_payouts.stopped_since(run, at=clock.now()),
        "counts": office_payouts.lines_of(run, office_payouts.counts_for(run)),
        "back_url": reverse("office:payout", args=[run.public_id]),
    }
    return office_page(request, "portal/office/payout_bank.html", context, status=422 if form.errors else 200)


def _make(_data: dict[str, Any], *, run: PayoutRun, by: Any, at: Any) -> None:
    make_bank_file(run=run, by=by, at=at)


def _hand_over(_data: dict[str, Any], *, run: PayoutRun, by: Any, at: Any) -> None:
    payout_runs.hand_over(run=run, by=by, at=at)


@require_http_methods(["GET", "POST"])
@fresh_factor_required
def download(request: HttpRequest, public_id: str) -> HttpResponse:
    """The run's file as the bank gets it, byte for byte; a GET, as after proving a factor, leads to its page."""
    run, form, files = find_file_run(public_id), ConfirmForm(posted(request)), list[bytes]()
    if request.method != "POST":
        return HttpResponseRedirect(reverse("office:payout_bank", args=[public_id]))
    if not acted(request, form, partial(_take, run=run, files=files)):
        return _bank_page(request, run, form)
    response = HttpResponse(files[0], content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="payments-{run.public_id}.csv"'
    return response


def _take(_data: dict[str, Any], *, run: PayoutRun, files: list[bytes], by: Any, at: Any) -> None:
    files.append(take_bank_file(run=run, by=by, at=at))


@require_http_methods(["GET", "POST"])
@fresh_factor_required
def answers(request: HttpRequest, public_id: str) -> HttpResponse:
    """Upload what the bank answered, or say that it paid everything on one day."""
    run = find_file_run(public_id)
    is_all = request.POST.get("act") == "all_paid"
    upload = AnswersForm(None if is_all else posted(request), request.FILES or None)
    all_paid = _all_paid_form(run, posted(request) if is_all else None)
    form, act = (all_paid, _all_paid) if is_all else (upload, _upload)
    kept: list[BankAnswerFile] = []
    if request.method == "POST" and acted(request, form, partial(act, run=run, kept=kept)):
        page, args = ("payout", [public_id]) if is_all else ("payout_answers_check", [public_id, kept[0].public_id])
        return HttpResponseRedirect(reverse(f"office:{page}", args=args))
    sent, sent_minor = office_bank_answers.unanswered(run)
    context = {
        "run": run,
        "form": form,
        "upload": upload,
        "all_paid": all_paid,
        "sent": sent,
        "sent_minor": sent_minor,
        "back_url": reverse("office:payout", args=[public_id]),
    }
    return office_page(request, "portal/office/payout_answers.html", context, status=422 if form.errors else 200)


def _all_paid_form(run: PayoutRun, data: Any) -> AllPaidForm:
    today = day_of(clock.now())
    return AllPaidForm(data, today=today, not_before=day_of(run.approved_at or run.prepared_at), prefix="all")


def _upload(data: dict[str, Any], *, run: PayoutRun, kept: list[BankAnswerFile], by: Any, at: Any) -> None:
    name, content = data["file"]
    kept.append(bank_answers.upload_answers(run=run, name=name, data=content, by=by, at=at))


def _all_paid(data: dict[str, Any], *, run: PayoutRun, kept: list[BankAnswerFile], by: Any, at: Any) -> None:
    kept.append(bank_answers.all_paid(run=run, paid_on=data["paid_on"], by=by, at=at))


def find_answers(public_id: str, answers_id: str) -> BankAnswerFile:
    """Return an uploaded file of the run, or a 404."""
    rows = BankAnswerFile.objects.exclude(sha256="").select_related(
        "run", "job", "uploaded_by__party", "taken_in_by__party"
    )
    return get_object_or_404(rows, public_id=answers_id, run__public_id=public_id)


@require_http_methods(["GET", "POST"])
@fresh_factor_required
def check_answers(request: HttpRequest, public_id: str, answers_id: str) -> HttpResponse:
    """Show what an uploaded file means, line by line where it cannot be read, and take it in."""
    file, form = find_answers(public_id, answers_id), ConfirmForm(posted(request))
    if request.method == "POST" and acted(request, form, partial(_take_in, file=file)):
        return HttpResponseRedirect(reverse("office:payout", args=[public_id]))
    checked = check_file(file, today=day_of(clock.now()))
    job = find_job(file.job.public_id) if file.job else None
    context = {
        "file": file,
        "run": file.run,
        "form": form,
        "told": office_bank_answers.told(checked, bad_shown=BAD_SHOWN),
        "taken_in_by": name_of(file.taken_in_by) if file.taken_in_by_id else "",
        "job": line_of(job) if job else None,
        "back_url": reverse("office:payout_answers", args=[public_id]),
    }
    return office_page(request, "portal/office/payout_answers_check.html", context, status=422 if form.errors else 200)


def _take_in(_data: dict[str, Any], *, file: BankAnswerFile, by: Any, at: Any) -> None:
    bank_answers.take_in_answers(file=file, by=by, at=at)


@require_http_methods(["GET", "POST"])
@fresh_factor_required
def bad_rows(request: HttpRequest, public_id: str, answers_id: str) -> HttpResponseBase:
    """The lines that cannot be taken in, with their reasons, to mend and upload again; the trail says who took them.

    A GET, as after proving a factor, leads to the file's page.
    """
    file, form, taken = find_answers(public_id, answers_id), ConfirmForm(posted(request)), list[Checked]()
    if request.method != "POST" or not acted(request, form, partial(_take_bad, file=file, taken=taken)):
        return HttpResponseRedirect(reverse("office:payout_answers_check", args=[public_id, answers_id]))
    return csv_answer("lines-not-taken-in", BAD_HEAD, office_bank_answers.bad_cells(taken[0]))


def _take_bad(_data: dict[str, Any], *, file: BankAnswerFile, taken: list[Checked], by: Any, at: Any) -> None:
    taken.append(bank_answers.take_bad_lines(file=file, by=by, at=at))
