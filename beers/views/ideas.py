"""Calls for ideas, their ideas, and standing behind one."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import signed_in_user
from beers.forms.ideas import SearchForm
from beers.models import Call, Proposal
from beers.permissions import can_take_part, shareholder_required, viewer_party
from beers.queries.calls import calls, find_call, takes_ideas
from beers.queries.proposals import Standing, counted, merged_into, standing_of, standings
from beers.services.supports import support_proposal, withdraw_support
from core import clock
from core.errors import DomainError
from core.transactions import atomic

ROWS_PER_PAGE = 50


def call_or_404(slug: str) -> Call:
    """Return the call of an address."""
    call = find_call(slug)
    if call is None:
        raise Http404
    return call


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Every call for ideas, open ones first."""
    at = clock.now()
    rows = [{"call": call, "is_open": takes_ideas(call, at=at)} for call in calls()]
    rows.sort(key=lambda row: not row["is_open"])
    return render(request, "beers/ideas.html", {"rows": rows, "face": "ideas"})


@require_GET
def call(request: HttpRequest, slug: str) -> HttpResponse:
    """The question, what is promised, and every idea with who stands behind it and what was answered."""
    row = call_or_404(slug)
    form = SearchForm(request.GET)
    viewer = viewer_party(request)
    found = standings(row, viewer=viewer, search=form.chosen["q"], state=form.chosen["state"])
    page = Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {
        **frame(request, row),
        "form": form,
        "page": page,
        "count": page.paginator.count,
        "page_query": f"{kept.urlencode()}&" if kept else "",
        "ideas": [standing_of(idea, viewer=viewer) for idea in page],
        "back_url": reverse("beers:ideas"),
    }
    return render(request, "beers/call.html", context)


def frame(request: HttpRequest, row: Call) -> dict[str, Any]:
    """Return what every page of a call knows."""
    is_open = takes_ideas(row, at=clock.now())
    return {
        "call": row,
        "is_open": is_open,
        "can_take_part": is_open and (not request.user.is_authenticated or can_take_part(request.user)),
        "propose_url": reverse("beers:propose", args=[row.slug]),
        "face": "ideas",
    }


def standing_or_404(request: HttpRequest, row: Call, public_id: str) -> tuple[Proposal, Standing]:
    """Return an idea of the call and how it stands for whoever looks."""
    viewer = viewer_party(request)
    idea = counted(Proposal.objects.filter(call=row, public_id=public_id), viewer=viewer).first()
    if idea is None:
        raise Http404
    return idea, standing_of(idea, viewer=viewer)


@require_GET
def proposal(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """One idea: its words or its recipe, its author, who stands behind it, what was answered and why."""
    row = call_or_404(slug)
    idea, standing = standing_or_404(request, row, public_id)
    context = {
        **frame(request, row),
        "idea": standing,
        "joined": merged_into(idea),
        "back_url": reverse("beers:call", args=[slug]),
    }
    return render(request, "beers/proposal.html", context)


@require_POST
@shareholder_required
def support(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """Stand behind an idea, or take that back; the answer is the button as it is now."""
    row = call_or_404(slug)
    idea, _standing = standing_or_404(request, row, public_id)
    act = withdraw_support if "withdraw" in request.POST else support_proposal
    user = signed_in_user(request)
    try:
        with atomic():
            act(proposal=idea, party=user.party, by=user, at=clock.now())  # type: ignore[arg-type]
    except DomainError as error:
        messages.warning(request, str(error))
    return _answered(request, row, public_id)


def _answered(request: HttpRequest, row: Call, public_id: str) -> HttpResponse:
    """Return the block alone to htmx, else lead back to the page the button stood on."""
    if request.headers.get("HX-Request"):
        _idea, standing = standing_or_404(request, row, public_id)
        return render(request, "beers/_support.html", {**frame(request, row), "idea": standing})
    if request.POST.get("on") == "call":
        return HttpResponseRedirect(f"{reverse('beers:call', args=[row.slug])}#idea-{public_id}")
    return HttpResponseRedirect(reverse("beers:proposal", args=[row.slug, public_id]))
