"""What anybody may take home once notice is given: the notice as it went out, and the meeting for the calendar."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_vary_headers
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agm.documents import LANGUAGES
from agm.models import Notice
from agm.rules.calendar import Event, calendar_file
from core.languages import localised
from core.storage import read_bytes


@require_safe
def notice_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """The notice byte for byte as it went out, in the reader's language or in ``?language=``; before that a 404."""
    notice = _given(slug)
    language = request.GET.get("language") or _reader()
    if language not in LANGUAGES:
        raise Http404
    sha256 = notice.pdf_vi_sha256 if language == "vi" else notice.pdf_sha256
    response = HttpResponse(read_bytes(sha256), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="notice-{notice.meeting.slug}-{language}.pdf"'
    response.headers["Content-Language"] = language
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response


@require_safe
def calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """The meeting as a calendar file, with the moments a member must not miss."""
    response = HttpResponse(calendar_file(_event(_given(slug))), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}.ics"'
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response


def _given(slug: str) -> Notice:
    return get_object_or_404(Notice.objects.select_related("meeting"), meeting__slug=slug)


def _reader() -> str:
    return "vi" if (get_language() or "en").startswith("vi") else "en"


def _event(notice: Notice) -> Event:
    meeting = notice.meeting
    url = f"{settings.SITE_ORIGIN}/meeting/{meeting.slug}/"
    lines = [
        _("The register decides on %(when)s who may vote.") % _when(meeting.record_at),
        _("Proxies must arrive by %(when)s.") % _when(meeting.proxy_cutoff_at),
        _("Times are those of the time zone %(zone)s.") % {"zone": settings.TIME_ZONE},
        url,
    ]
    return Event(
        uid=f"{meeting.public_id}@{urlsplit(settings.SITE_ORIGIN).hostname}",
        stamped_at=notice.approved_at,
        starts_at=meeting.starts_at,
        summary=localised(meeting, "title"),
        location=f"{meeting.place}, {meeting.address}",
        description="\n".join(lines),
        url=url,
        language=_reader(),
    )


def _when(moment: object) -> dict[str, str]:
    return {"when": date_format(localtime(moment), "DATETIME_FORMAT")}
