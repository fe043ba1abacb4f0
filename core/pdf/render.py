"""From a template to the bytes of a tagged PDF."""

import io
import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

import pydyf
import weasyprint
from django.template.loader import render_to_string
from django.utils import translation
from weasyprint.urls import FatalURLFetchingError

from core.pdf.errors import ForbiddenResource, NotPrintable, TooLong
from core.pdf.fetcher import SCHEME, LockedFetcher
from core.pdf.fonts import font_configuration, refuse_unprintable
from core.pdf.sheets import take_sheets

PRODUCER = "Kilderkin"
WEASYPRINT_LOG = logging.getLogger("weasyprint")
# Seven lines of progress for each certificate would bury what matters.
logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)
SILENT_TAGS = {"style", "script"}

# Note [One page at a time]: Pango's font map may be used by one thread only, and loading our fonts for every thread
# would cost more than waiting; a page takes some hundredths of a second.
_press = threading.Lock()


def render_pdf(
    *,
    template: str,
    context: Mapping[str, Any],
    language: str,
    drawings: Mapping[str, bytes] | None = None,
    pages_max: int | None = None,
) -> bytes:
    """Return the template as a tagged PDF (PDF/UA-1, ISO 14289-1) in ``language``.

    The template's ``<html lang>`` and ``<title>`` become the document's language and title; both must be there.
    ``drawings`` are pictures made for this document alone, loaded as ``kilderkin:drawing/<name>``; drawn as CSS
    backgrounds they are decoration that screen readers pass over. The same input gives the same bytes.

    Raises ``ForbiddenResource`` when the document asks for anything that is not ours, ``UnprintableText`` when no
    font of ours has a letter, ``TooLong`` above ``pages_max`` pages, ``NotPrintable`` for everything else.
    """
    with translation.override(language):
        html = render_to_string(template, dict(context))
    fetcher = LockedFetcher(drawings or {})
    with _press, _errors_kept() as errors:
        try:
            data, pages = _print(html, fetcher)
        except FatalURLFetchingError as error:
            raise ForbiddenResource() from error
    if fetcher.refused:
        raise ForbiddenResource() from FatalURLFetchingError(fetcher.refused[0])
    if errors:
        raise NotPrintable() from RuntimeError(errors[0])
    if pages_max is not None and pages > pages_max:
        raise TooLong()
    return data


def _print(html: str, fetcher: LockedFetcher) -> tuple[bytes, int]:
    source = weasyprint.HTML(string=html, base_url=SCHEME, url_fetcher=fetcher)
    refuse_unprintable("".join(_visible_text(source.etree_element)))
    document = source.render(font_config=font_configuration(), stylesheets=take_sheets(source, fetcher))
    if not (document.metadata.title and document.metadata.lang):
        raise NotPrintable() from ValueError("a document needs <title> and <html lang>")
    target = io.BytesIO()
    document.write_pdf(target, finisher=_sign_as_producer, pdf_variant="pdf/ua-1", pdf_identifier=True)
    return target.getvalue(), len(document.pages)


def _visible_text(element: Element) -> Iterator[str]:
    if element.tag not in SILENT_TAGS:
        yield element.text or ""
        for child in element:
            yield from _visible_text(child)
            yield child.tail or ""


def _sign_as_producer(document: weasyprint.Document, pdf: pydyf.PDF) -> None:
    # Nobody needs to know which version of which library made this: it would tell where to look for holes.
    title = document.metadata.title
    pdf.info.clear()
    pdf.info["Title"] = pydyf.String(title)
    pdf.info["Producer"] = pydyf.String(PRODUCER)
    reference = pdf.catalog["Metadata"]
    metadata = next(one for one in pdf.objects if getattr(one, "reference", None) == reference)
    metadata.stream = [_xmp(title)]


def _xmp(title: str) -> bytes:
    rdf, dc, ua, adobe = (
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "http://purl.org/dc/elements/1.1/",
        "http://www.aiim.org/pdfua/ns/id/",
        "http://ns.adobe.com/pdf/1.3/",
    )
    for prefix, name in {"rdf": rdf, "dc": dc, "pdfuaid": ua, "pdf": adobe}.items():
        register_namespace(prefix, name)
    root = Element(f"{{{rdf}}}RDF")
    facts = SubElement(root, f"{{{rdf}}}Description", {f"{{{rdf}}}about": ""})
    SubElement(facts, f"{{{ua}}}part").text = "1"
    SubElement(facts, f"{{{adobe}}}Producer").text = PRODUCER
    choices = SubElement(SubElement(facts, f"{{{dc}}}title"), f"{{{rdf}}}Alt")
    SubElement(choices, f"{{{rdf}}}li", {"xml:lang": "x-default"}).text = title
    return b"\n".join(
        (
            b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>',
            b'<x:xmpmeta xmlns:x="adobe:ns:meta/">',
            tostring(root, encoding="utf-8"),
            b"</x:xmpmeta>",
            b'<?xpacket end="r"?>',
        )
    )


class _Keeper(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@contextmanager
def _errors_kept() -> Iterator[list[str]]:
    # WeasyPrint logs a picture or style sheet it could not use and goes on; a certificate without its border
    # must not leave the house.
    keeper = _Keeper()
    WEASYPRINT_LOG.addHandler(keeper)
    try:
        yield keeper.messages
    finally:
        WEASYPRINT_LOG.removeHandler(keeper)
