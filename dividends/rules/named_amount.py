"""Whether a text names an amount of money in figures, as people write it: "17.55p", "£0.1755", "0,1755 £"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

FIGURE = r"[0-9]++(?:[.,][0-9]++)*+"
GROUPED = r"[0-9]{1,3}(?:[.,][0-9]{3})+|[0-9]+"
FIGURE_LENGTH_MAX = 60  # no amount that can be kept is as long
TIMES = "hundred thousand million billion bn m k trăm nghìn ngàn triệu tỷ tỉ".split()


@dataclass(frozen=True, slots=True)
class Units:
    """How a currency is written: signs and words of its large unit and of its small one, of ten to the -decimals."""

    large: Sequence[str]
    small: Sequence[str]
    decimals: int


def names_amount(text: str, amount_minor: Decimal | int, units: Units, *, points: str = ".") -> bool:
    """Return whether the text names exactly the amount, with its unit, in either unit.

    ``points`` are the signs that may part the whole from its decimals; the other one of ``.,`` groups thousands. With
    both, a figure that can be read two ways counts by either reading.
    """
    wanted = Fraction(amount_minor)
    for found in _pattern(units).finditer(text):
        sign, figure, unit = found["sign"], found["figure"], (found["unit"] or "").casefold()
        if len(figure) > FIGURE_LENGTH_MAX or not (sign or unit):
            continue
        is_small = not sign and unit in {word.casefold() for word in units.small}
        size = 1 if is_small else 10**units.decimals
        if any(value is not None and value * size == wanted for value in (_read(figure, point) for point in points)):
            return True
    return False


def _pattern(units: Units) -> re.Pattern[str]:
    large = "|".join(re.escape(word) for word in units.large)
    either = "|".join(re.escape(word) for word in (*units.large, *units.small))
    return re.compile(
        rf"(?:(?<!\w)(?P<sign>{large})\s*)?(?<![0-9.,])(?P<figure>{FIGURE})(?!\s*(?:{'|'.join(TIMES)})\b)"
        rf"(?:\s*(?P<unit>{either})(?!\w))?",
        re.IGNORECASE,
    )


def _read(figure: str, point: str) -> Fraction | None:
    """Read a figure with this decimal sign; None where the signs stand as nobody writes them."""
    whole, _, decimals = figure.partition(point)
    if not re.fullmatch(GROUPED, whole) or not re.fullmatch("[0-9]*", decimals):
        return None
    return Fraction(f"{re.sub('[.,]', '', whole)}.{decimals or 0}")
