"""The sentences of the code and of the catalogue, read without the gettext programs."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from core.processes.messages import ROOT

ROOMS = (
    "accounts",
    "agm",
    "ballots",
    "beers",
    "config",
    "core",
    "dividends",
    "equity",
    "ledger",
    "payments",
    "portal",
    "templates",
)
KEYWORDS: dict[str, tuple[object, ...] | None] = {
    **dict.fromkeys(("gettext", "gettext_lazy", "gettext_noop", "_")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}")
TAG = re.compile(r"<[^>]+>")
Key = tuple[str | None, str]


def sentences_of_code() -> set[Key]:
    """Return context and English of every sentence that the code marks for translation."""
    paths = (path for room in ROOMS for path in (ROOT / room).rglob("*") if path.suffix in (".py", ".html", ".txt"))
    return {key for path in paths for key in sentences_in(path.read_text("utf-8"), is_template=path.suffix != ".py")}


def sentences_in(text: str, *, is_template: bool) -> Iterator[Key]:
    """Yield context and English of the sentences of one file, as makemessages sees them."""
    if is_template:
        # Django writes templates over into calls of gettext; the indents it leaves are not Python's.
        text = "\n".join(line.strip() for line in templatize(text).splitlines())
    found = extract("python", io.BytesIO(text.encode()), KEYWORDS, options={"encoding": "utf-8"})  # type: ignore[arg-type]
    for _line, words, _comments, context in found:
        yield context, words[0] if isinstance(words, tuple) else words


def messages_of(path: Path) -> list[Message]:
    """Return the messages of a catalogue."""
    with path.open("rb") as source:
        return [message for message in read_po(source) if message.id]


def english_of(message: Message) -> str:
    """Return the English, its singular where it has two numbers."""
    return message.id if isinstance(message.id, str) else message.id[0]


def most_english_of(message: Message) -> str:
    """Return the English, its plural where it has two numbers: Vietnamese has one form for both."""
    return message.id if isinstance(message.id, str) else message.id[1]


def translation_of(message: Message) -> str:
    """Return the translation."""
    return message.string if isinstance(message.string, str) else message.string[0]


CATALOGUE = messages_of(ROOT / "locale" / "vi" / "LC_MESSAGES" / "django.po")
