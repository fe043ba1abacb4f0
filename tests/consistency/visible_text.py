"""What a reader of a page sees or hears, and what of it is English."""

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import allauth
import django
from babel.messages.catalog import Message

from tests.consistency.sentences import CATALOGUE, PLACEHOLDER, TAG, messages_of, most_english_of, translation_of

LENGTH_MIN = 12
SPOKEN = ("title", "alt", "aria-label", "placeholder")
SILENT = {"script", "style", "template"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SMALL_WORDS = re.compile(
    r"\b(the|and|you|your|with|this|that|which|from|have|has|was|were|will|not|are|of|for|please)\b", re.IGNORECASE
)


class _Reader(HTMLParser):
    """Collects text and spoken attributes, but nothing marked as English, as code or as a name."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        is_foreign = known.get("lang") == "en" or known.get("translate") == "no" or tag in ("code", *SILENT)
        if not is_foreign and not self.is_hidden:
            self.found += [text for name in SPOKEN if (text := known.get(name))]
        if tag not in VOID:
            self.open.append((tag, is_foreign))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            continue

    def handle_data(self, data: str) -> None:
        if data.strip() and not self.is_hidden:
            self.found.append(" ".join(data.split()))

    @property
    def is_hidden(self) -> bool:
        return any(is_foreign for _tag, is_foreign in self.open)


def visible_text(html: str) -> list[str]:
    """Return the pieces of text of a page, as they are seen or read aloud."""
    reader = _Reader()
    reader.feed(html)
    return reader.found


def english_in(html: str) -> list[str]:
    """Return the pieces that hold a known English sentence, or small words that no Vietnamese text has."""
    return [piece for piece in visible_text(html) if _is_english(piece)]


@cache  # the head and foot of every page are the same
def _is_english(piece: str) -> bool:
    return bool(SMALL_WORDS.search(piece)) or any(sentence in piece for sentence in known_english())


@cache
def known_english() -> frozenset[str]:
    """Return the longer English sentences that could be left over: ours, Django's and allauth's."""
    theirs = [
        Path(django.__file__).parent / "conf/locale/en/LC_MESSAGES/django.po",
        Path(django.__file__).parent / "contrib/auth/locale/en/LC_MESSAGES/django.po",
        Path(allauth.__file__).parent / "locale/de/LC_MESSAGES/django.po",
    ]
    messages = [*CATALOGUE, *(message for path in theirs for message in messages_of(path))]
    return frozenset(part for message in messages for part in _parts(message))


def _parts(message: Message) -> list[str]:
    """Return what stands between the placeholders, when it is long enough and is not the same in Vietnamese."""
    text = TAG.sub("%s", most_english_of(message)).replace("%%", "%")
    parts = [" ".join(part.split()) for part in PLACEHOLDER.split(text)]
    return [part for part in parts if len(part) > LENGTH_MIN and part not in translation_of(message)]
