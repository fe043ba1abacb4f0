"""QR codes as inline SVG: no image file, no style attribute, sharp at every size."""

import segno
from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag
def qr_code(text: str, title: str) -> SafeString:
    """Return ``text`` as a QR code (error correction M) whose ``<title>`` says to those who cannot see it what it is.

    The colours come from the style sheet: class ``qr`` for the picture, ``qr-dark`` for its dark parts.
    """
    code = segno.make_qr(str(text), error="m")
    picture = code.svg_inline(svgclass="qr", lineclass="qr-dark", title=str(title), omitsize=True, border=2)
    # segno escapes the title; everything else in the picture are numbers.
    return mark_safe(picture)  # noqa: S308
