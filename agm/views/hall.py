"""The hall's screen and its fragment: public, the same for everybody, nothing that is not public yet."""

import hashlib

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language, override
from django.views.decorators.http import require_safe

from agm.enums import MeetingState
from agm.models import Meeting
from agm.queries.hall import stage_of
from core import clock

LANGUAGES = {code for code, _name in settings.LANGUAGES}


def find_meeting(slug: str) -> Meeting:
    """Return a meeting of which notice was given, or a 404."""
    return get_object_or_404(Meeting.objects.exclude(state=MeetingState.DRAFT), slug=slug)


def language_of(request: HttpRequest, *, otherwise: str) -> str:
    """Return the language the address asks for (``?lang=vi``), so that any cache in front can keep the answer."""
    asked = request.GET.get("lang", "")
    return asked if asked in LANGUAGES else otherwise


@require_safe
def hall(request: HttpRequest, slug: str) -> HttpResponse:
    """The whole screen; without scripts it is read again by its link."""
    meeting, origin = find_meeting(slug), settings.SITE_ORIGIN
    language = language_of(request, otherwise=get_language() or settings.LANGUAGE_CODE)
    with override(language):
        context = {
            "stage": stage_of(meeting, at=clock.now()),
            "stage_url": f"{reverse('agm:hall_stage', args=[slug])}?lang={language}",
            "vote_url": f"{origin}/vote/",
            "vote_address": f"{origin.partition('://')[2]}/vote",
            "face": "public",
        }
        return render(request, "agm/hall.html", context)


@require_safe
def stage(request: HttpRequest, slug: str) -> HttpResponse:
    """The stage alone, asked every second by every screen: 304 while nothing changed."""
    with override(language_of(request, otherwise=settings.LANGUAGE_CODE)):
        context = {"stage": stage_of(find_meeting(slug), at=clock.now())}
        return polled(request, render_to_string("agm/hall_stage.html", context))


def polled(request: HttpRequest, html: str) -> HttpResponse:
    """Return a public fragment that any cache may keep for a second, or that it did not change."""
    etag = f'"{hashlib.sha256(html.encode()).hexdigest()[:32]}"'
    response = get_conditional_response(request, etag=etag, response=HttpResponse(html)) or HttpResponse(html)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "public, max-age=1"
    return response
