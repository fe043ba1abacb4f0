"""What a document may load: our own fonts, style sheets and pictures, and nothing else.

Note [Locked fetcher]: WeasyPrint's own fetcher read local files and called servers on this machine when a name held
unescaped HTML. Escaping is the first lock, this is the second: only addresses ``kilderkin:...`` that name a file of
ours are answered. Every refusal is kept and fails the whole document, because WeasyPrint itself swallows errors
inside pictures.
"""

import mimetypes
import re
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

SCHEME = "kilderkin:"
ALLOWED_PATH = re.compile(
    r"css/print[a-z-]*\.css|vendor/fonts/[A-Za-z0-9-]+\.ttf|img/(?:[a-z0-9-]+/)*[a-z0-9-]+\.(?:svg|png)"
)
DRAWING = "drawing/"


class LockedFetcher(URLFetcher):  # type: ignore[misc]
    """Answers ``kilderkin:`` addresses of our static files and of the drawings made for this one document."""

    def __init__(self, drawings: Mapping[str, bytes]) -> None:
        super().__init__(allowed_protocols=set(), allow_redirects=False, fail_on_errors=True)
        self._drawings = drawings
        self.refused: list[str] = []

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        """Return the file behind ``url``; anything that is not ours is kept in ``refused`` and stops the document."""
        body = self._own_bytes(url)
        if body is None:
            self.refused.append(url[:200])
            raise FatalURLFetchingError(url[:200])
        media_type = mimetypes.guess_type(url)[0] or "application/octet-stream"
        return URLFetcherResponse(url, body, {"Content-Type": media_type})

    def _own_bytes(self, url: str) -> bytes | None:
        if not url.startswith(SCHEME):
            return None
        path = url.removeprefix(SCHEME)
        if path.startswith(DRAWING):
            return self._drawings.get(path.removeprefix(DRAWING))
        return static_bytes(path) if ALLOWED_PATH.fullmatch(path) else None


def static_bytes(path: str) -> bytes | None:
    """Return the static file of that name, from the sources or from what was collected; None when there is none."""
    found = finders.find(path)
    if found is None and settings.STATIC_ROOT:
        collected = Path(settings.STATIC_ROOT) / path
        found = str(collected) if collected.is_file() else None
    return Path(found).read_bytes() if found else None
