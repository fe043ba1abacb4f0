"""How large the words and figures of a printed sum are set, so that the longest still fit one page."""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import TYPE_CHECKING, Any

from django import template

from equity.rules.certificate_type import fitting_size, text_width_mm

if TYPE_CHECKING:
    from dividends.queries.statement_sum import SumLine

register = template.Library()

# The column of the sum: the sign, figures down to a coin, then what is smaller; wide where it must be.
USUAL_MM, WIDE_MM, SIGN_MM = 60, 90, 8
TAIL_MM = {0: 0, 4: 9, 8: 16, 12: 22, 16: 28}
TOTAL = 1.25
# The words below the sentence on top: their size, and the width of their lines beside the jar.
BELOW_PT, BELOW_MM = 10, 101
STEPS = ((5, 30), (6, 26), (7, 22), (9, 18), (10, 15), (99, 13))
SIZES = (30, 26, 22, 18, 15, 13, 12, 11, 10, 9, 8, 7, 6)


@register.filter
def company_size(name: str) -> int:
    """Return the size in points of the company's name across the top."""
    return fitting_size([name], sizes_pt=(24, 22, 20, 18, 16, 12, 10, 8, 7), width_mm=130, height_mm=13)


@register.filter
def sentence_size(sentence: str, below: str = "") -> int:
    """Return the size in points of the sentence on top; words ``below`` it of more than two lines take of its room."""
    lines = ceil(text_width_mm(below, BELOW_PT) / BELOW_MM)
    height = 42 - 5 * max(0, lines - 2)
    return fitting_size([sentence], sizes_pt=(30, 27, 24, 22, 20, 18, 16, 15, 12, 10), width_mm=128, height_mm=height)


@register.filter
def names_size(names: Sequence[str]) -> int:
    """Return the size in points of all holders' names."""
    return fitting_size(names, sizes_pt=(16, 15, 12, 11, 10, 9, 8, 7, 6, 5), width_mm=168, height_mm=24)


@register.filter
def address_size(address: str) -> int:
    """Return the size in points of the line with the address."""
    return fitting_size([address], sizes_pt=(9, 8, 7, 6), width_mm=120, height_mm=12)


@register.filter
def issuer_size(office: str) -> int:
    """Return the size in points of what the foot says about the company."""
    return fitting_size([office], sizes_pt=(8, 7, 6, 5), width_mm=130, height_mm=6)


@register.filter
def facts_size(sheet: Mapping[str, Any]) -> int:
    """Return the size in points of the facts below the sum."""
    facts = [fact for _word, fact in [*sheet["what"], *sheet["how"]]]
    return fitting_size(facts, sizes_pt=(9, 8, 7, 6, 5), width_mm=50, height_mm=62)


@register.filter
def sum_class(lines: "Sequence[SumLine]") -> str:
    """Return the classes that set a sum: its size by the number of lines and the widest figure, room for its tail."""
    tail = max(len(line.tail) for line in lines)
    room = next(room for room in TAIL_MM if tail <= room)
    widest = max(text_width_mm(line.figures, 1) * (TOTAL if line.kind == "total" else 1) for line in lines)
    size = next(size for most, size in STEPS if len(lines) <= most)
    wide = widest * size > USUAL_MM - SIGN_MM - TAIL_MM[room]
    if wide:
        size = next(
            (step for step in SIZES if step <= size and widest * step <= WIDE_MM - SIGN_MM - TAIL_MM[room]), SIZES[-1]
        )
    return f"set-{size} tail-{room}{' wide' if wide else ''}"
