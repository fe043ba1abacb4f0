"""Dividends: what can be declared, what is declared, and the way from the recommendation to the proposal."""

from functools import partial
from types import SimpleNamespace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.queries.people import roles_of
from core import clock
from core.errors import DomainError
from core.languages import localised
from dividends.models import Declaration, Recommendation
from dividends.queries.dry_run import dry_run as try_out
from dividends.queries.reserves import accounts_to_choose
from dividends.queries.resolutions import votes_to_come
from dividends.services import declarations
from portal.forms.dividends import RecommendForm, TermsForm, first_terms
from portal.permissions import may_open
from portal.queries import office_dividends, office_dry_run, office_holders
from portal.queries.office_payouts_back import tally_of_dividend
from portal.queries.office_people import name_of
from portal.views.office.jobs import find_job, line_of
from portal.views.office.pages import acted, office_page, page_of, posted


def find_declaration(public_id: str) -> Declaration:
    """Return the dividend with everything its pages show, or a 404."""
    return get_object_or_404(office_dividends.declarations_for_office(), public_id=public_id)


def find_recommendation(public_id: str) -> Recommendation:
    """Return the recommendation with its resolution, or a 404."""
    rows = Recommendation.objects.select_related("contest__item__meeting", "share_class", "recommended_by__party")
    return get_object_or_404(rows, public_id=public_id)


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """What can be declared, what is still voted on, and every dividend."""
    roles = roles_of(request.user)
    page = page_of(request, office_dividends.declarations_for_office())
    context = {
        "can_be_declared": office_dividends.can_be_declared(),
        "still_voted_on": office_dividends.still_voted_on(),
        "page": page,
        "page_query": "",
        "may_propose": may_open(roles, "office:dividend_new"),
        "may_recommend": may_open(roles, "office:dividend_recommend"),
        "has_votes_to_come": votes_to_come().exists(),
    }
    return office_page(request, "portal/office/dividends.html", context)


@require_http_methods(["GET", "POST"])
def recommend(request: HttpRequest) -> HttpResponse:
    """Write what the directors recommend on a resolution that nobody has voted on yet."""
    form = RecommendForm(posted(request))
    if request.method == "POST" and acted(request, form, _recommend, _("The recommendation is written down.")):
        return HttpResponseRedirect(reverse("office:dividends"))
    context = {"form": form, "has_votes_to_come": votes_to_come().exists(), "back_url": reverse("office:dividends")}
    return office_page(request, "portal/office/dividend_recommend.html", context, status=422 if form.errors else 200)


def _recommend(data: dict[str, Any], *, by: Any, at: Any) -> None:
    terms = {name: data[name] for name in ("contest", "share_class", "rate_minor", "pot_minor", "minute_reference")}
    declarations.recommend_dividend(**terms, by=by, at=at)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, recommendation_id: str) -> HttpResponse:
    """Ask for the terms of a dividend; a post proposes it, after the dry run was read."""
    recommendation = find_recommendation(recommendation_id)
    begin = first_terms(recommendation) | request.GET.dict()  # whoever comes back from the dry run finds what was typed
    form = TermsForm(posted(request), recommendation=recommendation, initial=begin)
    kept: list[Declaration] = []
    act = partial(_propose, recommendation=recommendation, kept=kept)
    if request.method == "POST" and acted(request, form, act, _("The dividend is proposed.")):
        return HttpResponseRedirect(reverse("office:dividend", args=[kept[0].public_id]))
    return terms_page(request, recommendation, form)


def terms_page(request: HttpRequest, recommendation: Recommendation, form: TermsForm) -> HttpResponse:
    """Show the form of the terms."""
    context = {
        "form": form,
        "resolution": office_dividends.resolution_of(recommendation),
        "recommendation": recommendation,
        "recommended_by": name_of(recommendation.recommended_by),
        "has_accounts": accounts_to_choose(recommendation.currency).exists(),
        "back_url": reverse("office:dividends"),
    }
    return office_page(request, "portal/office/dividend_new.html", context, status=422 if form.errors else 200)


def _propose(
    data: dict[str, Any], *, recommendation: Recommendation, kept: list[Declaration], by: Any, at: Any
) -> None:
    kept.append(declarations.propose_dividend(recommendation=recommendation, by=by, at=at, **data))


@require_GET
def dry_run(request: HttpRequest, recommendation_id: str) -> HttpResponse:
    """What the dividend would be on these terms; it writes nothing, so its address can be sent to a colleague."""
    recommendation = find_recommendation(recommendation_id)
    form = TermsForm(request.GET, recommendation=recommendation)
    if not form.is_valid():
        return terms_page(request, recommendation, form)
    try:
        run = try_out(form.terms)
    except DomainError as error:
        form.add_error(None, str(error))
        return terms_page(request, recommendation, form)
    context = {
        "form": form,
        "told": office_dry_run.told(run),
        "run": run,
        "resolution": office_dividends.resolution_of(recommendation),
        "may_propose": may_open(roles_of(request.user), "office:dividend_new"),
        "title": localised(SimpleNamespace(**form.cleaned_data), "title"),
        "back_url": f"{reverse('office:dividend_new', args=[recommendation_id])}?{request.GET.urlencode()}",
    }
    return office_page(request, "portal/office/dividend_dry_run.html", context)


@require_GET
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """One dividend: its terms as a poster, its stations, its runs, and the one act it waits for."""
    declaration, at = find_declaration(public_id), clock.now()
    runs, job = office_dividends.runs_of(declaration), declaration.statements_job
    line = line_of(find_job(job.public_id)) if job else None
    files = office_dividends.files_of(declaration, line) if line else None
    context = {
        "declaration": declaration,
        "resolution": office_dividends.resolution_of(declaration.recommendation),
        "sentence": office_dividends.sentence_of(declaration, at=at),
        "steps": office_dividends.steps_of(declaration, runs, files),
        "runs": runs,
        "book": office_dividends.book_of(declaration),
        "acts": office_dividends.acts_of(declaration, runs, roles_of(request.user), at=at),
        "job": line,
        "files": files,
        "back_url": reverse("office:dividends"),
    }
    return office_page(request, "portal/office/dividend.html", context)


@require_GET
def money(request: HttpRequest, public_id: str) -> HttpResponse:
    """Where the dividend's money is, counted holder by holder: part of its page, or a page of its own without htmx."""
    declaration = find_declaration(public_id)
    counts = office_holders.counts_of(declaration) if declaration.computed_at else []
    context = {
        "declaration": declaration,
        "counts": [(row, office_dividends.holders_url(declaration, row.what)) for row in counts],
        "holders_url": office_dividends.holders_url(declaration),
        "tally": tally_of_dividend(declaration),
        "back_url": reverse("office:dividend", args=[public_id]),
    }
    if "HX-Request" in request.headers:
        return render(request, "portal/office/_dividend_money.html", context)
    return office_page(request, "portal/office/dividend_money.html", context)
