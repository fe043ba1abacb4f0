"""Light and dark differ in colours alone: that is why the browser tests ask axe in dark about colours only."""

import re

import pytest

from core.processes.messages import ROOT

pytestmark = pytest.mark.repository
DARK = re.compile(r"@media[^{]*prefers-color-scheme[^{]*\{((?:[^{}]*\{[^{}]*\})*[^{}]*)\}")
VALUE = re.compile(r"(?:--[\w-]+|fill|stroke|color|background-color)\s*:\s*(#[0-9A-Fa-f]{6})\s*;")


def test_dark_scheme_changes_nothing_but_colours() -> None:
    sheets = [path.read_text() for path in (ROOT / "static/css").rglob("*.css")]
    blocks = [block for sheet in sheets for block in DARK.findall(sheet)]

    said = [line for block in blocks for line in re.findall(r"[\w-]+\s*:[^;{}]*;", block)]

    assert len(blocks) == sum(sheet.count("prefers-color-scheme: dark") for sheet in sheets)
    assert [line for line in said if not VALUE.fullmatch(line)] == []
    assert len(said) > 10
