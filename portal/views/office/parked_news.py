"""What the bank told and nobody could write: compared with our record, and dealt with by finance in words."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.queries.people import roles_of
from payments.models import ParkedNews
from payments.queries.parked_news import all_news, closed_news, open_news
from payments.services.parked_news import close_parked
from portal.forms.payouts import DealtWithForm
from portal.permissions import may_open
from portal.queries.office_parked_news import lines_of, message_of
from portal.views.office.pages import acted, office_page, page_of, posted, query_without


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """What waits for a person, or what somebody has dealt with, fifty to a page."""
    is_closed = request.GET.get("show") == "closed"
    page = page_of(request, closed_news() if is_closed else open_news())
    context = {
        "is_closed": is_closed,
        "page": page,
        "page_query": query_without(request, "page"),
        "lines": lines_of(list(page)),
        "back_url": reverse("office:payouts"),
    }
    return office_page(request, "portal/office/payout_news.html", context)


@require_GET
def show(request: HttpRequest, news_id: str) -> HttpResponse:
    """One message: what the bank says, what we hold, what differs, and what became of it."""
    return message_page(request, find_news(news_id), DealtWithForm())


def find_news(news_id: str) -> ParkedNews:
    """Return the message with everything its page shows, or a 404."""
    return get_object_or_404(all_news(), public_id=news_id)


def message_page(request: HttpRequest, news: ParkedNews, form: DealtWithForm) -> HttpResponse:
    """Show the message, with what was refused a moment ago."""
    context = {
        "news": news,
        "message": message_of(news),
        "form": form,
        "may_close": news.closed_at is None and may_open(roles_of(request.user), "office:payout_news_close"),
        "back_url": reverse("office:payout_news"),
    }
    return office_page(request, "portal/office/payout_news_message.html", context, status=422 if form.errors else 200)


@require_POST
def close(request: HttpRequest, news_id: str) -> HttpResponse:
    """Mark the message as dealt with; the sentence says how."""
    form = DealtWithForm(posted(request))
    if acted(request, form, partial(_close, news=find_news(news_id)), _("It is dealt with, and your words are kept.")):
        return HttpResponseRedirect(reverse("office:payout_news"))
    return message_page(request, find_news(news_id), form)


def _close(data: dict[str, Any], *, news: ParkedNews, by: Any, at: Any) -> None:
    close_parked(news=news, note=data["note"], by=by, at=at)
