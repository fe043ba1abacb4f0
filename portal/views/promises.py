"""What votes promised and what became of it; and what the house promises about voting itself."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localtime
from django.views.decorators.http import require_safe

from core import clock
from portal.queries.promises import promises as all_promises


@require_safe
def promises(request: HttpRequest) -> HttpResponse:
    """Every promise of a declared vote with its day and its news."""
    context = {"promises": all_promises(today=localtime(clock.now()).date()), "face": "promises"}
    return render(request, "portal/promises.html", context)


@require_safe
def about_voting(request: HttpRequest) -> HttpResponse:
    """What is promised about voting, and what is not, in plain words."""
    return render(request, "portal/about_voting.html", {"face": "promises"})
