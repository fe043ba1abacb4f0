"""Dividends as glasses on a bar, to scale: where each is drawn. Words and colours are the template's."""

from collections.abc import Sequence
from dataclasses import dataclass

# User units of a drawing 360 wide; the bar is at FLOOR, the tallest glass reaches TALLEST above it.
WIDTH, FLOOR, TALLEST = 360, 236, 176
FOAM, BUMPS, ROOM = 18, 3, 7
GLASSES_MAX, SLOTS_MIN = 6, 3
GLASS_WIDEST, GLASS_OF_SLOT = 62, 0.62
THINNEST = 3.0
SMALLEST_TYPE, LARGEST_TYPE, LETTER_WIDTH = 9, 22, 0.58


@dataclass(frozen=True, slots=True)
class Glass:
    """One glass: its box, the middle and height of its words, and the foam, a path from the left edge of the beer."""

    x: float
    top: float
    width: float
    height: float
    middle: float
    label_y: float
    foam: str
    is_full: bool


def glasses(amounts_minor: Sequence[int], *, paid: Sequence[bool]) -> tuple[Glass, ...]:
    """Return a glass for each amount, in order, as high as its amount; anything above nothing can be seen.

    ``is_full`` glasses hold beer, the others wait empty at the same height: nobody counts on what is not paid.
    """
    slot = _slot(len(amounts_minor))
    width = round(min(GLASS_WIDEST, slot * GLASS_OF_SLOT), 1)
    left = (WIDTH - slot * len(amounts_minor)) / 2
    largest = max(*amounts_minor, 1, 1)
    return tuple(
        _glass(left + slot * (place + 0.5), width, TALLEST * amount / largest, is_paid)
        for place, (amount, is_paid) in enumerate(zip(amounts_minor, paid, strict=True))
    )


def _glass(middle: float, width: float, scaled: float, is_paid: bool) -> Glass:
    height = max(THINNEST, scaled) if scaled else 0.0
    is_full = is_paid and height > 0
    top, x = FLOOR - height, round(middle - width / 2, 1)
    return Glass(
        x=x,
        top=round(top, 1),
        width=width,
        height=round(height, 1),
        middle=round(middle, 1),
        label_y=round(top - ROOM - (FOAM / 2 if is_full else 0), 1),
        foam=_foam(x, top, width),
        is_full=is_full,
    )


def _foam(x: float, top: float, width: float) -> str:
    bump = width / BUMPS
    return f"M{x:.1f} {top:.1f}{f'q{bump / 2:.1f} -{FOAM} {bump:.1f} 0' * BUMPS}Z"


def label_size(labels: Sequence[str]) -> int:
    """Return the type size at which the longest label stays above its glass, in user units."""
    longest = max((len(label) for label in labels), default=1)
    fitting = _slot(len(labels)) / (max(longest, 1) * LETTER_WIDTH)
    return int(max(SMALLEST_TYPE, min(LARGEST_TYPE, fitting)))


def _slot(count: int) -> float:
    return WIDTH / max(count, SLOTS_MIN)
