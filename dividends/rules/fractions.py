"""Fractions as people type them: 1, 1/2, 2/3, 50 %, 33.5 %. Never a float, never rounded."""

import re
from decimal import Decimal
from fractions import Fraction

PARTS_MAX = 1_000_000
WRITTEN = re.compile(r"(?P<top>\d{1,7})(?:\s*/\s*(?P<bottom>\d{1,7}))?")
PERCENT = re.compile(r"(?P<percent>\d{1,3}(?:[.,]\d{1,4})?)\s*%")


class NoFraction(ValueError):
    """What was typed is no fraction above 0 and up to 1 whose parts are at most a million."""


def read_fraction(text: str) -> Fraction:
    """Return the fraction a person typed; raise `NoFraction` for anything else."""
    text = text.strip()
    if found := PERCENT.fullmatch(text):
        fraction = Fraction(Decimal(found["percent"].replace(",", "."))) / 100
    elif (found := WRITTEN.fullmatch(text)) and int(found["bottom"] or 1):
        fraction = Fraction(int(found["top"]), int(found["bottom"] or 1))
    else:
        raise NoFraction(text)
    if not 0 < fraction <= 1 or fraction.denominator > PARTS_MAX:
        raise NoFraction(text)
    return fraction


def even_fractions(count: int) -> list[Fraction]:
    """Return equal fractions for so many creators: two get 1/2 each."""
    return [Fraction(1, count)] * count
