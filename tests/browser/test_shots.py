"""The camera of `make shots`."""

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.shots import shoot

pytestmark = pytest.mark.browser
PAGE = "<html lang='vi'><style>@media (prefers-color-scheme: dark) { body { background: #000 } }</style><p>Chào"


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 800, "height": 600})
    page.set_content(PAGE)
    yield page
    page.close()


def width_of(picture: Path) -> int:
    return struct.unpack(">I", picture.read_bytes()[16:20])[0]


def test_shoot_takes_both_schemes_and_widths_and_leaves_the_page_as_it_was(page, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("KILDERKIN_SHOTS", str(tmp_path))

    shoot(page, "offer")

    pictures = {picture.name: width_of(picture) for picture in tmp_path.iterdir()}
    assert pictures == {
        "offer-vi-light-390.png": 390,
        "offer-vi-light-1280.png": 1280,
        "offer-vi-dark-390.png": 390,
        "offer-vi-dark-1280.png": 1280,
    }
    assert (tmp_path / "offer-vi-light-390.png").read_bytes() != (tmp_path / "offer-vi-dark-390.png").read_bytes()
    assert page.viewport_size == {"width": 800, "height": 600}


def test_shoot_without_folder_takes_nothing(page, tmp_path, monkeypatch) -> None:
    monkeypatch.delenv("KILDERKIN_SHOTS", raising=False)
    monkeypatch.chdir(tmp_path)

    shoot(page, "offer")

    assert list(tmp_path.iterdir()) == []
