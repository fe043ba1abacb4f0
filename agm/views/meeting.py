"""The meeting's page: one poster, its agenda as it stands, and what the reader may do."""

import hashlib
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.formats import date_format
from django.utils.http import quote_etag
from django.utils.timezone import localtime
from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.permissions import has_role
from agm.enums import MeetingState
from agm.models import AgendaItem, Meeting
from agm.queries.live import find_meeting, items_of, lines_of
from agm.queries.paper import Seat, in_the_box, seats_of
from ballots.enums import Weighting
from core import clock
from core.languages import localised


def visible_meeting(request: HttpRequest, slug: str) -> Meeting:
    """Return the meeting; a draft is shown to staff only."""
    meeting = find_meeting(slug)
    if meeting is None or (meeting.state == MeetingState.DRAFT and not has_role(request.user)):
        raise Http404
    return meeting


@require_GET
@gzip_page
def meeting(request: HttpRequest, slug: str) -> HttpResponse:
    """Say what is decided when and where, with how many votes, and lead to what is open."""
    found, at = visible_meeting(request, slug), clock.now()
    items = items_of(found)
    seats = seats_of(request.user, roll_id=found.roll_id) if isinstance(request.user, User) else []
    context = {
        **live_context(found, items, at),
        "now": at,
        "seats": [_power(seat, found) for seat in seats],
        "votes_cast": _votes_cast(found, items, seats),
        "has_ballots": any(item.contest and item.contest.weighting == Weighting.MEMBER for item in items),
        "is_past_record": at >= found.record_at,
        "is_noticed": found.state != MeetingState.DRAFT,
        "welcome": localised(found, "welcome"),
        "face": "meeting",
    }
    return render(request, "agm/meeting.html", context)


@require_GET
@gzip_page
def live(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer the public part alone, the same to everybody, so that any cache in front can carry the crowd.

    The language stands in the address, because a cache cannot see a cookie.
    """
    found = find_meeting(slug)
    if found is None or found.state == MeetingState.DRAFT:
        raise Http404
    language = request.GET.get("lang", "")
    with override(language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE):
        html = render_to_string("agm/_live.html", live_context(found, items_of(found), clock.now()))
        etag = quote_etag(hashlib.sha256(html.encode()).hexdigest()[:32])
        response = HttpResponse(html, headers={"Content-Language": get_language()})
    response = get_conditional_response(request, etag=etag, response=response) or response
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "public, max-age=1"
    return response


def live_context(found: Meeting, items: list[AgendaItem], at: datetime) -> dict[str, Any]:
    """Return what the public fragment shows; nothing of it belongs to anybody."""
    lines = lines_of(found, items, at=at)
    return {
        "meeting": found,
        "title": localised(found, "title"),
        "starts_at": localtime(found.starts_at),
        "countdown": _countdown(found, at),
        "lines": lines,
        "open_line": next((line for line in lines if line.state == "open"), None),
        "live_url": f"{reverse('agm:live', args=[found.slug])}?lang={get_language()}",
    }


def _countdown(found: Meeting, at: datetime) -> str:
    """Return how far away the meeting is, as somebody would say it."""
    if found.state == MeetingState.IN_SESSION:
        return _("In session now")
    if found.state == MeetingState.ENDED and found.ended_at:
        return _("Ended on %(day)s") % {"day": date_format(localtime(found.ended_at), "DATE_FORMAT")}
    days = (localtime(found.starts_at).date() - localtime(at).date()).days
    if days < 0 or at >= found.starts_at:
        return _("It begins when the chair opens it")
    if days == 0:
        return _("Today at %(time)s") % {"time": date_format(localtime(found.starts_at), "TIME_FORMAT")}
    if days == 1:
        return _("Tomorrow at %(time)s") % {"time": date_format(localtime(found.starts_at), "TIME_FORMAT")}
    return ngettext("In %(count)d day", "In %(count)d days", days) % {"count": days}


def _power(seat: Seat, found: Meeting) -> dict[str, Any]:
    return {"seat": seat, "votes": seat.entry.votes, "all_votes": found.roll.issued_votes if found.roll else 0}


def _votes_cast(found: Meeting, items: list[AgendaItem], seats: list[Seat]) -> list[dict[str, Any]]:
    """Return, for each vote that was opened and each right to vote, whether a sealed paper lies in the box."""
    contests = [item.contest for item in items if item.contest and item.contest.opened_at]
    boxes = in_the_box([contest.pk for contest in contests], [seat.entry.pk for seat in seats])
    return [
        {
            "title": localised(contest, "title"),
            "for_whom": "" if len(seats) == 1 else seat.name,
            "box": boxes.get((contest.pk, seat.entry.pk)),
            "is_open": contest.closed_at is None,
            "url": f"{reverse('agm:vote', args=[found.slug, contest.public_id])}?entry={seat.entry.public_id}",
        }
        for contest in contests
        for seat in seats
    ]
