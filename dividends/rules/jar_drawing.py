"""The penny jar as a linocut in two colours: how full it is can be seen before anything is read."""

from dataclasses import dataclass

from dividends.rules.jar import FULL

PAPER, INK, GOLD = "#F6EFE0", "#1B1A17", "#EDB51F"
WIDTH, HEIGHT = 120, 168
# The glass: its inside reaches from TOP (full) to BOTTOM (empty), between LEFT and RIGHT.
LEFT, RIGHT, TOP, BOTTOM = 17, 103, 56, 158
COIN, ROW = 8.6, 15.4
# Glass and inside are one shape and the same a little smaller.
GLASS = "M33 27C33 39 10 40 10 60V152Q10 165 23 165H97Q110 165 110 152V60C110 40 87 39 87 27Z"
INSIDE = "M38 31C37 43 16 44 16 61V151Q16 159 24 159H96Q104 159 104 151V61C104 44 83 43 82 31Z"
LID = "M28 8H92V24H28Z"
GOUGES = "M36 12L35 20M46 11V21M57 12L58 20M68 11L67 21M79 12V20M86 11L85 20"
LID_OFF = "translate(12 -1) rotate(-9 60 16)"


@dataclass(frozen=True, slots=True)
class JarPaths:
    """The paths of the drawing; the first three depend on the level: the gold plate, scratches in the glass, coins."""

    gold: str
    scratches: str
    coins: str
    glass: str = GLASS
    inside: str = INSIDE
    lid: str = LID
    gouges: str = GOUGES


def jar_paths(level_permille: int) -> JarPaths:
    """Return the paths of a jar filled to the level in thousandths (`dividends.rules.jar`)."""
    level = min(max(level_permille, 0), FULL)
    surface = BOTTOM - (BOTTOM - TOP) * level / FULL
    return JarPaths(_plate(surface), f"{_shine(surface)}{_marks()}", _coins(surface))


def jar_svg(level_permille: int, *, is_open: bool = False) -> bytes:
    """Return the jar filled to the level in thousandths, for paper; open, its lid is off.

    The gold is printed a little beside the ink, as everywhere on our paper.
    """
    paths = jar_paths(level_permille)
    gold = f'<path fill="{GOLD}" d="{paths.gold}"/>' if paths.gold else ""
    lid = f' transform="{LID_OFF}"' if is_open else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<path fill="{INK}" fill-rule="evenodd" d="{GLASS}"/><path fill="{PAPER}" d="{INSIDE}"/>{gold}'
        f'<path fill="none" stroke="{INK}" stroke-width="2.2" stroke-linecap="round" d="{paths.scratches}"/>'
        f'<path fill="{INK}" fill-rule="evenodd" d="{paths.coins}"/>'
        f'<g{lid}><path fill="{INK}" d="{LID}"/><path fill="none" stroke="{GOLD}" stroke-width="2" d="{GOUGES}"/></g>'
        "</svg>"
    ).encode()


def _plate(surface: float) -> str:
    """The gold: from the surface down, following the round bottom of the glass; none in an empty jar."""
    if surface >= BOTTOM:
        return ""
    left, right, y = LEFT + 2, RIGHT + 3, round(surface + 2, 1)
    bottom = BOTTOM + 3
    bend = round(max(y, bottom - 8), 1)
    return f"M{left} {y}H{right}V{bend}Q{right} {bottom} {right - 8} {bottom}H{left + 8}Q{left} {bottom} {left} {bend}Z"


def _shine(surface: float) -> str:
    """Two strokes of light on the left of the glass, as far as it is empty."""
    end = min(118, surface - 6)
    return f"M24 66L23.6 {end:g}M29.4 65V{min(end, 82):g}" if end > 72 else ""


def _marks() -> str:
    """Quarters, scratched into the glass on the right."""
    quarters = [TOP + (BOTTOM - TOP) * part / 4 for part in range(4)]
    return "".join(f"M{RIGHT - 9} {y:g}H{RIGHT - 1}" for y in quarters)


def _coins(surface: float) -> str:
    """Rings in rows from the bottom up, as many as lie below the surface; a jar that holds something shows one."""
    if surface >= BOTTOM:
        return ""
    coins = []
    y, row = BOTTOM - COIN - 1, 0
    while y - COIN >= surface or row == 0:
        shift = COIN if row % 2 else 0
        x = LEFT + COIN + 3.4 + shift
        while x + COIN < RIGHT - 1:
            coins.append(_ring(x, y))
            x += 2 * COIN + 0.6
        if row == 0 and y - COIN < surface:
            return coins[len(coins) // 2]
        y -= ROW
        row += 1
    return "".join(coins)


def _ring(x: float, y: float) -> str:
    return f"{_circle(x, y, COIN)}{_circle(x, y, COIN - 2)}{_circle(x, y, 2.2)}"


def _circle(x: float, y: float, radius: float) -> str:
    half = f"{radius:g} {radius:g} 0 1 0"
    return f"M{x - radius:g} {y:g}a{half} {2 * radius:g} 0a{half} {-2 * radius:g} 0Z"
