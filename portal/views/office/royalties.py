"""Creators' shares: what waits for whom, and the agreements."""

from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.freshness import fresh_factor_required
from accounts.queries.people import roles_of
from beers.models import Adoption
from core import clock
from dividends.models import RoyaltyAgreement
from dividends.queries.royalties import (
    adoptions_without_agreement,
    agreements_for_office,
    beer_figures,
    creations,
)
from dividends.queries.royalty_earning import fraction_of
from dividends.queries.royalty_words import fraction_shown, terms_shown
from dividends.services import royalties
from equity.queries.company import get_company
from portal.forms.acts import HashForm, ReasonForm
from portal.forms.royalties import AgreementForm
from portal.permissions import may_open
from portal.queries import office_royalties
from portal.queries.office_people import name_of
from portal.views.office.pages import acted, office_page, posted


def find_agreement(public_id: str) -> RoyaltyAgreement:
    """Return the agreement with everything its pages show, or a 404."""
    return get_object_or_404(agreements_for_office(), public_id=public_id)


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """What waits, which winners have no agreement, and what each beer sold, earned and paid."""
    roles = roles_of(request.user)
    context = {
        "agreements": office_royalties.waiting_agreements(),
        "reports": office_royalties.waiting_reports(),
        "adoptions": list(adoptions_without_agreement()),
        "beers": beer_figures(),
        "money": [_money(currency) for currency in office_royalties.currencies()],
        "in_force": list(agreements_for_office().filter(state="approved").order_by("beer__name", "valid_from")),
        "may_propose": may_open(roles, "office:royalty_agreement_new"),
        "may_enter": may_open(roles, "office:royalty_sales_new"),
        "may_issue": may_open(roles, "office:royalty_round_new"),
        "tab": "royalties",
    }
    return office_page(request, "portal/office/royalties.html", context)


def _money(currency: str) -> dict[str, Any]:
    """What statements announced and was not paid, by what it waits for."""
    found = office_royalties.open_royalties(currency, usable_at=clock.now())
    names = ("payable", "waiting", "held")
    return {"currency": currency, **{name: office_royalties.sum_of(found, name) for name in names}}


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, proposal_id: str) -> HttpResponse:
    """Write an agreement for an idea that won: its creators, its beer, its rate."""
    adoption = _adoption(proposal_id)
    creators = office_royalties.creators_named_by(adoption)
    form = AgreementForm(posted(request), adoption=adoption, creators=creators)
    kept: list[RoyaltyAgreement] = []
    act = partial(_propose, form=form, kept=kept)
    if request.method == "POST" and acted(request, form, act, _("The agreement waits for a director.")):
        return HttpResponseRedirect(reverse("office:royalty_agreement", args=[kept[0].public_id]))
    context = {"adoption": adoption, "idea": adoption.proposal, "form": form, "back_url": reverse("office:royalties")}
    return office_page(request, "portal/office/royalty_new.html", context, status=422 if form.errors else 200)


def _adoption(proposal_id: str) -> Adoption:
    found = Adoption.objects.select_related("proposal__author", "proposal__recipe", "proposal__call")
    adoption = found.filter(proposal__public_id=proposal_id, proposal__author__isnull=False).first()
    if adoption is None:
        raise Http404
    return adoption


def _propose(data: dict[str, Any], *, form: AgreementForm, kept: list[RoyaltyAgreement], by: Any, at: Any) -> None:
    idea, beer = form.adoption.proposal, data["beer"]
    if beer is None:
        names = {"name": data["name"], "sku": data["sku"], "recipe": idea.recipe}
        beer = royalties.open_beer(**names, currency=get_company().currency, by=by, at=at)
    creators = data["creators"]
    kept.append(
        royalties.propose_agreement(adoption=form.adoption, terms=form.terms(beer), creators=creators, by=by, at=at)
    )


@require_GET
def show(request: HttpRequest, agreement_id: str) -> HttpResponse:
    """One agreement: its terms, its creators, who stands behind it, what it earned so far."""
    agreement = find_agreement(agreement_id)
    roles = roles_of(request.user)
    context = {
        **_facts(agreement),
        "creations": creations(agreement.shares.order_by("position")),
        "may_decide": may_open(roles, "office:royalty_agreement_decide") and agreement.state == "proposed",
        "may_propose": may_open(roles, "office:royalty_agreement_new") and agreement.state == "approved",
        "back_url": reverse("office:royalties"),
    }
    return office_page(request, "portal/office/royalty_agreement.html", context)


def _facts(agreement: RoyaltyAgreement) -> dict[str, Any]:
    decided_by = agreement.approved_by or agreement.dropped_by
    shares = sorted(agreement.shares.all(), key=lambda share: share.position)
    return {
        "agreement": agreement,
        "idea": agreement.adoption.proposal,
        "terms": terms_shown(agreement),
        "shares": [(share.party, fraction_shown(fraction_of(share))) for share in shares],
        "made_by": name_of(agreement.made_by),
        "decided_by": name_of(decided_by) if decided_by else "",
    }


@require_http_methods(["GET", "POST"])
@fresh_factor_required
def decide(request: HttpRequest, agreement_id: str) -> HttpResponse:
    """Approve exactly the terms that are shown, or lay them aside with a reason."""
    agreement = find_agreement(agreement_id)
    drops = request.POST.get("act") == "drop"
    approval = HashForm(None if drops else posted(request))
    rejection = ReasonForm(posted(request) if drops else None)
    form, act = (rejection, _drop) if drops else (approval, _approve)
    if request.method == "POST" and acted(request, form, partial(act, agreement=agreement)):
        return HttpResponseRedirect(reverse("office:royalty_agreement", args=[agreement_id]))
    context = {
        **_facts(find_agreement(agreement_id)),
        "form": form,
        "rejection": rejection,
        "is_maker": agreement.made_by_id == request.user.pk,
        "back_url": reverse("office:royalty_agreement", args=[agreement_id]),
    }
    return office_page(request, "portal/office/royalty_decide.html", context, status=422 if form.errors else 200)


def _approve(data: dict[str, Any], *, agreement: RoyaltyAgreement, by: Any, at: Any) -> None:
    royalties.approve_agreement(agreement=agreement, sha256=data["sha256"], by=by, at=at)


def _drop(data: dict[str, Any], *, agreement: RoyaltyAgreement, by: Any, at: Any) -> None:
    royalties.drop_agreement(agreement=agreement, reason=data["reason"], by=by, at=at)
