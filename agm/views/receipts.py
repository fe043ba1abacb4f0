"""What a voter takes home. Everybody's page is the same but for eight words.

Note [Frames]: setting this page took a third of the time of a vote. So it is set once for each contest, language and
day, without a request and so without anybody's name or session, with marks where the words of one voter go. The marks
are control characters, which no title and no name can hold.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from agm.forms.paper import SIDES
from agm.queries.paper import PLAIN_GROUND, Ballot, Seat, is_in_the_box
from agm.views.papers import SIDE_WORDS, facts_of
from ballots.rules.proofs.papers import Split
from ballots.services.voting import Receipt

MARKED = ("ground", "votes", "when", "hour", "code", "code_parts", "promise", "entry")
MARKS = {name: f"\x02{name}\x03" for name in MARKED}
MARK = re.compile(f"\x02({'|'.join(MARKED)})\x03")
CODE_DASH = mark_safe('<span class="code-dash">-</span>')
FRAMES_AT_MOST = 256


@dataclass(frozen=True)
class Frame:
    """The page cut at its marks, every other part naming what goes there, and each option as a line of the list."""

    parts: list[str]
    lines: dict[str, str]


_frames: dict[tuple[object, ...], Frame] = {}


def receipt_page(ballot: Ballot, seat: Seat, choice: Split | tuple[str, ...], receipt: Receipt) -> HttpResponse:
    """Return the receipt; the database is asked only about a vote that was sent twice."""
    is_replaced = receipt.is_repeat and not is_in_the_box(ballot.contest, receipt.leaf_sha256)
    received_at = localtime(receipt.received_at)
    key = (ballot.contest.public_id, get_language(), received_at.date(), is_replaced)
    frame = _frames.get(key) or _remembered(key, _frame(ballot, received_at, is_replaced))
    words = {
        **_votes(ballot, seat, choice, frame),
        "when": received_at.strftime("%H:%M:%S"),
        "hour": received_at.strftime("%H:%M"),
        "code": receipt.code,
        "code_parts": format_html_join(CODE_DASH, "<span>{}</span>", ((part,) for part in receipt.code.split("-"))),
        "promise": receipt.promise,
        "entry": seat.entry.public_id,
    }
    safe = {name: conditional_escape(word) for name, word in words.items()}
    return HttpResponse("".join([safe[part] if place % 2 else part for place, part in enumerate(frame.parts)]))


def _frame(ballot: Ballot, received_at: datetime, is_replaced: bool) -> Frame:
    paper = reverse("agm:vote", args=[ballot.meeting.slug, ballot.contest.public_id])
    picture = reverse("agm:receipt_qr", args=["-"]).removesuffix("-.svg")
    context = {
        **facts_of(ballot),
        **MARKS,
        "demo_banner": settings.DEMO,
        "received_at": received_at,
        "is_replaced": is_replaced,
        "check_url": f"/check/vote/{MARKS['promise']}/",
        "qr_url": f"{picture}{MARKS['promise']}.svg",
        "paper_url": f"{paper}?entry={MARKS['entry']}",
    }
    lines = {option.public_id: format_html("<li>{}</li>", option.title) for option in ballot.options}
    return Frame(MARK.split(render_to_string("agm/receipt.html", context)), lines)


def _remembered(key: tuple[object, ...], frame: Frame) -> Frame:
    while len(_frames) >= FRAMES_AT_MOST:
        _frames.pop(next(iter(_frames)), None)
    _frames[key] = frame
    return frame


def _votes(ballot: Ballot, seat: Seat, choice: Split | tuple[str, ...], frame: Frame) -> dict[str, str]:
    """Return what was chosen as lines of a list, and the colour of the page."""
    if isinstance(choice, Split):
        lines = {"split": _split_words(choice, seat.entry.votes)}
        return {"ground": PLAIN_GROUND, "votes": render_to_string("agm/_receipt_votes.html", lines)}
    (first,) = ballot.chosen(choice[:1])
    votes = mark_safe("".join([frame.lines[option] for option in choice]))  # noqa: S308 lines that were escaped
    return {"ground": first.ground, "votes": votes}


def _split_words(split: Split, votes: int) -> list[dict[str, Any]]:
    """Return each side that got votes, and the rest that was not used."""
    cast = zip(SIDES, (split.votes_for, split.votes_against, split.votes_withheld), strict=True)
    lines = [{"votes": number, "words": SIDE_WORDS[side]} for side, number in cast if number]
    unused = votes - sum(line["votes"] for line in lines)
    return [*lines, {"votes": unused, "words": _("not used")}] if unused else lines
