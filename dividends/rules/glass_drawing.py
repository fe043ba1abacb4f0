"""A glass of the beer as a linocut in its own colour: what its creator's statement is about, seen before it is read."""

from dividends.rules.jar import FULL

PAPER, INK, FOAM = "#F6EFE0", "#1B1A17", "#FFFBF2"
WIDTH, HEIGHT = 120, 168
TOP, BOTTOM = 22, 156
OUTSIDE = "M14 8H106L98 158Q97 166 88 166H32Q23 166 22 158Z"
INSIDE = "M21 14H99L91.4 154Q91 159 86 159H34Q29 159 28.6 154Z"


def glass_svg(level_permille: int, colour: str, *, line: str = INK) -> bytes:
    """Return the glass filled to the level in thousandths with beer of the colour (``#RRGGBB``), foam on top.

    ``line`` is what it is drawn with: ink, or paper on a dark ground. The beer is printed a little beside it, as
    everywhere on our paper; an empty glass keeps its ring of foam.
    """
    level = min(max(level_permille, 0), FULL)
    surface = round(BOTTOM - (BOTTOM - TOP) * level / FULL, 1)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<path fill="{line}" fill-rule="evenodd" d="{OUTSIDE}{INSIDE}"/><path fill="{PAPER}" d="{INSIDE}"/>'
        f"{_beer(surface, colour)}"
        f'<path fill="none" stroke="{line}" stroke-width="2.2" stroke-linecap="round" d="{_bubbles(surface)}"/>'
        f'<path fill="none" stroke="{INK}" stroke-width="2.2" stroke-linecap="round" d="{_light(surface)}"/>'
        "</svg>"
    ).encode()


def _beer(surface: float, colour: str) -> str:
    """The plate of the beer from the surface down, between the slanting walls, and the foam that stands on it."""
    if surface >= BOTTOM:
        return f'<path fill="{FOAM}" stroke="{INK}" stroke-width="2" d="M30.6 148Q44 143 60 147T89.4 148"/>'
    left, right = _walls(surface)
    foot_left, foot_right = _walls(BOTTOM)
    beer = (
        f"M{left + 3:g} {surface + 3:g}H{right + 3:g}L{foot_right + 3:g} {BOTTOM}Q{foot_right + 2:g} {BOTTOM + 5} "
        f"{foot_right - 4:g} {BOTTOM + 5}H{foot_left + 8:g}Q{foot_left + 4:g} {BOTTOM + 5} {foot_left + 3:g} {BOTTOM}Z"
    )
    foam = (
        f"M{left:g} {surface + 9:g}V{surface:g}Q{left + 14:g} {surface - 9:g} {left + 27:g} {surface - 3:g}"
        f"Q60 {surface - 12:g} {right - 26:g} {surface - 3:g}Q{right - 12:g} {surface - 8:g} {right:g} {surface:g}"
        f"V{surface + 9:g}Q{right - 12:g} {surface + 15:g} {right - 25:g} {surface + 9:g}"
        f"Q60 {surface + 17:g} {left + 25:g} {surface + 9:g}Q{left + 12:g} {surface + 15:g} {left:g} {surface + 9:g}Z"
    )
    return f'<path fill="{colour}" d="{beer}"/><path fill="{FOAM}" stroke="{INK}" stroke-width="2" d="{foam}"/>'


def _walls(y: float) -> tuple[float, float]:
    """Where the inside of the glass ends left and right at a height."""
    inset = (y - 14) * 7.6 / 140
    return round(21 + inset, 1), round(99 - inset, 1)


def _bubbles(surface: float) -> str:
    """Short strokes in the beer, as many as lie well below its surface."""
    places = ((44, 140), (60, 128), (76, 142), (52, 108), (70, 104), (60, 84), (46, 76))
    return "".join(f"M{x} {y}V{y + 6}" for x, y in places if y > surface + 24) or "M0 0"


def _light(surface: float) -> str:
    """A stroke of light on the left of the glass, where it is empty."""
    return f"M30 {TOP + 4}L31.6 {surface - 14:g}" if surface - 14 > TOP + 14 else "M0 0"
