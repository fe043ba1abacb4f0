"""Where an application stands, in words."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.permissions import holder_required, signed_in_user
from core import clock
from equity.enums import UNFINISHED, ApplicationState
from equity.models import Application
from equity.queries.paying import paying_of
from equity.queries.tracking import board_decides_by, tracker_steps
from equity.services.bookings import day_of
from equity.views.pay import due_minor
from equity.views.steps import current_step, had_time_to_think, own_application, risk_banner, url_of


@require_GET
@holder_required
def apply(request: HttpRequest, public_id: str) -> HttpResponse:
    """Lead to the step at which the application stands, on whatever device."""
    application = own_application(request, public_id)
    if application.state in UNFINISHED:
        standing = current_step(application, at=clock.now())
        # Whoever comes back after the time to think meets the choice first, leaving as large as going on.
        meets_choice = standing == "check" and had_time_to_think(application)
        return HttpResponseRedirect(url_of(application, "wait" if meets_choice else standing))
    return HttpResponseRedirect(url_of(application, "tracker"))


@require_GET
@holder_required
def confirmation(request: HttpRequest, public_id: str) -> HttpResponse:
    """What was paid, its reference, and what happens next; still there when bookmarked."""
    application = own_application(request, public_id)
    if application.state not in {ApplicationState.PAID, ApplicationState.ALLOTTED}:
        return HttpResponseRedirect(url_of(application, "tracker"))
    context = _context(application) | {
        "reference": application.public_id,
        "paid_at": application.paid_at,
        "mail_address": signed_in_user(request).email,
        "board_by_on": board_decides_by(application),
        "tracker_url": url_of(application, "tracker"),
    }
    return render(request, "equity/apply/confirmation.html", context)


@require_GET
@holder_required
def tracker(request: HttpRequest, public_id: str) -> HttpResponse:
    """The application's way, the past with its moments, the rest with what comes next."""
    application = own_application(request, public_id)
    return render(request, "equity/tracker.html", _context(application))


def _context(application: Application) -> dict[str, Any]:
    can_withdraw = application.state in {*UNFINISHED, ApplicationState.PAID}
    can_go_on = application.state in UNFINISHED and not paying_of(application).is_under_way
    return {
        "application": application,
        "offer": application.offer,
        "total_minor": due_minor(application),
        "steps": tracker_steps(application, today=day_of(clock.now())),
        "withdraw_url": url_of(application, "withdraw") if can_withdraw else "",
        "continue_url": url_of(application, "apply") if can_go_on else "",
        "receipt_url": url_of(application, "receipt") if application.paid_at else "",
        "back_url": reverse("me"),
        "risk_banner": risk_banner(application.offer),
        "face": "portal",
    }
