"""What the certificate, its check page and the receipt need to be drawn."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.utils.formats import localize

from equity.rules.certificate_type import fitting_size
from equity.rules.notches import notch_path

register = template.Library()

COLUMN_MM = 178
# A receipt up to here is set in its usual type; a test prints both sides of the edge.
RECEIPT_LETTERS_MAX, RECEIPT_FIGURES_MAX = 320, 11


@register.filter
def holder_size(names: Sequence[str]) -> int:
    """Return the size in points in which all holders' names fit their room."""
    return fitting_size(
        names, sizes_pt=(48, 40, 33, 27, 22, 18, 15, 12, 10, 8, 7, 6, 5), width_mm=COLUMN_MM, height_mm=36
    )


@register.filter
def words_size(words: str) -> int:
    """Return the size in points of the quantity in words."""
    return fitting_size([words], sizes_pt=(27, 22, 18, 15, 12, 10), width_mm=COLUMN_MM, height_mm=12.5)


@register.simple_tag
def localized_size(quantity: int) -> int:
    """Return the size in points in which the quantity, in the figures of the language, fits the head of the cask."""
    figures = localize(quantity)
    return fitting_size(
        [figures], sizes_pt=(33, 30, 27, 24, 20, 16, 12, 9, 7), width_mm=43, height_mm=16, broken_max_pt=0
    )


@register.filter
def serial_size(serial: str) -> int:
    """Return the size in points of the certificate's number under the cask."""
    return fitting_size([serial], sizes_pt=(22, 18, 15, 12, 10, 8), width_mm=66, height_mm=10, broken_max_pt=0)


@register.filter
def in_fours(code: str) -> list[str]:
    """Return the check code in groups of four, to be printed apart and typed with spaces or without."""
    return [code[start : start + 4] for start in range(0, len(code), 4)]


@register.filter
def code_size(code: str) -> int:
    """Return the size in points of the check code on one line under the square code."""
    return fitting_size([" ".join(in_fours(code))], sizes_pt=(9, 8, 7, 6, 5), width_mm=45, height_mm=5, broken_max_pt=0)


@register.filter
def company_size(name: str) -> int:
    """Return the size in points of the company's name."""
    return fitting_size([name], sizes_pt=(18, 15, 12, 10, 8, 7, 6, 5), width_mm=97, height_mm=10)


@register.filter
def office_size(line: str) -> int:
    """Return the size in points of the line with the company's number and office."""
    return fitting_size([line], sizes_pt=(8, 7, 6, 5), width_mm=97, height_mm=7.5)


@register.filter
def minute_size(reference: str) -> int:
    """Return the size in points of the reference to the board's minutes."""
    return fitting_size([reference], sizes_pt=(11, 9, 8, 7, 6, 5), width_mm=44, height_mm=19)


@register.filter
def terms_size(sentence: str) -> int:
    """Return the size in points of the sentence that says what the shares are."""
    return fitting_size([sentence], sizes_pt=(12, 11, 10, 9, 8, 7, 6, 5), width_mm=COLUMN_MM, height_mm=11)


@register.filter
def small_print_size(text: str) -> int:
    """Return the size in points of a sentence in small print."""
    return fitting_size([text], sizes_pt=(8, 7, 6, 5), width_mm=COLUMN_MM - 6, height_mm=10)


@register.filter
def signatory_size(name: str) -> int:
    """Return the size in points of a signatory's name over the rule."""
    return fitting_size([name], sizes_pt=(11, 9, 7, 6, 5, 4), width_mm=40, height_mm=13)


@register.simple_tag
def notched_outline(facts_hash: str, width: int, height: int) -> str:
    """Return the ``d`` of the outline that the certificate's border has, for the check page."""
    return notch_path(facts_hash, width, height, inset=1)


@register.simple_tag
def receipt_figure_size(quantity: int) -> int:
    """Return the size in points in which the quantity fits the head of the receipt's smaller cask."""
    sizes_pt = (20, 18, 16, 15, 12, 11, 10, 9, 8, 7, 6, 5)
    return fitting_size([localize(quantity)], sizes_pt=sizes_pt, width_mm=25, height_mm=10, broken_max_pt=0)


@register.filter
def receipt_company_size(name: str) -> int:
    """Return the size in points of the company's name on the receipt."""
    return fitting_size([name], sizes_pt=(15, 12, 11, 10, 9, 8, 7, 6, 5), width_mm=88, height_mm=12)


@register.filter
def receipt_is_long(receipt: Mapping[str, Any]) -> bool:
    """Tell whether the names and amounts of a receipt need the closer setting to stay on one page."""
    letters = sum(len(text) for text in receipt.values() if isinstance(text, str))
    figures = len(str(receipt["received_minor"]))
    return letters > RECEIPT_LETTERS_MAX or figures > RECEIPT_FIGURES_MAX or len(receipt["refunds"]) > 1
