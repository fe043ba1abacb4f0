"""A whole house for a browser: web server on localhost, the sandbox on 127.0.0.1, Chromium."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, BrowserContext, Page

from config.settings.npm_files import NPM_FILES
from tests.browser.server import StaticFiles

# Pages that are not there, forms that come back with a sentence, a phone in a tunnel: Chromium calls all three errors.
REFUSED = re.compile("status of (404|409|422)|ERR_INTERNET_DISCONNECTED")


@pytest.fixture
def house(example_db: str, settings) -> Iterator[str]:
    """The example company with 50 members behind a real server; yields its address."""
    server = LiveServerThread("localhost", StaticFiles, connections_override={})
    server.daemon = True
    server.start()
    server.is_ready.wait()
    assert server.error is None, server.error
    settings.SITE_ORIGIN = f"http://localhost:{server.port}"
    settings.SANDBOX_ORIGIN = settings.CHECKOUT_ORIGIN = f"http://127.0.0.1:{server.port}"
    assert NPM_FILES
    yield settings.SITE_ORIGIN
    server.terminate()
    server.join()


@pytest.fixture
def new_page(chromium: Browser, house: str) -> Iterator[Callable[..., Page]]:
    """Open pages in contexts of their own; every console error is a failure of the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(language: str = "en", width: int = 1280, *, javascript: bool = True) -> Page:
        context = chromium.new_context(
            base_url=house,
            viewport={"width": width, "height": 900},
            reduced_motion="reduce",
            java_script_enabled=javascript,
        )
        context.set_default_timeout(20_000)
        if language != "en":
            context.add_cookies([{"name": "django_language", "value": language, "url": house}])
        contexts.append(context)
        page = context.new_page()
        page.is_scripted = javascript  # type: ignore[attr-defined]
        page.on("console", lambda message: _note(message, complaints))
        page.on("request", lambda request: _only_ours(request.url, complaints))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def _note(message, complaints: list[str]) -> None:
    # axe-core measures contrast by inline styles, which the policy refuses: its own script has no address.
    if message.type == "error" and not REFUSED.search(message.text) and message.location["url"]:
        complaints.append(f"{message.location['url']}: {message.text}")


def _only_ours(url: str, complaints: list[str]) -> None:
    if not url.startswith(("http://localhost:", "http://127.0.0.1:", "data:", "blob:", "about:")):
        complaints.append(f"a request to {url}")
