"""Payments that did not arrive: asking for other bank details, and paying again."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.queries.people import roles_of
from dividends.services.details_again import ask_for_other_details
from payments.models import Payout, PayoutRun
from portal.forms.acts import ConfirmForm
from portal.forms.payouts import AgainForm, BackForm
from portal.permissions import may_open
from portal.queries import office_payouts_back
from portal.queries.keyset import Order, asked_page, slice_of
from portal.queries.office_drafts import waiting_drafts
from portal.services.pay_again import pay_again
from portal.views.office.pages import acted, office_page, posted, query_without


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """What failed, came back or was held, one row for each debt, and what its holder did since."""
    return back_page(request, ConfirmForm())


def back_page(request: HttpRequest, form: Form) -> HttpResponse:
    """Show the list; ``form`` holds what was refused a moment ago."""
    search = BackForm(request.GET)
    chosen = search.chosen
    rows = office_payouts_back.payments_back(
        search=chosen["q"] or "", state=chosen["state"] or "", with_paid=bool(chosen["all"])
    )
    latest = Order("pk", is_descending=True)
    asked = asked_page(latest, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    slice_, drafts = slice_of(rows, asked), waiting_drafts()
    context = {
        "search": search,
        "form": form,
        "slice": slice_,
        "lines": office_payouts_back.backs_of(slice_.rows, drafts),
        "tally": office_payouts_back.tally_of(office_payouts_back.payments_back()),
        "drafts": drafts,
        "page_query": query_without(request, "after", "before"),
        "may_send": may_open(roles_of(request.user), "office:payout_again"),
        "back_url": reverse("office:payouts"),
    }
    return office_page(request, "portal/office/payouts_back.html", context, status=422 if form.errors else 200)


@require_POST
def again(request: HttpRequest, payout_id: str) -> HttpResponse:
    """Prepare the payment anew; a director approves it as any run."""
    payout = _find(payout_id)
    form, kept = AgainForm(posted(request)), list[PayoutRun]()
    if acted(request, form, partial(_again, payout=payout, kept=kept)):
        messages.success(request, _("A new payment is prepared. It leaves once a director has approved it."))
        return HttpResponseRedirect(reverse("office:payout", args=[kept[0].public_id]))
    return back_page(request, form)


@require_POST
def ask(request: HttpRequest, payout_id: str) -> HttpResponse:
    """Write to the holder once more that only other bank details mend it."""
    payout, form = _find(payout_id), ConfirmForm(posted(request))
    said = _("The holder is asked for other bank details.")
    if acted(request, form, partial(_ask, payout=payout), said):
        return HttpResponseRedirect(reverse("office:payouts_back"))
    return back_page(request, form)


def _find(payout_id: str) -> Payout:
    return get_object_or_404(Payout.objects.select_related("run", "party"), public_id=payout_id)


def _again(data: dict[str, Any], *, payout: Payout, kept: list[PayoutRun], by: Any, at: Any) -> None:
    kept.append(pay_again(payout=payout, by=by, at=at, same_account=data["same_account"]))


def _ask(_data: dict[str, Any], *, payout: Payout, by: Any, at: Any) -> None:
    ask_for_other_details(payout=payout, by=by, at=at)
