"""Which amounts of money a text names in figures, as people write them: "17.55p", "£0.1755", "0,1755 £", "1.500 đồng".

Note [One amount]: members decide what they read, so a resolution names one amount and no other. What a share is worth
nominally may stand beside it ("on each ordinary share of £1"): that is the share's name, not the dividend. An amount
that cannot be read ("£5 million", "1.2.3p") or is in another currency counts as another one: it is for the author to
take out, not for us to guess away.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

FIGURE = r"[0-9]++(?:[.,][0-9]++)*+"
GROUPED = r"[0-9]{1,3}(?:[.,][0-9]{3})+|[0-9]+"
FIGURE_LENGTH_MAX = 60  # no amount that can be kept is as long
WORDS_LENGTH_MAX = 40
TIMES = "hundred thousand million billion bn m k trăm nghìn ngàn triệu tỷ tỉ".split()
NOMINAL = re.compile(
    r"(?:\bshares?\s+of\s+(?:(?:an?|the|its|their)\s+)?(?:(?:nominal|par)\s+(?:value|amount)\s+(?:of\s+)?)?"
    r"|\b(?:nominal|par)\s+(?:value|amount)\s+(?:of\s+)?(?:each\s+)?"
    r"|\bcổ\s+(?:phần|phiếu)(?:\s+(?:phổ\s+thông|ưu\s+đãi))?\s+|\bmệnh\s+giá\s+(?:là\s+)?)\Z",
    re.IGNORECASE,
)
# "2 p.m." is a time of day, "năm 2026 đồng ý" a year and a verb.
OTHER_WORD = r"\.m\b|\s+(?:ý|thời|sở|hành|bộ|loạt|chủ)\b"
BEFORE_MAX = 80  # how far back the words of a nominal value may begin


@dataclass(frozen=True, slots=True)
class Units:
    """How a currency is written: signs and words of its large unit and of its small one, of ten to the -decimals.

    ``foreign``: signs and words of other currencies.
    """

    large: Sequence[str]
    small: Sequence[str]
    decimals: int
    foreign: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """An amount as it is written, and what it may mean in minor units: nothing where it cannot be read."""

    words: str
    readings: frozenset[Fraction]


def amounts_named(text: str, units: Units, *, points: str = ".") -> list[Named]:
    """Return the amounts that the text names, with their unit, in their order; nominal values of shares left out.

    ``points`` are the signs that may part the whole from its decimals; the other one of ``.,`` groups thousands. With
    both, a figure that can be read two ways has two readings.
    """
    text = unicodedata.normalize("NFC", text)
    small = {_plain(word) for word in units.small}
    own = {_plain(word) for word in units.large} | small
    found = []
    for match in _pattern(tuple(units.large), tuple(units.small), tuple(units.foreign)).finditer(text):
        sign, figure, unit = match["sign"], match["figure"], match["unit"]
        if not (sign or unit) or NOMINAL.search(text, max(0, match.start() - BEFORE_MAX), match.start()):
            continue
        words = [_plain(word) for word in (sign, unit) if word]
        readings: list[Fraction] = []
        if not match["times"] and len(figure) <= FIGURE_LENGTH_MAX and own.issuperset(words):
            size = 1 if not sign and words[-1] in small else 10**units.decimals
            values = [_read(figure, point) for point in points]
            readings = [value * size for value in values if value is not None]
        found.append(Named(_short(match[0].strip()), frozenset(readings)))
    return found


def names_only(named: Sequence[Named], amount_minor: Decimal | int) -> bool:
    """Return whether there is an amount, and each is this one: it may be named again, in another unit."""
    wanted = Fraction(amount_minor)
    return bool(named) and all(wanted in one.readings for one in named)


def _plain(word: str) -> str:
    return unicodedata.normalize("NFC", word).casefold()


def _short(words: str) -> str:
    return words if len(words) <= WORDS_LENGTH_MAX else f"{words[:WORDS_LENGTH_MAX]}…"


@lru_cache(maxsize=64)
def _pattern(large: Sequence[str], small: Sequence[str], foreign: Sequence[str]) -> re.Pattern[str]:
    """A word stands behind its figure, a sign or a code may stand before it: "Đại hội đồng 2026" names no money."""
    others = tuple(word for word in foreign if not (len(word) == 1 and word.isalpha()))  # "4 c" is a paragraph
    signs = _either(word for word in (*large, *others) if word.isupper() or not word.replace(" ", "").isalpha())
    return re.compile(
        rf"(?:(?<!\w)(?P<sign>{signs})\s*)?(?<![0-9.,])(?P<figure>{FIGURE})(?:\s*(?P<times>{'|'.join(TIMES)})\b)?"
        rf"(?:\s*(?P<unit>{_either((*large, *small, *others))})(?!\w|{OTHER_WORD}))?",
        re.IGNORECASE,
    )


def _either(words: Iterable[str]) -> str:
    """Longer words first: "bảng Anh" before "bảng"."""
    found = {unicodedata.normalize("NFC", word) for word in words}
    return "|".join(re.escape(word) for word in sorted(found, key=lambda word: (-len(word), word)))


def _read(figure: str, point: str) -> Fraction | None:
    """Read a figure with this decimal sign; None where the signs stand as nobody writes them."""
    whole, _, decimals = figure.partition(point)
    if not re.fullmatch(GROUPED, whole) or not re.fullmatch("[0-9]*", decimals):
        return None
    return Fraction(f"{re.sub('[.,]', '', whole)}.{decimals or 0}")
