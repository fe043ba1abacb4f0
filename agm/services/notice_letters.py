"""The mail that carries a notice: one text in the member's language, the HTML part says the same."""

from typing import Any

from django.conf import settings
from django.utils import translation

from agm.models import NoticeDelivery
from agm.queries.notices import NoticeContent, notice_content
from core.mail import PDF, Letter, write_letter


def write_notice_letter(delivery: NoticeDelivery) -> Letter:
    """Return the mail to one member; ``notice__meeting`` and ``party`` must be loaded."""
    content = notice_content(delivery.notice.meeting)
    with translation.override(delivery.language):
        return write_letter("agm/email/notice.txt", _facts(delivery, content), sender=content.company_name)


def notice_attachment(delivery: NoticeDelivery) -> tuple[str, str, str]:
    """Return (file name, sha256 in the document store, media type) of the notice in the member's language."""
    notice = delivery.notice
    sha256 = notice.pdf_vi_sha256 if delivery.language == "vi" else notice.pdf_sha256
    return f"notice-{notice.meeting.slug}.pdf", sha256, PDF


def _facts(delivery: NoticeDelivery, content: NoticeContent) -> dict[str, Any]:
    origin = f"{settings.SITE_ORIGIN}/meeting/{content.slug}"
    return {
        "content": content,
        "given_on": delivery.notice.given_on,
        "given_name": " ".join(delivery.party.given_name.split()),
        "member_name": delivery.party.display_name,
        "url": f"{origin}/",
        "notice_url": f"{origin}/notice.pdf",
        "calendar_url": f"{origin}/calendar.ics",
    }
