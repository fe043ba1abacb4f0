"""Reads a PDF as a screen reader and a checker of PDF/UA would: tags, alternative texts, marked content, fonts."""

import io
from dataclasses import dataclass, field
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, ContentStream, DictionaryObject

PAINTING = {b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"S", b"s", b"sh", b"Do", b"Tj", b"TJ", b"'", b'"'}


@dataclass
class Tag:
    """One element of the structure tree."""

    kind: str
    alternative: str | None
    pieces: list[int] = field(default_factory=list)


def open_pdf(data: bytes) -> PdfReader:
    """Return the reader of a PDF in memory."""
    return PdfReader(io.BytesIO(data))


def squeezed(text: str) -> str:
    """Return ``text`` without white space, because a line may end anywhere."""
    return "".join(text.split())


def text_of(data: bytes) -> str:
    """Return the text of all pages without white space."""
    return squeezed("".join(page.extract_text() for page in open_pdf(data).pages))


def tags_of(data: bytes) -> list[Tag]:
    """Return the structure tree's elements in reading order."""
    found: list[Tag] = []
    _walk(open_pdf(data).trailer["/Root"]["/StructTreeRoot"]["/K"], found)
    return found


def _walk(node: Any, found: list[Tag]) -> None:
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, ArrayObject | list):
        for child in node:
            _walk(child, found)
    elif isinstance(node, int):
        found[-1].pieces.append(int(node))
    elif isinstance(node, DictionaryObject) and "/S" in node:
        found.append(Tag(str(node["/S"])[1:], node.get("/Alt")))
        _walk(node.get("/K", []), found)


def unmarked_paintings(data: bytes) -> list[str]:
    """Return the drawing operators that are neither tagged nor an artifact (ISO 14289-1, 7.1); none is right."""
    reader = open_pdf(data)
    wrong: list[str] = []
    for page in reader.pages:
        depth = 0
        for _, operator in ContentStream(page.get_contents(), reader).operations:
            depth += {b"BDC": 1, b"BMC": 1, b"EMC": -1}.get(operator, 0)
            if operator in PAINTING and depth == 0:
                wrong.append(operator.decode())
    return wrong


def marked_pieces(data: bytes) -> list[int]:
    """Return the numbers (MCID) of all pieces of tagged content on the first page, sorted."""
    reader = open_pdf(data)
    operations = ContentStream(reader.pages[0].get_contents(), reader).operations
    return sorted(int(operands[1]["/MCID"]) for operands, operator in operations if operator == b"BDC")


def fonts_of(data: bytes) -> dict[str, bool]:
    """Return the name of each font without its subset prefix, and whether it is embedded with its Unicode table."""
    fonts: dict[str, bool] = {}
    for page in open_pdf(data).pages:
        for reference in page["/Resources"]["/Font"].values():
            font = reference.get_object()
            descendant = font["/DescendantFonts"][0].get_object()
            embedded = "/FontFile2" in descendant["/FontDescriptor"].get_object()
            fonts[str(font["/BaseFont"]).partition("+")[2]] = embedded and "/ToUnicode" in font
    return fonts
