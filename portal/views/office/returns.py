"""The return of allotment (CA 2006 s.555): its data to copy, and the record that it was delivered."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import has_role
from core import clock
from core.money import decimal_from_minor, minor_units
from equity.enums import BatchState
from equity.models import AllotmentBatch
from portal.forms.acts import DeliveredForm
from portal.queries import office_allotments
from portal.services.returns import record_return
from portal.views.office.allotments import find_batch
from portal.views.office.downloads import csv_answer
from portal.views.office.pages import acted, office_page, posted

HEAD = ("part", "class", "currency", "date_from", "date_to", "shares", "nominal_value_each",
        "amount_paid_each", "amount_unpaid_each", "aggregate_nominal_value", "aggregate_amount_unpaid",
        "paid_otherwise_than_in_cash")  # fmt: skip


def find_approved(public_id: str) -> AllotmentBatch:
    """Return an approved batch; a draft has nothing to return."""
    batch = find_batch(public_id)
    if batch.state != BatchState.APPROVED:
        raise Http404
    return batch


def _page(request: HttpRequest, batch: AllotmentBatch, form: DeliveredForm) -> HttpResponse:
    context = {
        "batch": batch,
        "capital": office_allotments.statement_of_capital(on=batch.resolved_on),
        "filed": office_allotments.find_return(batch),
        "is_secretary": has_role(request.user, "secretary"),
        "form": form,
        "csv_url": reverse("office:batch_return_csv", args=[batch.public_id]),
        "back_url": reverse("office:batch", args=[batch.public_id]),
    }
    return office_page(request, "portal/office/batch_return.html", context, status=422 if form.errors else 200)


def _form(batch: AllotmentBatch, data: Any = None) -> DeliveredForm:
    today = clock.today()
    return DeliveredForm(data, today=today, not_before=batch.resolved_on, initial={"delivered_on": today})


@require_GET
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """What the return says: the allotment and the statement of capital."""
    batch = find_approved(public_id)
    return _page(request, batch, _form(batch))


@require_http_methods(["POST"])
def delivered(request: HttpRequest, public_id: str) -> HttpResponse:
    """Record that the return was delivered; its legal clock stops."""
    batch = find_approved(public_id)
    form = _form(batch, posted(request))
    if acted(request, form, partial(_record, batch=batch), _("The return is recorded as delivered.")):
        return HttpResponseRedirect(reverse("office:batch_return", args=[public_id]))
    return _page(request, batch, form)


def _record(data: dict[str, Any], *, batch: AllotmentBatch, by: Any, at: Any) -> None:
    record_return(batch=batch, by=by, at=at, **data)


@require_GET
def as_csv(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The data of form SH01: the shares allotted, then the statement of capital of the day."""
    batch = find_approved(public_id)
    return csv_answer(f"SH01-{batch.resolved_on:%Y-%m-%d}", HEAD, _lines(batch))


def _lines(batch: AllotmentBatch) -> Iterator[tuple[Any, ...]]:
    share_class = batch.offer.share_class
    nominal = _major(share_class.nominal_minor, share_class.currency)
    paid = decimal_from_minor(batch.offer.price_minor, batch.offer.currency)
    day = batch.resolved_on
    yield ("allotment", share_class.name, share_class.currency, day, day, batch.shares, nominal, paid, 0, "", 0, "no")
    for line in office_allotments.statement_of_capital(on=day):
        row = line.share_class
        each, total = _major(row.nominal_minor, row.currency), _major(line.nominal_total_minor, row.currency)
        yield ("capital", row.name, row.currency, "", day, line.shares, each, "", "", total, 0, "")


def _major(amount_minor: Any, currency: str) -> str:
    """Return minor units, fractions of them included, in whole currency: 0.1 pence is 0.001."""
    return f"{amount_minor.scaleb(-minor_units(currency)).normalize():f}"
