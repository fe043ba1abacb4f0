"""The front door."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from equity.queries.offers import open_offers


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Lead to the open offer; without one, say that nothing is on offer and what there is to do."""
    offers = open_offers()
    if offers:
        return HttpResponseRedirect(reverse("equity:offer", args=[offers[0].slug]))
    return render(request, "portal/home.html", {"face": "public"})


@require_GET
def risk(request: HttpRequest) -> HttpResponse:
    """Lead to the open offer's risk summary; without an offer, to the front door."""
    offers = open_offers()
    return HttpResponseRedirect(reverse("equity:risk", args=[offers[0].slug]) if offers else reverse("home"))
