"""The calendar file of a meeting, read back as RFC 5545 says: unfolded, unescaped, in UTC."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from agm.models import Meeting
from agm.rules.calendar import Event, calendar_file
from tests.agm.notice_stories import approve, make_draft, make_member
from tests.agm.rules.strategies import at

AWKWARD = "Đại hội đồng cổ đông; bia, nhạc \\ vui"
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=300)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Read English, whatever language a request before this test was answered in."""
    with translation.override("en"):
        yield


def event(**changed: object) -> Event:
    known = {
        "uid": "kW3xQ0n8Tz6vR1bYp5uLdA@example.org",
        "stamped_at": datetime(2026, 6, 1, 9, 0, tzinfo=UTC),
        "starts_at": at("2026-06-26T11:00"),
        "summary": "Annual General Meeting 2026",
        "location": "The Old Maltings, 2 Wharf Street",
        "description": "One line\nAnother line",
        "url": "http://localhost:8000/meeting/annual-general-meeting-2026/",
        "language": "en",
    }
    return Event(**{**known, **changed})  # type: ignore[arg-type]


def unfolded(data: bytes) -> dict[str, str]:
    """Return the properties by name, folding undone and texts unescaped (RFC 5545, 3.1 and 3.3.11)."""
    text = data.decode()
    assert text.endswith("\r\n")
    lines = text.removesuffix("\r\n").replace("\r\n ", "").split("\r\n")
    properties = {}
    for line in lines:
        name, _colon, value = line.partition(":")
        if name not in {"BEGIN", "END"}:
            properties[name.partition(";")[0]] = re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], value)
    return properties


def test_calendar_file_is_one_event_with_all_it_needs() -> None:
    assert calendar_file(event()).decode().split("\r\n") == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Kilderkin//Kilderkin//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        "UID:kW3xQ0n8Tz6vR1bYp5uLdA@example.org",
        "DTSTAMP:20260601T090000Z",
        "DTSTART:20260626T100000Z",
        "SUMMARY;LANGUAGE=en:Annual General Meeting 2026",
        "LOCATION;LANGUAGE=en:The Old Maltings\\, 2 Wharf Street",
        "DESCRIPTION;LANGUAGE=en:One line\\nAnother line",
        "URL:http://localhost:8000/meeting/annual-general-meeting-2026/",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


@given(TEXTS, TEXTS, TEXTS)
def test_any_text_comes_back_as_it_went_in(summary: str, location: str, description: str) -> None:
    data = calendar_file(event(summary=summary, location=location, description=description))

    read = unfolded(data)
    wanted = [unicodedata.normalize("NFC", text) for text in (summary, location, description)]
    forbidden = re.compile("[\u2028\u2029]")
    assert [read[name] for name in ("SUMMARY", "LOCATION", "DESCRIPTION")] == [forbidden.sub("", t) for t in wanted]


@given(TEXTS)
def test_no_line_is_longer_than_75_octets_and_none_ends_inside_a_letter(text: str) -> None:
    data = calendar_file(event(summary=text * 3))

    lines = data.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert b"".join(line.decode().encode() for line in lines) == data.replace(b"\r\n", b"")


@pytest.mark.parametrize("letters", range(60, 80))
def test_line_of_vietnamese_letters_is_folded_before_the_letter_that_does_not_fit(letters: int) -> None:
    summary = "x" * (letters - 50) + "ễ" * 40

    data = calendar_file(event(summary=summary))

    assert unfolded(data)["SUMMARY"] == summary


def test_letters_for_machines_are_escaped_and_line_breaks_begin_no_property() -> None:
    description = "one\r\ntwo\rthree\x0bfour\x00\nATTENDEE:mailto:evil@example.org"

    data = calendar_file(event(summary=AWKWARD, description=description))

    assert unfolded(data)["SUMMARY"] == AWKWARD
    assert unfolded(data)["DESCRIPTION"] == "one\ntwo\nthreefour\nATTENDEE:mailto:evil@example.org"
    assert b"\r\nATTENDEE" not in data


def given_meeting() -> Meeting:
    make_member()
    return approve(make_draft(title_vi="Đại hội đồng cổ đông thường niên 2026; bia, nhạc")).meeting


@pytest.mark.django_db
def test_calendar_of_a_meeting_tells_the_moments_a_member_must_not_miss() -> None:
    meeting = given_meeting()

    response = Client().get(f"/meeting/{meeting.slug}/calendar.ics")

    read = unfolded(response.content)
    assert (response.status_code, response["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert response["Content-Disposition"] == 'attachment; filename="annual-general-meeting-2026.ics"'
    assert read["UID"] == f"{meeting.public_id}@localhost"
    assert (read["DTSTART"], read["DTSTAMP"]) == ("20260626T100000Z", "20260601T090000Z")
    assert read["LOCATION"] == "The Old Maltings, 2 Wharf Street, Wakefield, WF1 1AB"
    assert read["DESCRIPTION"].split("\n") == [
        "The register decides on 24 June 2026, 11:00 who may vote.",
        "Proxies must arrive by 24 June 2026, 11:00.",
        "Times are those of the time zone Europe/London.",
        "http://localhost:8000/meeting/annual-general-meeting-2026/",
    ]


@pytest.mark.django_db
def test_calendar_for_a_vietnamese_reader_is_in_vietnamese_and_the_same_event() -> None:
    meeting = given_meeting()
    address = f"/meeting/{meeting.slug}/calendar.ics"

    answers = [Client(headers={"Accept-Language": code}).get(address) for code in ("en", "vi")]

    english, vietnamese = (unfolded(answer.content) for answer in answers)

    assert vietnamese["SUMMARY"] == "Đại hội đồng cổ đông thường niên 2026; bia, nhạc"
    assert "11:00 ngày 24/6/2026" in vietnamese["DESCRIPTION"]
    assert vietnamese["UID"] == english["UID"]
