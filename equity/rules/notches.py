"""The notched border of a certificate, cut from the fingerprint of its facts.

Like the tally sticks from which the word *stock* comes: company and holder each kept one half, and the notches had
to match. The border of the certificate and the picture on the public check page are cut from the same sha256, one
notch for each of its 64 hexadecimal digits, clockwise from the top left corner. A digit d gives a notch d // 4 + 1
deep and d % 4 + 1 wide, so the whole fingerprint can be read off the paper with a ruler.
"""

import hashlib
import json
import re
from datetime import date
from typing import NamedTuple

PER_SIDE = (20, 12, 20, 12)
DIGITS = 64

# In parts of one step, the room each notch has along its side.
WIDTH_STEP = 0.13
DEPTH_STEP = 0.08


class Notch(NamedTuple):
    """One cut: its side (0 top, 1 right, 2 bottom, 3 left), its place along it (0 to 1, clockwise), its size 1 to 4."""

    side: int
    place: float
    width: int
    depth: int


def facts_sha256(*, company_number: str, serial: int | str, class_code: str, quantity: int, issued_on: date) -> str:
    """Return the fingerprint of the facts anybody may check; it holds nothing about the holder.

    The facts are hashed as JSON with sorted keys and no spaces, so that others can compute it again.
    """
    facts = {
        "class": class_code,
        "company": company_number,
        "issued_on": issued_on.isoformat(),
        "quantity": quantity,
        "serial": str(serial),
    }
    canonical = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def notches(facts_hash: str, per_side: tuple[int, int, int, int] = PER_SIDE) -> tuple[Notch, ...]:
    """Return the 64 notches of a sha256 in hexadecimal, clockwise from the top left.

    ``per_side`` says how many lie on the top, right, bottom and left side. Raises ``ValueError`` when they are not
    64 together, or when the text is no sha256.
    """
    if not re.fullmatch(r"[0-9a-f]{64}", facts_hash):
        raise ValueError("not a sha256 in lower-case hexadecimal")
    if sum(per_side) != DIGITS or min(per_side) < 1:
        raise ValueError("the sides must hold 64 notches together")
    places = [(side, (index + 0.5) / count) for side, count in enumerate(per_side) for index in range(count)]
    return tuple(
        Notch(side, place, int(digit, 16) % 4 + 1, int(digit, 16) // 4 + 1)
        for (side, place), digit in zip(places, facts_hash, strict=True)
    )


def notch_path(
    facts_hash: str, width: float, height: float, per_side: tuple[int, int, int, int] = PER_SIDE, inset: float = 0
) -> str:
    """Return the outline of a notched sheet as the ``d`` of an SVG path, in the units of ``width`` and ``height``.

    ``inset`` moves the whole outline inward. The cuts are V-shaped, as a knife makes them, and point inward.
    """
    across, down = width - 2 * inset, height - 2 * inset
    step = min(across / max(per_side[0], per_side[2]), down / max(per_side[1], per_side[3]))
    corners = ((inset, inset), (inset + across, inset), (inset + across, inset + down), (inset, inset + down))
    directions = ((1, 0), (0, 1), (-1, 0), (0, -1))
    lengths = (across, down, across, down)
    points: list[tuple[float, float]] = []
    cuts = notches(facts_hash, per_side)
    for side, ((x, y), (dx, dy), length) in enumerate(zip(corners, directions, lengths, strict=True)):
        points.append((x, y))
        for cut in (cut for cut in cuts if cut.side == side):
            along, half, deep = cut.place * length, cut.width * WIDTH_STEP * step / 2, cut.depth * DEPTH_STEP * step
            for forward, inward in ((along - half, 0.0), (along, deep), (along + half, 0.0)):
                # Turning right from the direction of travel points into the sheet, because y grows downward.
                points.append((x + dx * forward - dy * inward, y + dy * forward + dx * inward))
    return "M" + "L".join(f"{_short(x)} {_short(y)}" for x, y in points) + "Z"


def _short(number: float) -> str:
    return f"{number:.3f}".rstrip("0").rstrip(".")
