"""Presentation only: the geometry of drawn figures and short ways of saying numbers.

No figure is computed here that does not stand on the page already.
"""

import math
import textwrap
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import template
from django.utils.translation import get_language, gettext, ngettext

from core.languages import localised
from core.money import NO_BREAK_SPACE, SYMBOL_BEHIND, SYMBOLS, decimal_from_minor, format_minor

register = template.Library()

# Note [Stack]: a drawing 360 user units wide; the column stands left, the words right of it, never overlapping.
STACK_WIDTH = 110
STACK_HEIGHT = 330
STACK_TOP = 34
STACK_LINE = 19
STACK_GAP = 12
STACK_LABEL_LETTERS = 24
THINNEST = 5

# The view boxes of the linocuts in static/img.
ART_BOXES = {
    "hop": "-2 -14 126 176",
    "grain": "8 -46 104 228",
    "cask": "0 0 220 160",
    "coc-bia-hoi": "0 0 140 210",
    "glass": "0 0 120 204",
    "beer-mat": "0 0 164 160",
    "bank-book": "0 0 164 192",
    "foam": "0 0 1200 80",
}


@dataclass(frozen=True)
class Layer:
    """One layer of the stack: its place in the column and where its words stand, in user units."""

    order: int
    label_lines: list[tuple[float, str]]
    amount_minor: int
    y: float
    height: float
    middle: float
    text_y: float
    anchor_y: float
    ahead: bool
    is_thickened: bool
    hatch: list[tuple[float, float, float, float]] = field(default_factory=list)


def layer_heights(amounts: list[int], height: float = STACK_HEIGHT) -> list[float]:
    """Return each amount's share of the height, to scale; an amount too thin to print gets THINNEST units."""
    total = sum(amounts) or 1
    return [max(THINNEST, height * amount / total) for amount in amounts]


def spread(middles: list[float], sizes: list[float], gap: float = STACK_GAP) -> list[float]:
    """Return tops for blocks of the given sizes, near their middles, in order, never overlapping."""
    tops: list[float] = []
    edge = 0.0
    for middle, size in zip(middles, sizes, strict=True):
        top = max(edge, middle - size / 2)
        tops.append(top)
        edge = top + size + gap
    return tops


def hatch_lines(y: float, height: float, width: float, step: float) -> list[tuple[float, float, float, float]]:
    """Return slanted lines that fill a box, clipped at its edges, so that layers differ without colour."""
    lines = []
    offset = step
    while offset < width + height:
        x1, y1 = (offset, y) if offset <= width else (width, y + offset - width)
        x2, y2 = (0, y + offset) if offset <= height else (offset - height, y + height)
        lines.append((round(x1, 1), round(y1, 1), round(x2, 1), round(y2, 1)))
        offset += step
    return lines


@register.simple_tag
def stack_layers(ranking: Iterable[Any], you_minor: int, you_label: str = "") -> dict[str, Any]:
    """Return the drawing of who is paid first: layers from the first paid to the reader, heights to scale.

    `ranking` holds rows with label, amount_minor and ahead_of_you; rows not ahead are left out.
    The reader's own layer is last.
    """
    ahead = [row for row in _as_rows(ranking) if row["ahead_of_you"]]
    rows = [*ahead, {"label": you_label or gettext("You"), "amount_minor": you_minor, "ahead_of_you": False}]
    heights = layer_heights([row["amount_minor"] for row in rows])
    total = sum(row["amount_minor"] for row in rows) or 1
    words = [textwrap.wrap(str(row["label"]), STACK_LABEL_LETTERS)[:3] or [""] for row in rows]
    starts = [STACK_TOP + sum(heights[:index]) for index in range(len(rows))]
    middles = [start + height / 2 for start, height in zip(starts, heights, strict=True)]
    tops = spread(middles, [STACK_LINE * (len(lines) + 1) + 4 for lines in words])
    layers = [
        Layer(
            order=index + 1,
            label_lines=[(top + STACK_LINE * (line + 2), text) for line, text in enumerate(words[index])],
            amount_minor=rows[index]["amount_minor"],
            y=round(starts[index], 1),
            height=round(heights[index], 1),
            middle=round(middles[index], 1),
            text_y=round(top + STACK_LINE - 2, 1),
            anchor_y=round(top + STACK_LINE - 8, 1),
            ahead=rows[index]["ahead_of_you"],
            is_thickened=STACK_HEIGHT * rows[index]["amount_minor"] / total < THINNEST,
            hatch=_hatch_of(index, starts[index], heights[index]) if rows[index]["ahead_of_you"] else [],
        )
        for index, top in enumerate(tops)
    ]
    bottom = max(starts[-1] + heights[-1], layers[-1].label_lines[-1][0]) + 14
    return {
        "layers": layers,
        "height": math.ceil(bottom),
        "ahead_minor": sum(row["amount_minor"] for row in ahead),
        "is_thickened": layers[-1].is_thickened,
    }


