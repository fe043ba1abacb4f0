"""The demo's drawer of faults: pull something out, put it back, look at what became of it."""

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from payments.sandbox.faults import Fault
from portal.queries.demo_faults import find_drawer
from portal.services.demo_faults import NoDrawer, put_fault_back, use_fault

SEE_OTHER = 303


@require_GET
@never_cache
def fault_log(request: HttpRequest) -> HttpResponse:
    """What became of the faults: the part of the page that asks for itself again."""
    drawer = find_drawer()
    if drawer is None:
        raise Http404
    return render(request, "portal/demo/_fault_log.html", {"drawer": drawer})


@require_POST
def pull(request: HttpRequest) -> HttpResponse:
    """Arm a fault, or let it happen."""
    try:
        use_fault(kind=named_fault(request), transfer_id=request.POST.get("transfer", ""))
    except NoDrawer as error:
        raise Http404 from error
    return back_to_drawer()


@require_POST
def put_back(request: HttpRequest) -> HttpResponse:
    """Take off a fault that waits."""
    try:
        put_fault_back(kind=named_fault(request))
    except NoDrawer as error:
        raise Http404 from error
    return back_to_drawer()


def named_fault(request: HttpRequest) -> Fault:
    """Return the fault the form names; a form of ours never names another."""
    try:
        return Fault(request.POST.get("fault", ""))
    except ValueError as error:
        raise BadRequest("no such fault") from error


def back_to_drawer() -> HttpResponse:
    """Show the drawer again."""
    response = HttpResponseRedirect(reverse("demo:people") + "#faults")
    response.status_code = SEE_OTHER
    return response
