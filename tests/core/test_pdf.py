import logging
import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
import weasyprint
from django.conf import settings as django_settings
from pytest_django import Settings

from core.pdf import ForbiddenResource, NotPrintable, TooLong, UnprintableText, render, render_pdf
from core.pdf.fetcher import LockedFetcher
from core.pdf.fonts import FONT_FILES
from tests.pdf_reader import fonts_of, marked_pieces, open_pdf, squeezed, tags_of, text_of, unmarked_paintings

Page = Callable[..., bytes]
PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0H9V9Z"/></svg>'


@pytest.fixture
def printed(settings: Settings, tmp_path: Path) -> Page:
    """Print a template written in the test, with its context."""
    templates = deepcopy(django_settings.TEMPLATES)
    templates[0] |= {"DIRS": [tmp_path, *templates[0]["DIRS"]], "APP_DIRS": False}
    # Not the cached loaders: a test writes the same page more than once.
    templates[0]["OPTIONS"]["loaders"] = [
        "django.template.loaders.filesystem.Loader",
        "django.template.loaders.app_directories.Loader",
    ]
    settings.TEMPLATES = templates

    def print_page(
        body: str, *, language: str = "en", drawings: dict[str, bytes] | None = None, **context: object
    ) -> bytes:
        pages_max = context.pop("pages_max", None)
        source = '{% extends "base_print.html" %}{% block title %}A page{% endblock %}{% block content %}'
        (tmp_path / "page.html").write_text(f"{source}{body}{{% endblock %}}", encoding="utf-8")
        return render_pdf(
            template="page.html", context=context, language=language, drawings=drawings, pages_max=pages_max
        )

    return print_page


@pytest.fixture
def canary() -> Iterator[HTTPServer]:
    """A server on this machine that counts who calls."""

    class Counting(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.server.hits.append(self.path)  # type: ignore[attr-defined]
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Counting)
    server.hits = []  # type: ignore[attr-defined]
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def payloads(address: str) -> list[str]:
    return [
        f'<img src="{address}/img">',
        f'<link rel="stylesheet" href="{address}/css">',
        f'<link rel="attachment" href="{address}/attachment">',
        f"<style>@import url({address}/import);</style>",
        f'<p style="background: url({address}/background)">x</p>',
        f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="{address}/svg" width="9"/></svg>',
        f'<object data="{address}/object"></object>',
        f"<style>@font-face {{ font-family: X; src: url({address}/font) }} p {{ font-family: X }}</style><p>x</p>",
    ]


KINDS = ["img", "stylesheet", "attachment", "import", "background", "svg", "object", "font"]


def test_canary_is_reached_by_a_printer_that_is_not_locked(canary: HTTPServer) -> None:
    address = f"http://127.0.0.1:{canary.server_port}"

    for payload in payloads(address):
        weasyprint.HTML(string=payload).write_pdf()

    assert len(canary.hits) == len(KINDS)  # type: ignore[attr-defined]


@pytest.mark.parametrize("number", range(len(KINDS)), ids=KINDS)
def test_payload_in_text_is_printed_as_text_and_reaches_nothing(canary: HTTPServer, printed: Page, number: int) -> None:
    payload = payloads(f"http://127.0.0.1:{canary.server_port}")[number]

    data = printed("<p>{{ name }}</p>", name=payload)

    assert text_of(data) == squeezed(payload)
    assert canary.hits == []  # type: ignore[attr-defined]
    assert open_pdf(data).attachments == {}


@pytest.mark.parametrize("number", range(len(KINDS)), ids=KINDS)
def test_payload_that_slipped_past_escaping_fails_the_document_and_reaches_nothing(
    canary: HTTPServer, printed: Page, number: int
) -> None:
    payload = payloads(f"http://127.0.0.1:{canary.server_port}")[number]

    with pytest.raises(ForbiddenResource):
        printed("{{ name|safe }}", name=payload)

    assert canary.hits == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("number", range(len(KINDS)), ids=KINDS)
@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "/etc/passwd",
        "data:text/plain,secret",
        "kilderkin:css/../../config/settings/base.py",
        "kilderkin:css/base.css",
        "kilderkin:drawing/nobody-made-this.svg",
        "KILDERKIN:css/print.css",
    ],
)
def test_local_file_and_every_other_address_fails_the_document(printed: Page, address: str, number: int) -> None:
    payload = payloads(address)[number].replace(f"{address}/", address).replace(address + KINDS[number], address)
    payload = payload.replace(address + "css", address)

    with pytest.raises(ForbiddenResource):
        printed("{{ name|safe }}", name=payload)


@pytest.mark.parametrize(
    "name",
    [
        "ĐẠI HỘI ĐỒNG CỔ ĐÔNG · ỄẬỘỸ",
        "Nguyễn Thị Ánh Tuyết",
        'Seán “Jack” O\'Neill & Søn <b>GmbH</b> "x"',
        "José Đặng-Müller ß £1,234.50 ₫",
        "‘{{ 7|add:7 }}’ {% now %} &amp; &#0;",
    ],
)
@pytest.mark.parametrize("tag", ["p", "h1"])
def test_text_read_from_the_document_is_the_text_that_went_in(printed: Page, name: str, tag: str) -> None:
    data = printed(f"<{tag}>{{{{ name }}}}</{tag}>", name=name)

    assert " ".join(open_pdf(data).pages[0].extract_text().split()) == name


def test_direction_override_in_a_name_turns_no_letter_outside_of_it(printed: Page) -> None:
    data = printed("<p>Before <span>{{ name }}</span> after</p>", name="An\u200fna \u202eeman\u202c")

    assert "".join(letter for letter in text_of(data) if letter.isprintable()) == "BeforeAnnanameafter"


