"""Headers on every answer, and the page for a busy moment."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.errors import Busy

Handler = Callable[[HttpRequest], HttpResponse]


def security_headers(get_response: Handler) -> Handler:
    """Add the headers that Django has no setting for."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response

    return middleware


def private_pages(get_response: Handler) -> Handler:
    """Forbid every cache to keep a page that belongs to a session."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.session.accessed or request.session.modified:
            response.headers["Cache-Control"] = "no-store, private"
        return response

    return middleware


class busy_page:
    """Answer `Busy` with a page that says so and can be tried again."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Turn a lock that could not be had in time into a 503 with a sentence."""
        if not isinstance(exception, Busy):
            return None
        response = render(request, "busy.html", {"sentence": exception.sentence}, status=503)
        response.headers["Retry-After"] = "3"
        return response
