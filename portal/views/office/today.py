"""The office's first page."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.queries.people import roles_of
from core import clock
from equity.services.bookings import day_of
from portal.permissions import may_open
from portal.queries import office_today
from portal.queries.office_books import find_last_proof
from portal.queries.office_jobs import JobLine
from portal.views.office.pages import office_page


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What is due, what waits for whom, what runs, what went wrong, when the books were proved last."""
    now, roles = clock.now(), roles_of(request.user)
    today = day_of(now)
    context = {
        "due": office_today.due_items(today=today, roles=roles),
        "waiting": office_today.waiting_items(now=now, today=today, roles=roles),
        "jobs": [_with_addresses(job, roles) for job in office_today.running_jobs()],
        "troubles": office_today.troubles(now=now, roles=roles),
        "proof": find_last_proof(),
        "may_prove": may_open(roles, "office:prove"),
    }
    return office_page(request, "portal/office/home.html", context)


def _with_addresses(job: JobLine, roles: frozenset[str]) -> JobLine:
    url = reverse("office:job", args=[job.public_id]) if may_open(roles, "office:job") else ""
    return replace(job, url=url, refresh_url=reverse("office:job_progress", args=[job.public_id]))
