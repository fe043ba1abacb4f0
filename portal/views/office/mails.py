"""The mail log: what was sent to whom, as text only."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET

from core.models import OutgoingMail
from portal.forms.lists import MailsForm
from portal.queries import office_mails
from portal.views.office.pages import office_page, page_of, query_without


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Mails by address, fifty to a page."""
    form = MailsForm(request.GET)
    page = page_of(
        request, office_mails.mails_for_office(search=form.chosen["q"] or "", state=form.chosen["state"] or "")
    )
    context = {"form": form, "page": page, "count": page.paginator.count, "page_query": query_without(request, "page")}
    return office_page(request, "portal/office/mails.html", context)


@require_GET
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """One mail. Its HTML is never shown, its text only when nobody can sign in with what it says."""
    mail = get_object_or_404(OutgoingMail, public_id=public_id)
    context = {
        "mail": mail,
        "is_secret": office_mails.holds_secret(mail),
        "has_given_up": office_mails.has_given_up(mail),
        "attachments": [name for name, _sha256, _media_type in mail.attachments],
        "back_url": reverse("office:mails"),
    }
    return office_page(request, "portal/office/mail.html", context)
