"""A creator's share: their beers, one beer with its sales, a statement; and the public wall of all of them."""

from fractions import Fraction

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.permissions import holder_required, signed_in_user
from core import clock
from dividends.queries.royalties import wall as beers_on_the_wall
from dividends.queries.royalty_earning import base_of
from dividends.queries.royalty_sum import royalty_sum
from dividends.queries.royalty_words import days_shown, fraction_shown, terms_shown
from portal.queries.my_royalties import find_my_beer, my_beers, my_statements, sales_of, stood
from portal.views.stored_files import stored_file


@require_GET
def wall(request: HttpRequest) -> HttpResponse:
    """Each beer, what was sold of it, and what it has paid its creators; for everybody."""
    return render(request, "portal/royalties/wall.html", {"beers": beers_on_the_wall(), "face": "beers"})


@require_GET
@holder_required
def royalties(request: HttpRequest) -> HttpResponse:
    """All beers in which the reader has a creator's share."""
    found = my_beers(signed_in_user(request), at=clock.now())
    task = next((one.to_do for one in found if one.to_do), None)
    context = {"beers": found, "task": task, "back_url": reverse("me"), "face": "portal"}
    return render(request, "portal/royalties/royalties.html", context)


@require_GET
@holder_required
def royalty(request: HttpRequest, public_id: str, party_id: str) -> HttpResponse:
    """One beer: what it sold, what it earned the creator, every statement; 404 for anybody else."""
    found = find_my_beer(signed_in_user(request), public_id, party_id, at=clock.now())
    if found is None:
        raise Http404
    creation = found.creation
    context = {
        "beer": found,
        "creation": creation,
        "sales": sales_of(creation),
        "terms": terms_shown(creation.agreement),
        "part": fraction_shown(creation.fraction),
        "base": base_of(creation.agreement),
        "back_url": reverse("me_royalties"),
        "face": "portal",
    }
    return render(request, "portal/royalties/royalty.html", context)


@require_GET
@holder_required
def statement(request: HttpRequest, public_id: str) -> HttpResponse:
    """One statement: its sum, line by line, and where its money stands; 404 for anybody but its creator."""
    found = my_statements(signed_in_user(request)).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    context = {
        "statement": found,
        "told": stood(found, at=clock.now()).told,
        "sum": royalty_sum(found),
        "days": days_shown(found.period_from, found.period_to),
        "part": fraction_shown(Fraction(found.numerator, found.denominator)),
        "back_url": reverse("me_royalty", args=[found.agreement.public_id, found.party.public_id]),
        "face": "portal",
    }
    return render(request, "portal/royalties/statement.html", context)


@require_GET
@holder_required
def statement_file(request: HttpRequest, public_id: str) -> HttpResponse:
    """The statement's frozen bytes; 404 for anybody but its creator."""
    made = my_statements(signed_in_user(request)).filter(file__isnull=False)
    found = get_object_or_404(made, public_id=public_id)
    return stored_file(found.file.sha256, name=f"{found}.pdf")