def test_document_says_that_it_is_pdf_ua_1_with_language_and_title(printed: Page) -> None:
    root = open_pdf(printed("<p>x</p>", language="vi")).trailer["/Root"]

    assert root["/Lang"] == "vi"
    assert root["/MarkInfo"] == {"/Marked": True}
    assert root["/ViewerPreferences"] == {"/DisplayDocTitle": True}
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()


def test_everything_on_the_page_is_tagged_or_decoration(printed: Page) -> None:
    body = (
        "<style>div { background: url(kilderkin:drawing/p.svg); border: 1px solid; height: 9mm }</style>"
        "<div></div><h1>One</h1><p>Two <b>three</b></p><ul><li>Four</li></ul>"
    )

    data = printed(body, drawings={"p.svg": PICTURE})

    tagged = sorted(piece for tag in tags_of(data) for piece in tag.pieces)
    assert unmarked_paintings(data) == []
    assert tagged == marked_pieces(data) == list(range(len(tagged)))
    assert [tag for tag in tags_of(data) if tag.kind == "Figure"] == []


def test_metadata_tells_nothing_but_title_and_product(printed: Page) -> None:
    data = printed('<meta name="author" content="Somebody"><p>x</p>')

    assert open_pdf(data).metadata == {"/Title": "A page", "/Producer": "Kilderkin"}
    metadata = open_pdf(data).trailer["/Root"]["/Metadata"].get_data()
    for secret in (b"WeasyPrint", b"Somebody", b"/work", b"/root"):
        assert secret not in metadata
        assert secret not in data


def test_same_input_gives_the_same_bytes(printed: Page) -> None:
    assert printed("<h1>Đ</h1><p>x</p>") == printed("<h1>Đ</h1><p>x</p>")


def test_only_our_own_fonts_are_embedded_and_all_of_them_are(printed: Page) -> None:
    data = printed("<h1>One</h1><p>Two</p><p style='font-family: Arial, serif'>Three <b>four</b></p>")

    assert set(fonts_of(data).values()) == {True}
    assert all(name.startswith(("Kilderkin-Text", "Kilderkin-Poster")) for name in fonts_of(data))


def test_fonts_named_for_pdfs_are_served(settings: Settings) -> None:
    assert set(FONT_FILES) <= set(settings.NPM_FILES)


@pytest.mark.parametrize("letter", ["王", "ж", "א", "😀", "\x07", "\ufffe"])
def test_letter_that_no_font_of_ours_has_is_refused_by_its_number(printed: Page, letter: str) -> None:
    with pytest.raises(UnprintableText) as refused:
        printed("<p>{{ name }}</p>", name=f"Anna {letter}")

    assert f"U+{ord(letter):04X}" in str(refused.value)


def test_more_pages_than_allowed_are_refused(printed: Page) -> None:
    body = "<p>{{ text }}</p>"

    with pytest.raises(TooLong):
        printed(body, text="word " * 3000, pages_max=1)


def test_picture_that_cannot_be_drawn_fails_the_document(printed: Page) -> None:
    with pytest.raises(NotPrintable):
        printed('<img alt="x" src="kilderkin:drawing/p.svg">', drawings={"p.svg": b"no picture"})


def test_figure_without_alternative_text_fails_the_document(printed: Page) -> None:
    with pytest.raises(NotPrintable):
        printed('<img src="kilderkin:drawing/p.svg">', drawings={"p.svg": PICTURE})


def test_document_without_title_is_refused(printed: Page, tmp_path: Path) -> None:
    printed("<p>x</p>")
    (tmp_path / "page.html").write_text("<html lang='en'><p>x</p>")

    with pytest.raises(NotPrintable):
        render_pdf(template="page.html", context={}, language="en")


def test_many_threads_print_the_same_document(printed: Page) -> None:
    once = printed("<h1>{{ name }}</h1>", name="Tuyết")

    with ThreadPoolExecutor(4) as threads:
        task = [
            threads.submit(render_pdf, template="page.html", context={"name": "Tuyết"}, language="en")
            for _ in range(12)
        ]

    assert {one.result() for one in task} == {once}


def test_forked_worker_leaves_the_fonts_of_its_parent_alone(printed: Page) -> None:
    before = printed("<p>{{ name }}</p>", name="a")
    worker = multiprocessing.get_context("fork").Process(target=_print_and_end)
    worker.start()
    worker.join()

    assert worker.exitcode == 0
    assert printed("<h1>{{ name }}</h1><p>b</p>", name="b") != before


def _print_and_end() -> None:
    import gc

    from core.pdf import fonts

    render_pdf(template="page.html", context={"name": "x"}, language="en")
    fonts._configurations.clear()
    gc.collect()


def test_progress_of_the_printer_does_not_fill_the_log(printed: Page, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        printed("<p>x</p>")

    assert [record for record in caplog.records if record.name.startswith("weasyprint")] == []


def test_page_that_names_no_font_is_printed_in_ours_even_as_the_first_of_its_process(tmp_path: Path) -> None:
    # With a font configuration that is empty, Pango ends the process instead of refusing.
    worker = multiprocessing.get_context("fork").Process(target=_print_bare_page, args=[tmp_path])
    worker.start()
    worker.join()

    assert worker.exitcode == 0
    assert {name.partition("-")[0] for name in fonts_of((tmp_path / "bare.pdf").read_bytes())} == {"Kilderkin"}


def _print_bare_page(folder: Path) -> None:
    page = '<html lang="en"><title>Bare</title><p>x</p>'
    data, _ = render._print(page, LockedFetcher({}))
    (folder / "bare.pdf").write_bytes(data)
