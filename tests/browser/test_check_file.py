"""A file is compared with its fingerprint on the reader's own device."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, expect

from core.jobs import engine
from core.storage import read_bytes
from dividends.queries.statements import whole_statements
from tests.browser.axe import findings
from tests.browser.server import StaticFiles
from tests.browser.shots import shoot
from tests.factories.statements import make_statements

pytestmark = pytest.mark.browser
ICON = "/static/img/favicon.svg"  # asked for by the browser itself, some time after the page has loaded
OVERFLOW = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture
def served(committed_db: str, settings, tmp_path) -> Iterator[str]:
    """A house with one statement, without the example company."""
    settings.FILES_ROOT = tmp_path / "files"
    make_statements(holdings=(2000,))
    engine.run()
    server = LiveServerThread("localhost", StaticFiles, connections_override={})
    server.daemon = True
    server.start()
    server.is_ready.wait()
    assert server.error is None, server.error
    yield f"http://localhost:{server.port}"
    server.terminate()
    server.join()


def test_chosen_file_is_told_from_a_changed_one_and_never_sent(chromium: Browser, served: str, tmp_path: Path) -> None:
    statement = whole_statements().get()
    data = read_bytes(statement.file.sha256)
    (tmp_path / "same.pdf").write_bytes(data)
    (tmp_path / "other.pdf").write_bytes(data.replace(b"%PDF-1.7", b"%PDF-1.6"))
    page = chromium.new_page(viewport={"width": 320, "height": 800})
    page.goto(f"{served}/check/{statement.check_code}/")
    page.context.set_offline(True)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))

    picker = page.get_by_label("Choose the file")
    picker.set_input_files(tmp_path / "same.pdf")
    expect(page.get_by_text("The same: this is the file we issued.")).to_be_visible()
    picker.set_input_files(tmp_path / "other.pdf")
    expect(page.get_by_text("Not the same: this is not the file we issued.")).to_be_visible()

    expect(page.get_by_text("The same: this is the file we issued.")).to_be_hidden()
    assert [url for url in sent if not url.endswith(ICON)] == []
    page.context.set_offline(False)
    assert findings(page) == []
    assert page.evaluate(OVERFLOW) is False
    shoot(page, "check-statement")
    page.close()


def test_without_javascript_the_command_is_there_and_the_picker_is_not(chromium: Browser, served: str) -> None:
    statement = whole_statements().get()
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()

    page.goto(f"{served}/check/{statement.check_code}/")
    page.get_by_text("By a command, without this page").click()

    expect(page.get_by_text(f"sha256sum {statement}.pdf")).to_be_visible()
    expect(page.get_by_label("Choose the file")).to_be_hidden()
    context.close()
