"""Style sheets that are read once and used for every document.

Note [Sheets read once]: WeasyPrint parses and checks a document's sheets anew each time, a sixth of the work on a page.
Ours are files that do not change while a program runs, so their links are taken out of the document and the parsed
sheets handed over instead. All of them become sheets of the user, in the same order, so that no rule wins that lost
before; a file that did change (while somebody works on it) has other bytes and is parsed again.
"""

import hashlib

import weasyprint

from core.pdf.fetcher import LockedFetcher
from core.pdf.fonts import font_configuration

_parsed: dict[str, tuple[str, weasyprint.CSS]] = {}


def take_sheets(source: weasyprint.HTML, fetcher: LockedFetcher) -> list[weasyprint.CSS]:
    """Take the links to style sheets out of the document and return the sheets; call it under the press's lock."""
    head = source.etree_element.find("head")
    if head is None:
        return []
    links = [link for link in head.iter("link") if link.get("rel") == "stylesheet"]
    sheets = [_sheet(link.get("href", ""), fetcher) for link in links]
    for link in links:
        head.remove(link)
    return sheets


def _sheet(url: str, fetcher: LockedFetcher) -> weasyprint.CSS:
    """Return the sheet behind the address; what is not ours is refused by the fetcher."""
    digest = hashlib.sha256(fetcher.fetch(url).read()).hexdigest()
    known = _parsed.get(url)
    if known is None or known[0] != digest:
        known = digest, weasyprint.CSS(url=url, font_config=font_configuration(), url_fetcher=fetcher)
        _parsed[url] = known
    return known[1]
