"""The demo's pages: choose a person, see their codes, move the clock, read all outgoing mail."""

from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from accounts.services.demo_people import DemoPerson, demo_credentials, seconds_until_next_code
from core import clock
from core.models import OutgoingMail
from core.tasks import sweep
from core.transactions import atomic
from portal.queries.demo_faults import find_drawer
from portal.queries.demo_meeting import open_contest
from portal.queries.demo_royalties import creator_people
from portal.queries.demo_story import stops, story
from portal.services.example_votes import let_members_vote
from portal.views.stored_files import stored_file

STEPS = {
    "hour": (timedelta(hours=1), _("One hour on")),
    "day": (timedelta(hours=24), _("24 hours on")),
    "week": (timedelta(days=7), _("A week on")),
}
WHO = {
    "customer@demo.example": _("A customer who may buy a few shares"),
    "holder@demo.example": _("A shareholder with four shares"),
    "secretary@demo.example": _("Company secretary: prepares offers and allotments"),
    "finance@demo.example": _("Finance: sees money, signs the ranking"),
    "director@demo.example": _("Director: approves"),
    "chair@demo.example": _("Chair of the meeting"),
    "door@demo.example": _("At the door of the meeting"),
}


@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Who is who, how each signs in, and what time it is."""
    context = {
        "people": [
            *(_card(person, WHO.get(person.email, "")) for person in demo_credentials()),
            *(_card(person, what) for person, what in creator_people()),
        ],
        "now": localtime(clock.now()),
        "offset": clock.offset(),
        "steps": [{"code": code, "label": label} for code, (_delta, label) in STEPS.items()],
        "stops": stops(),
        "story": story(),
        "open_vote": open_contest(),
        "drawer": find_drawer(),
        "code_seconds": seconds_until_next_code(),
        "face": "demo",
    }
    return render(request, "portal/demo/people.html", context)


def _card(person: DemoPerson, what: str | Promise) -> dict[str, Any]:
    is_staff = bool(person.roles)
    return {
        "email": person.email,
        "name": person.name,
        "what": what,
        "password": person.password,
        "totp_code": person.current_totp_code(),
        "email_code": person.latest_email_code(),
        "url": reverse("account_staff_login" if is_staff else "account_login"),
        "home_url": reverse("office:home") if is_staff else reverse("me"),
    }


@require_POST
def move_clock(request: HttpRequest) -> HttpResponse:
    """Move the demo's clock forward by one of the named steps, and let time do what it does."""
    step = STEPS.get(request.POST.get("step", ""))
    if step is None:
        raise Http404
    with atomic():
        clock.move_forward(by=step[0])
    sweep()
    return HttpResponseRedirect(reverse("demo:people"))


@require_POST
def go_to(request: HttpRequest) -> HttpResponse:
    """Move the demo's clock to a moment of the meeting and let time do what it does; one behind us changes nothing."""
    stop = next((stop for stop in stops() if stop.code == request.POST.get("stop", "")), None)
    if stop is not None:
        with atomic():
            clock.move_forward(by=max(stop.at - clock.now(), timedelta(milliseconds=1)))
        sweep()
    return HttpResponseRedirect(reverse("demo:people"))


@require_POST
def members_vote(request: HttpRequest) -> HttpResponse:
    """Let some of the invented members vote on what is open now."""
    contest = open_contest()
    if contest is not None:
        let_members_vote(contest=contest)
    return HttpResponseRedirect(reverse("demo:people"))


@require_GET
def mails(request: HttpRequest) -> HttpResponse:
    """All outgoing mail, the newest first."""
    rows = OutgoingMail.objects.order_by("-id")
    wanted = request.GET.get("to", "")
    if wanted:
        rows = rows.filter(to=wanted)
    page = Paginator(rows, 25).get_page(request.GET.get("page"))
    context = {"page": page, "wanted": wanted, "page_query": f"to={wanted}&" if wanted else "", "face": "demo"}
    return render(request, "portal/demo/mails.html", context)


@require_GET
def mail(request: HttpRequest, public_id: str) -> HttpResponse:
    """One mail as text, with its attachments."""
    row = get_object_or_404(OutgoingMail, public_id=public_id)
    attachments = [
        {"name": name, "url": reverse("demo:attachment", args=[public_id, number])}
        for number, (name, _sha256, _type) in enumerate(row.attachments)
    ]
    context = {"mail": row, "attachments": attachments, "back_url": reverse("demo:mails"), "face": "demo"}
    return render(request, "portal/demo/mail.html", context)


@require_GET
def attachment(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    """An attachment of a mail."""
    row = get_object_or_404(OutgoingMail, public_id=public_id)
    if number >= len(row.attachments):
        raise Http404
    name, sha256, media_type = row.attachments[number]
    return stored_file(sha256, name=name, media_type=media_type)
