"""Letters: one text per kind in the reader's language, and an HTML part that says the same."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import cycle
from typing import Any, NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from core.mail.queueing import queue_mail
from core.models import OutgoingMail
from core.transactions import needs_transaction

PDF = "application/pdf"


class Letter(NamedTuple):
    """A mail as it is sent: plain text, and the same paragraphs as HTML."""

    subject: str
    text: str
    html: str


def write_letter(template: str, facts: Mapping[str, Any], *, sender: str) -> Letter:
    """Write the text template in the active language; its first paragraph is the subject.

    Absent sentences leave no gap. ``sender`` heads the HTML part ("" leaves the head away). There our own pages are
    links and nothing else is, so no name that somebody typed becomes one.
    """
    subject, *paragraphs = re.split(r"\s*\n\s*\n\s*", render_to_string(template, dict(facts)).strip())
    shown = {"subject": subject, "sender": sender, "paragraphs": [_linked(paragraph) for paragraph in paragraphs]}
    return Letter(subject, "\n\n".join(paragraphs) + "\n", render_to_string("letter.html", shown))


def _linked(paragraph: str) -> SafeString:
    own_page = rf"({re.escape(settings.SITE_ORIGIN)}/\S*[^\s.,:;)])"
    parts = zip(cycle(("{}", '<a href="{0}">{0}</a>')), re.split(own_page, paragraph), strict=False)
    return mark_safe("".join(format_html(way, part) for way, part in parts))  # noqa: S308 (each part is escaped)


@needs_transaction
def queue_letter(
    letter: Letter,
    *,
    to: str,
    kind: str,
    language: str,
    at: datetime,
    attachments: Sequence[tuple[str, str, str]] = (),
) -> OutgoingMail:
    """Queue the letter as `core.mail.queue_mail` does."""
    return queue_mail(**letter._asdict(), to=to, kind=kind, language=language, at=at, attachments=attachments)
