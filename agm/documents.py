"""The notice as a PDF: one poster page, then the legal parts."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings

from agm.models import Meeting
from agm.queries.notices import NoticeContent, digest_of, notice_content
from agm.rules.notice_dates import given_on
from agm.rules.working_days import UkPart, london
from core import clock
from core.pdf import render_pdf
from core.storage import store_bytes

LANGUAGES = ("en", "vi")
PAGES_MAX = 40
# Up to here the poster is set in its usual type; a test prints both sides of the edge.
POSTER_LETTERS_MAX = 160


@dataclass(frozen=True)
class PrintedNotice:
    """Both versions of a notice, safe in the document store, and the hash and day of what they say."""

    content_sha256: str
    dated_on: date
    pdf_sha256: str
    pdf_vi_sha256: str


def print_notice(meeting: Meeting, *, at: datetime) -> PrintedNotice:
    """Print and store the notice in both languages, from one reading of the meeting, dated that moment.

    Call it before the transaction of `agm.services.notices.approve_notice` and hand it over there: files come before
    rows, and no lock waits for a printer. Raises what `core.pdf.render_pdf` and `core.storage.store_bytes` raise.
    """
    content = notice_content(meeting)
    stored = {language: store_bytes(_pdf(content, language, at)) for language in LANGUAGES}
    return PrintedNotice(digest_of(content), london(at).date(), stored["en"], stored["vi"])


def notice_pdf(meeting: Meeting, language: str, *, at: datetime | None = None) -> bytes:
    """Return the notice as it would be sent at that moment (now), PDF/UA in the language: the office's preview."""
    return _pdf(notice_content(meeting), language, at or clock.now())


def _pdf(content: NoticeContent, language: str, at: datetime) -> bytes:
    return render_pdf(
        template="agm/pdf/notice.html",
        context={"notice": notice_context(content, at=at)},
        language=language,
        pages_max=PAGES_MAX,
    )


def notice_context(content: NoticeContent, *, at: datetime) -> dict[str, Any]:
    """Return what the printed notice shows; its template asks for nothing else."""
    title = max(content.title, content.title_vi, key=len)
    return {
        "content": content,
        "is_long": sum(map(len, (content.company_name, title, content.place, content.address))) > POSTER_LETTERS_MAX,
        "content_sha256": digest_of(content),
        "dated_on": london(at).date(),
        "given_on": given_on(at, part=UkPart(content.part_of_uk)),
        "url": f"{settings.SITE_ORIGIN}/meeting/{content.slug}/",
        "vote_url": f"{settings.SITE_ORIGIN}/vote/",
    }
