"""Members' ideas in the office: what waits, its answer with a reason, a new call."""

from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from beers.models import Proposal
from beers.queries.proposals import counted, similar_to, standing_of
from beers.services.calls import TEXTS, open_call
from beers.services.proposals import answer_proposal
from portal.forms.ideas import AnswerForm, CallForm, IdeasForm
from portal.queries import office_ideas
from portal.views.office.downloads import csv_answer
from portal.views.office.pages import acted, office_page, page_of, posted, query_without, sort_columns

COLUMNS = (
    (gettext_lazy("Idea"), "name", False),
    (gettext_lazy("Answer"), "state", False),
    (gettext_lazy("Proposed"), "proposed", False),
    (gettext_lazy("Call"), "", False),
    (gettext_lazy("Supporters"), "supporters", True),
)
HEAD = ("idea", "call", "text", "author", "state", "supporters", "proposed_at", "answered_at", "reason", "reason_vi")
FORM_PAGE = require_http_methods(["GET", "POST"])


def _found(request: HttpRequest) -> tuple[IdeasForm, Any]:
    form = IdeasForm(request.GET, call=office_ideas.call_choices())
    chosen = form.chosen
    rows = office_ideas.ideas_for_office(
        search=chosen["q"] or "",
        state=chosen["state"] or "",
        call_slug=chosen["call"] or "",
        sort=request.GET.get("sort", ""),
    )
    return form, rows


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Ideas, those that wait for an answer first, fifty to a page."""
    form, rows = _found(request)
    page = page_of(request, rows)
    context = {
        "form": form,
        "columns": sort_columns(request, COLUMNS),
        "page": page,
        "count": page.paginator.count,
        "waiting": office_ideas.waiting_ideas(),
        "page_query": query_without(request, "page"),
        "csv_url": f"{reverse('office:ideas_csv')}?{request.GET.urlencode()}",
    }
    return office_page(request, "portal/office/ideas.html", context)


@require_GET
def as_csv(request: HttpRequest) -> HttpResponseBase:
    """The ideas of the list as CSV."""
    _form, rows = _found(request)
    return csv_answer("ideas", HEAD, office_ideas.rows_for_csv(rows))


@FORM_PAGE
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """One idea, what is like it, and the form of its answer."""
    idea = office_ideas.idea_for_office(public_id)
    if idea is None:
        raise Http404
    before = {"state": idea.state, "reason": idea.answer_reason, "reason_vi": idea.answer_reason_vi}
    initial = {**before, "merged_into": idea.merged_into and idea.merged_into.public_id}
    form = AnswerForm(posted(request), joinable=office_ideas.may_be_joined(idea), initial=initial)
    if request.method == "POST" and acted(request, form, partial(_answer, idea=idea), _("The idea is answered.")):
        return HttpResponseRedirect(reverse("office:ideas"))
    context = {**_facts(idea), "form": form, "back_url": reverse("office:ideas")}
    return office_page(request, "portal/office/idea.html", context, status=422 if form.errors else 200)


def _facts(idea: Proposal) -> dict[str, Any]:
    like = [other for other in similar_to(idea.call, idea.text) if other.public_id != idea.public_id]
    return {
        "call": idea.call,
        "idea": standing_of(counted(Proposal.objects.filter(pk=idea.pk)).get()),
        "similar": like,
    }


def _answer(data: dict[str, Any], *, idea: Proposal, by: Any, at: Any) -> None:
    answer_proposal(proposal=idea, by=by, at=at, **data)


@FORM_PAGE
def new_call(request: HttpRequest) -> HttpResponse:
    """Open a call for ideas, once its question and its promise are said in both languages."""
    form = CallForm(posted(request))
    if request.method == "POST" and acted(request, form, _open_call, _("The call is open.")):
        return HttpResponseRedirect(reverse("beers:call", args=[form.cleaned_data["slug"]]))
    context = {"form": form, "back_url": reverse("office:ideas")}
    return office_page(request, "portal/office/ideas_call.html", context, status=422 if form.errors else 200)


def _open_call(data: dict[str, Any], *, by: Any, at: Any) -> None:
    texts = {name: data[name] for name in TEXTS}
    times = {"opens_at": data["opens_at"], "closes_at": data["closes_at"]}
    open_call(slug=data["slug"], kind=data["kind"], texts=texts, **times, by=by, at=at)
