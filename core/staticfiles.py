"""Static files taken one by one from npm packages (see Note [Named files])."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.checks import CheckMessage, Error
from django.core.files.storage import FileSystemStorage, Storage

ROOT = Path(__file__).resolve().parent.parent


class NamedFiles(FileSystemStorage):
    """A storage whose names are given by ``settings.NPM_FILES``, wherever the files lie."""

    prefix = ""

    def path(self, name: str) -> str:
        """Return the real place of a named file; refuse (KeyError) any other name."""
        return str(ROOT / settings.NPM_FILES[Path(name).as_posix()])


class NpmFilesFinder(BaseFinder):
    """Finds exactly the files of ``settings.NPM_FILES``: address under /static/ -> path from the project's root."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.storage = NamedFiles()
        super().__init__(*args, **kwargs)

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        """Say which named files are missing, so that no page is served half-dressed."""
        missing = [source for source in settings.NPM_FILES.values() if not (ROOT / source).is_file()]
        if not missing:
            return []
        return [Error(f"{len(missing)} npm files are missing, first {missing[0]}", hint="Run: npm ci --ignore-scripts")]

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """Return the real path of a named file, or an empty list (Django's word for: not mine)."""
        if path not in settings.NPM_FILES:
            return []
        found = self.storage.path(path)
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        """Yield each name with the storage that opens it."""
        patterns = list(ignore_patterns or [])
        for name in settings.NPM_FILES:
            if not matches_patterns(name, patterns):
                yield name, self.storage
