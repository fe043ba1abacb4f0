"""Refunds that failed: finance sends them again, or says how the money was paid back."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from payments.models import Refund
from payments.services.failed_refunds import send_again, settle_otherwise
from portal.forms.acts import ConfirmForm, NoteForm
from portal.views.office.books import payments_page
from portal.views.office.pages import acted, posted


@require_POST
def again(request: HttpRequest, refund_id: str) -> HttpResponse:
    """Ask for a failed refund anew."""
    return _done(request, ConfirmForm(posted(request)), _again, refund_id, _("The refund is sent again."))


@require_POST
def settle(request: HttpRequest, refund_id: str) -> HttpResponse:
    """Write that the money was paid back another way; the note says how."""
    return _done(request, NoteForm(posted(request)), _settle, refund_id, _("The refund is settled and booked."))


def _done(request: HttpRequest, form: Any, act: Any, refund_id: str, said: str) -> HttpResponse:
    refund = get_object_or_404(Refund.objects.select_related("payment"), public_id=refund_id)
    if acted(request, form, partial(act, refund=refund), said):
        return HttpResponseRedirect(reverse("office:payments"))
    return payments_page(request, form, refund_id)


def _again(_data: dict[str, Any], *, refund: Refund, by: Any, at: Any) -> None:
    send_again(refund=refund, by=by, at=at)


def _settle(data: dict[str, Any], *, refund: Refund, by: Any, at: Any) -> None:
    settle_otherwise(refund=refund, note=data["note"], by=by, at=at)
