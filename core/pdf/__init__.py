"""The print room: the only place that knows how a PDF is made, and that trusts nothing it is given."""

from core.pdf.errors import ForbiddenResource, NotPrintable, TooLong, UnprintableText
from core.pdf.render import PRODUCER, render_pdf

__all__ = ["PRODUCER", "ForbiddenResource", "NotPrintable", "TooLong", "UnprintableText", "render_pdf"]