def _hatch_of(index: int, y: float, height: float) -> list[tuple[float, float, float, float]]:
    """Every layer slants the other way than the one above it, and each pair is wider set than the last."""
    lines = hatch_lines(y, height, STACK_WIDTH, 9 + 5 * (index // 2))
    if index % 2 == 0:
        return lines
    return [(STACK_WIDTH - x1, y1, STACK_WIDTH - x2, y2) for x1, y1, x2, y2 in lines]


@register.filter
def art_box(name: str) -> str:
    """Return the view box of a linocut; KeyError for one that does not exist."""
    return ART_BOXES[name]


def _as_rows(ranking: Iterable[Any]) -> list[dict[str, Any]]:
    names = ("label", "amount_minor", "ahead_of_you")
    return [{name: row[name] if isinstance(row, dict) else getattr(row, name) for name in names} for row in ranking]


@register.filter
def mat_rings(years: int) -> list[dict[str, Any]]:
    """Return one wet ring for each year held (at most 12), each set down a little beside the last, as a glass does."""
    rings = []
    for year in range(min(int(years or 0), 12)):
        angle = year * 2.399963
        radius = 112 - year * 8
        rings.append(
            {
                "x": round(180 + 9 * math.cos(angle), 1),
                "y": round(181 + 9 * math.sin(angle), 1),
                "radius": radius,
                "dash": f"{round(radius * 4.6)} {round(radius * 0.5)} {round(radius * 1.1)} {round(radius * 0.3)}",
                "turn": round(math.degrees(angle)) % 360,
            }
        )
    return rings


@register.filter
def mat_number_size(number: object) -> int:
    """Return the type size at which the number fits into the mat, in user units."""
    return max(34, min(110, 430 // max(4, len(str(number)) + 1)))


@register.simple_tag
def clock_drawing(now: datetime, until: datetime) -> dict[str, int]:
    """Return the hands of a 12-hour clock at `until` and the share of the last 24 hours still to wait, 0 to 100."""
    waiting = max(0.0, min(1.0, (until - now).total_seconds() / 86400))
    return {
        "hour": round((until.hour % 12 + until.minute / 60) * 30),
        "minute": until.minute * 6,
        "waiting": round(waiting * 100),
    }


@register.filter
def in_words(number: int) -> str:
    """Return a count up to twelve as a word in the reader's language, anything else as figures."""
    words = [
        gettext("One"), gettext("Two"), gettext("Three"), gettext("Four"), gettext("Five"), gettext("Six"),
        gettext("Seven"), gettext("Eight"), gettext("Nine"), gettext("Ten"), gettext("Eleven"), gettext("Twelve"),
    ]  # fmt: skip
    return words[number - 1] if 1 <= number <= len(words) else grouped(number)


@register.filter
def grouped(number: int | str | None) -> str:
    """Return a whole number with its thousands grouped as the reader's language does it: 2,113,400 or 2.113.400."""
    if number is None or number == "":
        return ""
    figures = f"{int(number):,}"
    return figures.replace(",", ".") if (get_language() or "en").startswith("vi") else figures


register.filter("localised", localised)


@register.filter
def money_short(amount_minor: int | str | None, currency: str) -> str:
    """Return a large amount shortened to one decimal, half up: £12.4m, £12,4 triệu; the table has it in full."""
    if amount_minor is None or amount_minor == "":
        return ""
    language = get_language() or "en"
    amount = decimal_from_minor(int(amount_minor), currency)
    for size, english, vietnamese in ((10**9, "bn", "tỷ"), (10**6, "m", "triệu")):
        if abs(amount) >= size:
            figures = f"{(abs(amount) / size).quantize(Decimal('0.1'), ROUND_HALF_UP)}"
            sign = "−" if amount < 0 else ""
            symbol = SYMBOLS.get(currency, currency)
            if language.startswith("vi"):
                said = f"{figures.replace('.', ',')}{NO_BREAK_SPACE}{vietnamese}"
                return f"{sign}{said}{NO_BREAK_SPACE}{symbol}" if currency in SYMBOL_BEHIND else f"{sign}{symbol}{said}"
            if currency in SYMBOL_BEHIND:
                return f"{sign}{figures}{english}{NO_BREAK_SPACE}{symbol}"
            return f"{sign}{symbol}{figures}{english}"
    return format_minor(int(amount_minor), currency, language)


@register.filter
def about_time(seconds: int | None) -> str:
    """Return a waiting time in words, rounded up to minutes or hours; an unknown time stays empty."""
    if seconds is None:
        return ""
    if seconds < 60:
        return gettext("less than a minute")
    minutes = math.ceil(seconds / 60)
    if minutes < 90:
        return ngettext("about %(count)d minute", "about %(count)d minutes", minutes) % {"count": minutes}
    hours = math.ceil(minutes / 60)
    return ngettext("about %(count)d hour", "about %(count)d hours", hours) % {"count": hours}


@register.filter
def in_groups(code: str, size: int = 8) -> str:
    """Return a long code in groups that a person can compare: ab12cd34 ef56..."""
    return " ".join(textwrap.wrap(str(code), int(size)))


@register.filter
def share_of_width(part: int | None, whole: int | None) -> int:
    """Return part of whole on a drawing 396 units wide, rounded down; nothing of nothing is 0."""
    return max(0, min(396, int(part or 0) * 396 // int(whole))) if whole else 0


@register.filter
def in_turns(degrees: str) -> list[int]:
    """Return the turns written in the template as numbers."""
    return [int(turn) for turn in degrees.split()]


@register.filter
def unlocalized(number: float) -> str:
    """Return a coordinate with a point, whatever the reader's language; a comma would break the drawing."""
    return f"{number:.1f}".removesuffix(".0")


@register.filter
def summary_lines(form: Any) -> list[tuple[Any, str]]:
    """Return each field with its error; with its question before it where several fields have the same error."""
    told = [(bound, str(error)) for bound in form for error in bound.errors]
    times = Counter(error for _bound, error in told)
    return [(bound, error if times[error] == 1 else _asked(str(bound.label), error)) for bound, error in told]


def _asked(label: str, error: str) -> str:
    return f"{label} {error}" if label.endswith(("?", ".")) else f"{label}: {error}"
