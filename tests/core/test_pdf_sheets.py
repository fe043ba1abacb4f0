"""Style sheets are read once, and nothing but time is saved by it."""

from typing import Any

import pytest
import weasyprint

from core.pdf import render, render_pdf, sheets
from core.pdf.fetcher import LockedFetcher
from core.pdf.fonts import font_configuration

SHEET = "css/print-receipt.css"


def printed() -> bytes:
    return render_pdf(template="base_print.html", context={}, language="en")


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page with two sheets in place of a template."""
    html = (
        '<html lang="en"><head><title>A page</title><link rel="stylesheet" href="kilderkin:css/print.css">'
        f'<link rel="stylesheet" href="kilderkin:{SHEET}"></head>'
        '<body><p class="kind">kind</p><h1 class="sentence">A sentence</h1></body></html>'
    )
    monkeypatch.setattr(render, "render_to_string", lambda *_: html)


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses of sheets that were parsed, from an empty memory on."""
    font_configuration()  # reads the fonts' own sheet, once in a process
    found: list[str] = []
    original = weasyprint.CSS

    class Counting(original):  # type: ignore[misc, valid-type]
        def __init__(self, *arguments: Any, **named: Any) -> None:
            found.append(named.get("url") or "")
            super().__init__(*arguments, **named)

    monkeypatch.setattr(sheets, "_parsed", {})
    monkeypatch.setattr(weasyprint, "CSS", Counting)
    return found


@pytest.mark.usefixtures("page")
def test_sheets_are_parsed_for_the_first_document_only(parsed: list[str]) -> None:
    one, again = printed(), printed()

    assert one == again
    assert parsed == ["kilderkin:css/print.css", f"kilderkin:{SHEET}"]


@pytest.mark.usefixtures("page")
def test_document_has_the_same_bytes_as_when_weasyprint_reads_the_links_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = printed()

    monkeypatch.setattr(render, "take_sheets", lambda *_: [])

    assert printed() == ours


@pytest.mark.usefixtures("page")
def test_sheet_that_changed_is_parsed_again(parsed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    before = printed()
    own_bytes = LockedFetcher._own_bytes

    def changed(self: LockedFetcher, url: str) -> bytes | None:
        body = own_bytes(self, url)
        return body and (body + b".sentence { font-size: 40pt }" if url.endswith(SHEET) else body)

    monkeypatch.setattr(LockedFetcher, "_own_bytes", changed)
    after = printed()

    assert after != before
    assert parsed[2:] == [f"kilderkin:{SHEET}"]
