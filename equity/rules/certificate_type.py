"""How large the words on a certificate are set, so that the longest names still fit on one page.

The printed page never cuts a name off and never runs onto a second sheet: longer text is set in a smaller step.
Widths are estimated on the safe side from the shapes of letters; a test prints the worst cases.
"""

import unicodedata
from collections.abc import Sequence
from math import ceil

MM_PER_POINT = 25.4 / 72
LINE_HEIGHT = 1.28
# Below this size a line may break; above it a broken name looks like an accident.
LARGEST_BROKEN_PT = 27

# In ems of Bricolage Grotesque 800, the wider of our two faces.
NARROW, USUAL, DIGIT, CAPITAL, WIDE = 0.36, 0.6, 0.69, 0.76, 1.02
NARROW_LETTERS = frozenset("ijlIJft.,;:'’‘|!()[]-· \u200e\u200f")
WIDE_LETTERS = frozenset("mwMW@%&—…")


def fitting_size(
    texts: Sequence[str],
    *,
    sizes_pt: Sequence[int],
    width_mm: float,
    height_mm: float,
    broken_max_pt: int = LARGEST_BROKEN_PT,
) -> int:
    """Return the largest of ``sizes_pt`` (descending) in which ``texts``, one under the other, fit the room.

    A text may go over several lines up to ``broken_max_pt`` points; 0 keeps it on one line. When even the smallest
    does not fit, the smallest is returned and the page itself must refuse.
    """
    for size in sizes_pt:
        lines = [max(1, ceil(text_width_mm(text, size) / width_mm)) for text in texts]
        broken = max(lines, default=1) > 1
        if sum(lines) * size * MM_PER_POINT * LINE_HEIGHT <= height_mm and not (broken and size > broken_max_pt):
            return size
    return sizes_pt[-1]


def text_width_mm(text: str, size_pt: float) -> float:
    """Estimate how wide ``text`` comes out on one line in ``size_pt`` points, rather too wide than too narrow."""
    return sum(_ems(letter) for letter in unicodedata.normalize("NFC", text)) * size_pt * MM_PER_POINT


def _ems(letter: str) -> float:
    base = unicodedata.normalize("NFD", letter)[0]
    if base in NARROW_LETTERS:
        return NARROW
    if base in WIDE_LETTERS or ord(base) >= 0x2E80:
        return WIDE
    if base.isdigit():
        return DIGIT
    return CAPITAL if base.isupper() else USUAL
