"""Django's makemessages, told once what this project wants of it."""

import re
from pathlib import Path
from typing import Any

from django.core.management.commands import makemessages

EMPTY_HEADERS = re.compile(r'^"(POT-Creation-Date|Report-Msgid-Bugs-To): .*\n', re.MULTILINE)
NOT_OURS = [".venv", "node_modules", "staticfiles", "tests"]


class Command(makemessages.Command):
    """Bring ``locale/vi`` in step with the code.

    Places are named by file without line, the date of the extraction is left out, and nothing is guessed from a
    similar sentence: a catalogue changes only when a sentence does, and a legal text is never nearly right.
    """

    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]

    def handle(self, *args: Any, **options: Any) -> None:
        """Extract into every catalogue there is, unless one is named; sentences no longer used go."""
        options["all"] = not options["locale"]
        options["ignore_patterns"] = [*options["ignore_patterns"], *NOT_OURS]
        super().handle(*args, **options | {"add_location": "file", "no_wrap": True, "no_obsolete": True})

    def write_po_file(self, potfile: str, locale: str) -> None:
        """Write the catalogue, then take out the header lines that say nothing of the text."""
        super().write_po_file(potfile, locale)
        catalogue = Path(potfile).parent / locale / "LC_MESSAGES" / f"{self.domain}.po"
        catalogue.write_text(EMPTY_HEADERS.sub("", catalogue.read_text("utf-8")), "utf-8")
