"""The page behind the link in a mail about bank details: no sign-in, the secret in the address is the key.

Note [Stop page]: programs that read mail open every link, so GET shows and only POST acts. The address holds a secret:
no cache keeps the page, and ``no-referrer`` keeps the address from the next page. Under that policy browsers send
``Origin: null`` with a form, which Django's check of the origin refuses; the check protects sessions, and none is asked
here, so it is left out, and the page has no other form.
"""

from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from core import clock
from core.transactions import atomic
from payments.enums import MandateEnd
from payments.errors import StopLinkUnknown
from payments.models import BankMandate
from payments.queries.mandates import find_restored_by_stop, find_stoppable, plan_stop
from payments.services.mandates import stop_by_token


@csrf_exempt
@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Show what the link does, and do it when asked; see Note [Stop page]."""
    try:
        response = _stopped(request, token) if request.method == "POST" else _shown(request, token)
    except StopLinkUnknown:
        response = render(request, "portal/bank/stop_unknown.html", status=404)
    response.headers["Cache-Control"] = "no-store, private"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _stopped(request: HttpRequest, token: str) -> HttpResponse:
    with atomic():
        stop_by_token(token=token, at=clock.now())
    return HttpResponseRedirect(reverse("bank_stop", args=[token]))


def _shown(request: HttpRequest, token: str) -> HttpResponse:
    at = clock.now()
    mandate = find_stoppable(token, at=at)
    if mandate is None:
        raise StopLinkUnknown()
    with override(mandate.party.language):  # the mail's
        response = _page(request, mandate, at)
    response.headers["Content-Language"] = mandate.party.language
    return response


def _page(request: HttpRequest, mandate: BankMandate, at: datetime) -> HttpResponse:
    if mandate.ended_how == MandateEnd.NOT_ME:
        context = {"mandate": mandate, "restored": find_restored_by_stop(mandate)}
        return render(request, "portal/bank/stopped.html", context)
    plan = plan_stop(mandate, at=at)
    context = {"mandate": mandate, "later": plan.later(mandate), "restored": plan.trusted, "stays": plan.stays}
    return render(request, "portal/bank/stop.html", context)
