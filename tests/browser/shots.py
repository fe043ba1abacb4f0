"""Pictures of the pages a journey passes, for `make shots`: light and dark, phone and desk."""

import os
from pathlib import Path

from playwright.sync_api import Page

SCHEMES = ("light", "dark")
WIDTHS = (390, 1280)
HEIGHT = 900


def shoot(page: Page, name: str) -> None:
    """Take four pictures of the page as it stands; nothing unless ``KILDERKIN_SHOTS`` names a folder.

    The language is part of the name, so that a journey in two languages overwrites nothing. Size and scheme are as
    before afterwards, so that the journey goes on unchanged.
    """
    folder = os.environ.get("KILDERKIN_SHOTS")
    if not folder:
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    before = page.viewport_size
    language = page.locator("html").get_attribute("lang") or "xx"
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": HEIGHT})
            path = Path(folder) / f"{name}-{language}-{scheme}-{width}.png"
            page.screenshot(path=path, full_page=True, animations="disabled")
    page.emulate_media(color_scheme="null")
    if before:
        page.set_viewport_size(before)
