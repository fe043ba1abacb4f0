"""The house and the bare views in one server process, for granian: ``benchmarks.voting_web:application``."""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.test import override_settings

WITHOUT_MIDDLEWARE = frozenset({"/bare/signed/", "/bare/nothing/"})
Start = Callable[..., Any]


def without_middleware() -> WSGIHandler:
    """Return Django with an empty list of middleware."""
    with override_settings(MIDDLEWARE=[]):
        return WSGIHandler()


house = get_wsgi_application()
bare = without_middleware()


def application(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
    """Serve the bare addresses without middleware and the house with all of it."""
    address = environ["PATH_INFO"]
    if address == "/bare/idle/":  # answered before Django, so that the load's own speed can be measured
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "4")])
        return [b"idle"]
    served = bare if address in WITHOUT_MIDDLEWARE else house
    return served(environ, start_response)
