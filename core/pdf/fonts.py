"""Our own fonts, and only those.

Note [Own fonts]: a document must look the same on every machine and must never borrow a font from the system, whose
licence and letters we do not know. Fontconfig therefore reads a configuration of ours that names no folder at all.
"""

import io
import os
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import weasyprint
from fontTools.ttLib import TTFont
from weasyprint.text.fonts import FontConfiguration

from core.pdf.errors import NotPrintable, UnprintableText
from core.pdf.fetcher import SCHEME, LockedFetcher, static_bytes

FONT_SHEET = f"{SCHEME}css/print.css"
FONT_FILES = (
    "vendor/fonts/BeVietnamPro-400.ttf",
    "vendor/fonts/BeVietnamPro-600.ttf",
    "vendor/fonts/BeVietnamPro-700.ttf",
    "vendor/fonts/BricolageGrotesque-800.ttf",
)
NO_SYSTEM_FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><cachedir>{folder}</cachedir></fontconfig>
"""
LINE_ENDS = frozenset("\t\n\f\r")

_configurations: list[FontConfiguration] = []


def font_configuration() -> FontConfiguration:
    """Return the fonts of this process, loaded once; a forked worker loads its own. Not safe across threads."""
    if not _configurations:
        with _without_system_fonts():
            configuration = FontConfiguration()
        # Before the first document: with no font at all Pango does not refuse, it ends the process (SIGSEGV).
        weasyprint.CSS(url=FONT_SHEET, font_config=configuration, url_fetcher=LockedFetcher({}))
        _configurations.append(configuration)
    return _configurations[0]


def _leave_to_parent() -> None:
    # A configuration deletes its temporary folder when it goes; in a forked child that folder is the parent's.
    for configuration in _configurations:
        configuration._folder = None
    _configurations.clear()


os.register_at_fork(after_in_child=_leave_to_parent)


@contextmanager
def _without_system_fonts() -> Iterator[None]:
    # Only for the moment in which Fontconfig reads it: child processes (browsers in the tests) keep their fonts.
    before = os.environ.get("FONTCONFIG_FILE")
    with tempfile.TemporaryDirectory(prefix="kilderkin-fonts-") as folder:
        path = Path(folder) / "fonts.conf"
        path.write_text(NO_SYSTEM_FONTS.format(folder=folder), encoding="utf-8")
        os.environ["FONTCONFIG_FILE"] = str(path)
        try:
            yield
        finally:
            if before is None:
                del os.environ["FONTCONFIG_FILE"]
            else:
                os.environ["FONTCONFIG_FILE"] = before


@cache
def drawable_characters() -> frozenset[int]:
    """Return every code point that at least one of our fonts can draw."""
    covered: set[int] = set()
    for path in FONT_FILES:
        data = static_bytes(path)
        if data is None:
            raise NotPrintable() from FileNotFoundError(path)
        covered.update(TTFont(io.BytesIO(data), lazy=True).getBestCmap())
    return frozenset(covered)


def refuse_unprintable(text: str) -> None:
    """Raise ``UnprintableText`` when ``text`` holds a character that would come out as an empty box.

    Format characters (direction marks, joiners) draw nothing and pass: to refuse them in a name is the business of
    whoever takes names. Control characters do not pass.
    """
    covered = drawable_characters()
    missing = {character for character in set(text) if ord(character) not in covered and not _draws_nothing(character)}
    if missing:
        raise UnprintableText("".join(sorted(missing)))


def _draws_nothing(character: str) -> bool:
    return character in LINE_ENDS or unicodedata.category(character) == "Cf"
