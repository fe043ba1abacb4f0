"""The books and their proof; payments that need a person; the audit trail."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import has_role
from core.models import AuditRecord
from payments.models import ProviderEvent
from payments.queries.payments import failed_refunds, parked_events
from payments.services.events import dismiss_event, retry_event
from portal.forms.acts import ConfirmForm, NoteForm
from portal.forms.lists import TrailForm
from portal.permissions import PERMISSIONS
from portal.queries import office_books, office_trail
from portal.services.proving import prove_and_keep
from portal.views.office.downloads import csv_answer
from portal.views.office.pages import acted, office_page, page_of, posted, query_without

TRAIL_HEAD = ("at", "by", "act", "subject_kind", "subject", "detail")


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Balances now, what is on its way, and what the last proof found."""
    context = {"books": office_books.books(), "proof": office_books.find_last_proof()}
    return office_page(request, "portal/office/books.html", context)


@require_POST
def prove(request: HttpRequest) -> HttpResponse:
    """Prove the books now and keep the result."""
    record = prove_and_keep()
    if record.detail["findings"]:
        messages.error(request, _("The books do not hold together. The findings are below."))
    else:
        messages.success(request, _("The books hold together."))
    return HttpResponseRedirect(reverse("office:books"))


@require_GET
def payments(request: HttpRequest) -> HttpResponse:
    """Messages of the provider that wait for a person, and refunds that failed."""
    return payments_page(request, NoteForm(), "")


def payments_page(request: HttpRequest, form: Any, refused_id: str) -> HttpResponse:
    """Show the page, with the form that was refused beside the message or refund it is about."""
    context = {
        "events": list(parked_events()),
        "refunds": list(failed_refunds()),
        "may_settle": has_role(request.user, *PERMISSIONS["office:event_again"]),
        "form": form,
        "refused_event": refused_id,
    }
    return office_page(request, "portal/office/payments.html", context, status=422 if form.errors else 200)


@require_POST
def event_again(request: HttpRequest, event_id: str) -> HttpResponse:
    """Take a parked message up again."""
    event = get_object_or_404(ProviderEvent, pk=event_id)
    act = partial(_retry, event=event)
    acted(request, ConfirmForm(posted(request)), act, _("The message is taken up again."))
    return HttpResponseRedirect(reverse("office:payments"))


def _retry(_data: dict[str, Any], *, event: ProviderEvent, by: Any, at: Any) -> None:
    retry_event(event=event, by=by, at=at)


@require_POST
def event_dismiss(request: HttpRequest, event_id: str) -> HttpResponse:
    """Lay a parked message aside; the note says how it was settled."""
    event = get_object_or_404(ProviderEvent, pk=event_id)
    form = NoteForm(posted(request))
    if acted(request, form, partial(_dismiss, event=event), _("The message is settled.")):
        return HttpResponseRedirect(reverse("office:payments"))
    return payments_page(request, form, event_id)


def _dismiss(data: dict[str, Any], *, event: ProviderEvent, by: Any, at: Any) -> None:
    dismiss_event(event=event, note=data["note"], by=by, at=at)


def _trail(request: HttpRequest) -> tuple[TrailForm, Any]:
    verbs = [(verb, str(words)) for verb, words in office_trail.SENTENCES.items()]
    form = TrailForm(request.GET, verb=verbs)
    return form, office_trail.trail(search=form.chosen["q"] or "", verb=form.chosen["verb"] or "")


@require_GET
def trail(request: HttpRequest) -> HttpResponse:
    """Who did what to what, latest first."""
    form, rows = _trail(request)
    page = page_of(request, rows)
    context = {
        "form": form,
        "page": page,
        "lines": [(row, office_trail.event_of(row)) for row in page],
        "count": page.paginator.count,
        "page_query": query_without(request, "page"),
        "csv_url": f"{reverse('office:trail_csv')}?{request.GET.urlencode()}",
    }
    return office_page(request, "portal/office/trail.html", context)


@require_GET
def trail_csv(request: HttpRequest) -> HttpResponseBase:
    """The same rows to take away."""
    _form, rows = _trail(request)
    return csv_answer("audit-trail", TRAIL_HEAD, (_cells(row) for row in rows.iterator()))


def _cells(row: AuditRecord) -> tuple[Any, ...]:
    return (row.at, row.by.email if row.by else "", row.verb, row.subject_kind, row.subject_id, row.detail)
