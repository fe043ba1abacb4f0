"""Accounts that justify a dividend: entered by finance with their arithmetic shown at once."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.queries.people import roles_of
from dividends.enums import AccountsKind
from dividends.models import RelevantAccounts
from dividends.queries.reserves import reserves_of
from dividends.rules.reserves import Figures
from dividends.services.declarations import enter_accounts
from equity.queries.company import get_company
from portal.forms.relevant_accounts import FIGURES, AccountsForm
from portal.permissions import may_open
from portal.queries import office_reserves
from portal.queries.office_people import name_of
from portal.views.office.pages import acted, office_page, posted
from portal.views.stored_files import stored_file


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """All accounts, and what may be distributed by the one asked for, else by the latest that counts."""
    rows = list(office_reserves.accounts_for_office())
    asked = request.GET.get("shown", "")
    shown = next((row for row in rows if row.public_id == asked), None) or next(
        (row for row in rows if not row.is_old),  # type: ignore[attr-defined]
        None,
    )
    reserves = reserves_of(shown) if shown else None
    context = {
        "rows": [(row, name_of(row.entered_by)) for row in rows],
        "shown": shown,
        "sums": office_reserves.sums_of(reserves) if reserves else [],
        "available_minor": reserves.available_minor if reserves else 0,
        "may_enter": may_open(roles_of(request.user), "office:dividend_accounts_new"),
        "back_url": reverse("office:dividends"),
    }
    return office_page(request, "portal/office/dividend_accounts.html", context)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Enter the figures of accounts and keep the document they are read from."""
    form = AccountsForm(posted(request), request.FILES or None)
    if request.method == "POST" and acted(request, form, _enter):
        messages.success(request, _("The accounts are kept."))
        return HttpResponseRedirect(reverse("office:dividend_accounts"))
    context = {"form": form, "currency": form.currency, "back_url": reverse("office:dividend_accounts")}
    context |= _sum(form)
    return office_page(request, "portal/office/dividend_accounts_new.html", context, status=422 if form.errors else 200)


def _enter(data: dict[str, Any], *, by: Any, at: Any) -> None:
    name, document = data["file"]
    enter_accounts(
        kind=AccountsKind(data["kind"]),
        made_up_to=data["made_up_to"],
        figures=Figures(**{figure: data[figure] for figure in FIGURES}),
        document=document,
        document_name=name,
        by=by,
        at=at,
    )


@require_GET
def arithmetic(request: HttpRequest) -> HttpResponse:
    """The sum of what has been typed so far, for the page to ask while somebody types."""
    form = AccountsForm(request.GET)
    return render(request, "portal/office/_reserves_typed.html", {"currency": get_company().currency, **_sum(form)})


def _sum(form: AccountsForm) -> dict[str, Any]:
    reserves = form.find_reserves() if form.is_bound else None
    if reserves is None:
        return {"sums": [], "available_minor": None}
    return {"sums": office_reserves.sums_of(reserves), "available_minor": reserves.available_minor}


@require_GET
def document(request: HttpRequest, public_id: str) -> HttpResponse:
    """The accounts as they were uploaded."""
    found = get_object_or_404(RelevantAccounts, public_id=public_id)
    return stored_file(found.document_sha256, name=f"accounts-{found.made_up_to.isoformat()}.pdf")
