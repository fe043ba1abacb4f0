"""A calendar file of one event (RFC 5545), as calendars of every make read it.

Lines end with CR LF and are folded at 75 octets, never inside a letter (3.1); text is escaped (3.3.11); moments are in
UTC, so no time zone has to be described (3.3.5).
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

LINE_OCTETS_MAX = 75
PRODUCT = "-//Kilderkin//Kilderkin//EN"


@dataclass(frozen=True)
class Event:
    """A meeting as a calendar shows it. The same ``uid`` replaces the event instead of adding it twice."""

    uid: str
    stamped_at: datetime
    starts_at: datetime
    summary: str
    location: str
    description: str
    url: str
    language: str


def calendar_file(event: Event) -> bytes:
    """Return the event as an iCalendar file in UTF-8.

    It has no end: nobody knows when a meeting ends, and without one a calendar shows its beginning (3.6.1).
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{_text(event.uid)}",
        f"DTSTAMP:{_moment(event.stamped_at)}",
        f"DTSTART:{_moment(event.starts_at)}",
        f"SUMMARY;LANGUAGE={event.language}:{_text(event.summary)}",
        f"LOCATION;LANGUAGE={event.language}:{_text(event.location)}",
        f"DESCRIPTION;LANGUAGE={event.language}:{_text(event.description)}",
        f"URL:{event.url}",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return b"".join(part + b"\r\n" for line in lines for part in _folded(line))


def _text(value: str) -> str:
    value = re.sub(r"([\\;,])", r"\\\1", unicodedata.normalize("NFC", value))
    value = re.sub(r"\r\n|\r|\n", r"\\n", value)
    # No control character may stand in a text (3.1): a line break that slipped through would begin a line of its own.
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029]", "", value)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _folded(line: str) -> Iterator[bytes]:
    """Yield the line in parts of 75 octets at most; every part but the first begins with the space that joins it."""
    part = b""
    for letter in line:
        octets = letter.encode()
        if len(part) + len(octets) > LINE_OCTETS_MAX:
            yield part
            part = b" "
        part += octets
    yield part
