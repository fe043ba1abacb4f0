"""Jobs: how far they are, what they could not do, and who stops them."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import has_role
from accounts.queries.people import roles_of
from core import jobs
from core.enums import JobState
from core.errors import JobMustBeDone
from core.models import Job
from payments.models import PayoutRun
from payments.services.bank_answers import JOB_KIND as ANSWERS_KIND
from payments.services.payout_runs import JOB_KIND
from portal.forms.acts import ConfirmForm, PauseForm
from portal.permissions import may_open
from portal.queries import office_jobs
from portal.queries.office_jobs import JobLine
from portal.services.again import try_again
from portal.views.office.pages import acted, office_page, page_of, posted


def find_job(public_id: str) -> Job:
    """Return the job with its sums, or a 404."""
    return get_object_or_404(office_jobs.jobs_for_office(), public_id=public_id)


def line_of(job: Job) -> JobLine:
    """Return the job as the progress component shows it."""
    line = office_jobs.job_line(job)
    url = reverse("office:job", args=[job.public_id])
    return replace(line, url=url, refresh_url=reverse("office:job_progress", args=[job.public_id]))


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """All jobs, latest first."""
    page = page_of(request, office_jobs.jobs_for_office())
    lines = [office_jobs.job_line(job) for job in page]
    return office_page(request, "portal/office/jobs.html", {"page": page, "jobs": lines, "page_query": ""})


@require_GET
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """One job."""
    return _page(request, find_job(public_id), PauseForm())


def money_page(job: Job) -> str:
    """Return the page on which a job that pays is paused, resumed and cancelled; empty for any other job.

    There its run's own rules hold, who may do what among them; what such a job set aside the sweep takes up.
    """
    if job.kind != JOB_KIND:
        return ""
    run = PayoutRun.objects.filter(job=job).first()
    return reverse("office:payout", args=[run.public_id]) if run else reverse("office:payouts")


def may_act_on(request: HttpRequest, job: Job) -> bool:
    """Tell whether who asks may stop this job or let it go on: one that writes where money went is finance's."""
    return has_role(request.user, *(["finance"] if job.kind == ANSWERS_KIND else ["secretary", "finance"]))


def why_not_cancelled(job: Job) -> str:
    """Return why nobody cancels this kind of job; empty where somebody may."""
    return str(JobMustBeDone()) if job.kind in settings.JOBS_CARRIED_OUT else ""


def _page(request: HttpRequest, job: Job, form: Any) -> HttpResponse:
    line = line_of(job)
    money_url = money_page(job)
    may_act = may_act_on(request, job) and not money_url
    context = {
        "job": line,
        "form": form,
        "failures": office_jobs.failures_of(job),
        "may_act": may_act,
        "money_url": money_url,
        "may_pause": may_act and line.state == JobState.RUNNING,
        "may_resume": may_act and line.state == JobState.PAUSED,
        "may_cancel": may_act and not line.is_finished and not why_not_cancelled(job),
        "back_url": reverse("office:jobs"),
    }
    return office_page(request, "portal/office/job.html", context, status=422 if form.errors else 200)


@require_GET
def progress(request: HttpRequest, public_id: str) -> HttpResponse:
    """The progress block alone, for the page to ask every two seconds; whoever opens it as a page gets the page."""
    line = line_of(find_job(public_id))
    if "HX-Request" not in request.headers:
        may_see = may_open(roles_of(request.user), "office:job")
        return HttpResponseRedirect(line.url if may_see else reverse("office:home"))
    return render(request, "components/progress.html", {"job": line, "refresh_url": line.refresh_url})


def _done(request: HttpRequest, public_id: str, form: Any, act: Callable[..., Any]) -> HttpResponse:
    job = find_job(public_id)
    if not may_act_on(request, job):
        raise PermissionDenied
    if money_url := money_page(job):
        messages.error(request, _("A payment run is paused, resumed and cancelled on this page."))
        return HttpResponseRedirect(money_url)
    if acted(request, form, partial(act, job=job)):
        return HttpResponseRedirect(reverse("office:job", args=[public_id]))
    return _page(request, job, form)


@require_POST
def pause(request: HttpRequest, public_id: str) -> HttpResponse:
    """Stop the job before its next item, with a reason others can read."""
    return _done(request, public_id, PauseForm(posted(request)), _pause)


def _pause(data: dict[str, Any], *, job: Job, by: Any, at: Any) -> None:
    jobs.pause(job=job, reason=data["reason"], by=by, at=at)


@require_POST
def resume(request: HttpRequest, public_id: str) -> HttpResponse:
    """Let a paused job go on."""
    return _done(request, public_id, ConfirmForm(posted(request)), _resume)


def _resume(_data: dict[str, Any], *, job: Job, by: Any, at: Any) -> None:
    jobs.resume(job=job, by=by, at=at)


@require_POST
def again(request: HttpRequest, public_id: str) -> HttpResponse:
    """Try the items that failed again, in a job of their own."""
    return _done(request, public_id, ConfirmForm(posted(request)), _again)


def _again(_data: dict[str, Any], *, job: Job, by: Any, at: Any) -> None:
    try_again(job=job, by=by, at=at)


@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, public_id: str) -> HttpResponse:
    """End the job for good, after saying what stays done and what will never be done.

    A job that pays is ended with its run, on the page that says what is owed again; one that must be done says so.
    """
    job = find_job(public_id)
    if not may_act_on(request, job):
        raise PermissionDenied
    if job.kind == JOB_KIND:
        run = PayoutRun.objects.filter(job=job).first()
        page, args = ("payout_cancel", [run.public_id]) if run else ("payouts", [])
        return HttpResponseRedirect(reverse(f"office:{page}", args=args))
    form = ConfirmForm(posted(request))
    if request.method == "POST" and acted(request, form, partial(_cancel, job=job), _("The job is cancelled.")):
        return HttpResponseRedirect(reverse("office:job", args=[public_id]))
    back_url = reverse("office:job", args=[public_id])
    context = {"job": line_of(job), "form": form, "refusal": why_not_cancelled(job), "back_url": back_url}
    return office_page(request, "portal/office/job_cancel.html", context, status=422 if form.errors else 200)


def _cancel(_data: dict[str, Any], *, job: Job, by: Any, at: Any) -> None:
    jobs.cancel(job=job, by=by, at=at)
