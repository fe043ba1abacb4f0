"""Where a holder is paid: seeing it, giving and changing it, and stopping what somebody else gave.

Numbers are shown once, to check them, in the session that typed them a moment ago; of what is kept only the ending is.
"""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods

from accounts.enums import PartyKind
from accounts.freshness import fresh_factor_required
from accounts.models import Party, User
from accounts.permissions import holder_required, signed_in_user
from accounts.queries.parties import decided_by_others, find_party_of
from core import clock
from core.transactions import atomic
from payments.models import BankMandate
from payments.queries.mandates import mandate_of, usable_from
from payments.rules.bank_details import BankDetails, Scheme, grouped_iban, hyphened_sort_code
from payments.services.mandates import give_mandate, withdraw_mandate
from portal.forms.bank import BankDetailsForm
from portal.forms.typed_details import forget_typed, is_mark_of_typed, keep_typed, mark_of_typed, typed_for
from portal.queries.bank import places_of


@require_GET
@holder_required
def bank(request: HttpRequest) -> HttpResponse:
    """What we pay to, for everybody the user decides for, and what was before."""
    user, at = signed_in_user(request), clock.now()
    context = {
        "places": places_of(user, at=at),
        "others": decided_by_others(user),
        "back_url": reverse("me"),
        "face": "portal",
    }
    return render(request, "portal/bank/bank.html", context)


@holder_required
@fresh_factor_required
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("sort_code", "account_number", "iban")
def change(request: HttpRequest) -> HttpResponse:
    """Ask for the details, then let them be checked."""
    user = signed_in_user(request)
    party = _party(request, user)
    standing = mandate_of(party.pk)
    initial = typed_for(request, party) or _initial(party, standing)
    form = BankDetailsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        keep_typed(request, party, form.cleaned_data)
        return HttpResponseRedirect(_address("me_bank_check", party))
    context = {**_page(party, user), "form": form, "standing": standing}
    return render(request, "portal/bank/change.html", context, status=422 if form.errors else 200)


@holder_required
@fresh_factor_required
@require_http_methods(["GET", "POST"])
@sensitive_variables("form", "details")
def check(request: HttpRequest) -> HttpResponse:
    """Show once what was typed, and take it as the details when its owner says so about what this page showed."""
    user, at = signed_in_user(request), clock.now()
    party = _party(request, user)
    form = BankDetailsForm(typed_for(request, party))
    if not form.is_valid() or form.details is None:
        return HttpResponseRedirect(_address("me_bank_change", party))
    is_stale = request.method == "POST" and not is_mark_of_typed(request, party, request.POST.get("shown", ""))
    if request.method == "POST" and not is_stale:
        with atomic():
            give_mandate(party=party, details=form.details, by=user, at=at)
        return _given(request)
    context = {**_page(party, user), **_to_check(party, form.details, user, at)}
    context |= {"shown": mark_of_typed(request, party), "is_stale": is_stale}
    return render(request, "portal/bank/check.html", context, status=422 if is_stale else 200)


def _given(request: HttpRequest) -> HttpResponse:
    forget_typed(request)
    messages.info(request, _("Thank you. We have written you a mail about it."))
    return HttpResponseRedirect(reverse("me_bank"))


def _to_check(party: Party, details: BankDetails, user: User, at: datetime) -> dict[str, Any]:
    usable = usable_from(party=party, details=details, by=user, at=at)
    rows = _rows(details, _address("me_bank_change", party))
    return {"rows": rows, "ending": details.ending, "usable_from": usable, "waits": usable > at}


@holder_required
@fresh_factor_required
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest) -> HttpResponse:
    """Ask once more, then pay nowhere."""
    user = signed_in_user(request)
    party = _party(request, user)
    standing = mandate_of(party.pk)
    if request.method == "POST" or standing is None:
        if standing is not None:
            with atomic():
                withdraw_mandate(party=party, by=user, at=clock.now())
            messages.info(request, _("Taken back. We have written you a mail about it."))
        return HttpResponseRedirect(reverse("me_bank"))
    return render(request, "portal/bank/withdraw.html", {**_page(party, user), "standing": standing})


def _party(request: HttpRequest, user: User) -> Party:
    """Return whose details are meant: the user's own, or those the address names; 404 when others decide for them."""
    public_id = request.GET.get("for", "")
    party = find_party_of(user, public_id) if public_id else user.party
    if party is None:
        raise Http404
    return party


def _page(party: Party, user: User) -> dict[str, Any]:
    return {
        "party": party,
        "is_own": party.pk == user.party_id,
        "back_url": reverse("me_bank"),
        "face": "portal",
    }


def _address(name: str, party: Party) -> str:
    return f"{reverse(name)}?{urlencode({'for': party.public_id})}"


def _initial(party: Party, standing: BankMandate | None) -> dict[str, str]:
    name = party.display_name if party.kind != PartyKind.JOINT else ""
    return {"scheme": standing.scheme if standing else Scheme.UK.value, "holder_name": name}


def _rows(details: BankDetails, change_url: str) -> list[dict[str, Any]]:
    numbers = [("iban", _("IBAN"), grouped_iban(details.iban))]
    if details.scheme == Scheme.UK:
        sort_code = hyphened_sort_code(details.sort_code)
        numbers = [
            ("sort_code", _("Sort code"), sort_code),
            ("account_number", _("Account number"), details.account_number),
        ]
    rows = [("holder_name", _("Name on the account"), details.holder_name), *numbers]
    return [
        {"label": label, "value": value, "is_number": field != "holder_name", "change_url": f"{change_url}#id_{field}"}
        for field, label, value in rows
    ]
