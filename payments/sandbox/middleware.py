"""The sandbox's own origin: another host name on the same port, kept apart by the browser as Stripe's site would be."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse

from payments.checks import sandbox_problem

Handler = Callable[[HttpRequest], HttpResponse]


def sandbox_origin(get_response: Handler) -> Handler:
    """Show only the sandbox's pages on its host, and them nowhere else.

    Not there with a real provider. A web process that would put the sandbox beside real money does not start:
    granian runs no system checks, so the middleware asks the same question.
    """
    if settings.PAYMENTS != "sandbox":
        raise MiddlewareNotUsed("a real payment provider is set")
    problem = sandbox_problem()
    if problem:
        raise ImproperlyConfigured(problem)

    def middleware(request: HttpRequest) -> HttpResponse:
        if is_sandbox_host(request):
            request.urlconf = "payments.sandbox.urls"
        return get_response(request)

    return middleware


def is_sandbox_host(request: HttpRequest) -> bool:
    """Return whether the request was sent to the sandbox's host name, whatever the port."""
    return urlsplit(f"//{request.get_host()}").hostname == urlsplit(settings.SANDBOX_ORIGIN).hostname
