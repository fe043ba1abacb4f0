"""The mail that carries a notice: one text in the member's language, the HTML part says the same."""

import re
from typing import NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from agm.models import NoticeDelivery
from agm.queries.notices import notice_content

PDF = "application/pdf"


class Letter(NamedTuple):
    """A mail as it is sent; ``attachment`` is (file name, sha256 in the document store, media type)."""

    subject: str
    text: str
    html: str
    attachment: tuple[str, str, str]


def write_letter(delivery: NoticeDelivery) -> Letter:
    """Return the mail to one member; ``notice__meeting`` and ``party`` must be loaded."""
    notice, party = delivery.notice, delivery.party
    content = notice_content(notice.meeting)
    origin = f"{settings.SITE_ORIGIN}/meeting/{content.slug}"
    context = {
        "content": content,
        "given_on": notice.given_on,
        "given_name": " ".join(party.given_name.split()),
        "member_name": party.display_name,
        "url": f"{origin}/",
        "notice_url": f"{origin}/notice.pdf",
        "calendar_url": f"{origin}/calendar.ics",
    }
    with translation.override(delivery.language):
        written = render_to_string("agm/email/notice.txt", context)
        subject, *paragraphs = re.split(r"\s*\n\s*\n\s*", written.strip())
        html = render_to_string("agm/email/notice.html", {**context, "subject": subject, "paragraphs": paragraphs})
    sha256 = notice.pdf_vi_sha256 if delivery.language == "vi" else notice.pdf_sha256
    return Letter(subject, "\n\n".join(paragraphs) + "\n", html, (f"notice-{content.slug}.pdf", sha256, PDF))
