"""Presentation only: how a beer's numbers and drawings stand on a card."""

from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.translation import get_language

from beers.enums import GROUND_WORDS
from beers.queries.glossary import brewing_word
from beers.rules.glass import GROUND_FROM_EBC, STEPS, Ground, ground_of
from beers.rules.wording import language_of

register = template.Library()

# Note [Colour scale]: a drawing 200 user units wide; each ground has its own fifth, the mark stands inside it to scale.
SCALE_WIDTH, SCALE_EBC_MAX = 200, 100


@register.filter
def abv(hundredths: int | None) -> str:
    """Return a strength in hundredths of a percent as people write it: 4.2% or 4,2%."""
    if hundredths is None:
        return ""
    figures = f"{Decimal(hundredths).scaleb(-2):.2f}".removesuffix("0")
    return f"{_local(figures)}%"


@register.filter
def brewing(typed: str, kind: str) -> str:
    """Return a style, malt or yeast in the reader's language, or as typed and marked with its own."""
    words, language = brewing_word(typed, kind)
    return format_html('<span lang="{}">{}</span>', language, words) if language else words


@register.filter
def as_typed(typed: str, kind: str) -> str:
    """Return what was typed, marked with its language, where `brewing` says another word for it; else nothing."""
    if brewing_word(typed, kind)[0] == typed:
        return ""
    return format_html('<br><small class="quiet" lang="{}">{}</small>', language_of(typed), typed)


@register.filter
def litres(millilitres: int) -> str:
    """Return a volume in litres without needless decimals: 20 or 23.5."""
    return _local(f"{Decimal(millilitres).scaleb(-3).normalize():f}")


@register.filter
def weight(grams: int) -> str:
    """Return a weight as a brewer says it: 30 g, 4.2 kg."""
    return f"{grams}\N{NO-BREAK SPACE}g" if grams < 1000 else f"{litres(grams)}\N{NO-BREAK SPACE}kg"


def _local(figures: str) -> str:
    return figures.replace(".", ",") if (get_language() or "en").startswith("vi") else figures


@register.filter
def pips(filled: int) -> list[dict[str, Any]]:
    """Return five marks in a row, the first so many of them filled."""
    return [{"x": position * 22, "is_full": position < filled} for position in range(STEPS)]


@register.filter
def scale_mark(ebc: int) -> float:
    """Return where on the colour scale a beer stands, in user units; beyond 100 EBC black is black."""
    starts = [*GROUND_FROM_EBC.values(), SCALE_EBC_MAX]
    fifth = SCALE_WIDTH / STEPS
    position = list(Ground).index(ground_of(ebc))
    low, high = starts[position], starts[position + 1]
    inside = min(1.0, (ebc - low) / (high - low))
    return round(position * fifth + 5 + inside * (fifth - 10), 1)


@register.simple_tag
def ground_swatches() -> list[dict[str, Any]]:
    """Return the five grounds for the scale: class, first EBC, word, place."""
    fifth = SCALE_WIDTH // STEPS
    return [
        {"ground": ground.value, "from": start, "word": GROUND_WORDS[ground], "x": position * fifth}
        for position, (ground, start) in enumerate(GROUND_FROM_EBC.items())
    ]


@register.simple_tag
def shares_of(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of a grist, the heaviest first, each with its share in whole percent, half up."""
    total = sum(row["grams"] for row in rows) or 1
    heaviest = sorted(rows, key=lambda row: -row["grams"])
    return [{**row, "percent": (row["grams"] * 200 + total) // (2 * total)} for row in heaviest]


@register.filter
def tally(count: int) -> list[int]:
    """Return a count as bundles of the brewer's chalk, five at most in each; beyond fifty the figure alone says it."""
    if not 0 < count <= 50:
        return []
    full, rest = divmod(count, 5)
    return [5] * full + ([rest] if rest else [])


@register.filter
def tally_strokes(bundle: int) -> list[int]:
    """Return where the upright strokes of a bundle stand; the fifth lies across the four."""
    return [5 + 8 * stroke for stroke in range(min(bundle, 4))]


@register.filter
def tally_width(bundle: int) -> int:
    """Return how wide a bundle of less than five is."""
    return 2 + 8 * bundle
