"""What voting is measured against: views of one INSERT each, served by the same process that takes the votes.

- ``/bare/member/``: every middleware of the house, the member who is signed in is looked up, one INSERT.
- ``/bare/stack/``: every middleware of the house, nobody is looked up, one INSERT. The goal's peer.
- ``/bare/signed/``: no middleware; session and user by Django's own means, one INSERT.
- ``/bare/nothing/``: no middleware, no session, one INSERT: as bare as Django can be.

Everything else is the house itself (``voting_web.py``). No view reads the form or asks for a token. Each INSERT is one
transaction, as PostgreSQL makes it of a single statement.
"""

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

TABLE = "CREATE TABLE benchmark_bare (id bigserial PRIMARY KEY, said text NOT NULL)"
INSERT = "INSERT INTO benchmark_bare (said) VALUES (%s)"


@csrf_exempt
def insert(request: HttpRequest) -> HttpResponse:
    """Write one row and say so."""
    with connection.cursor() as cursor:
        cursor.execute(INSERT, ["one row"])
    return HttpResponse("written", headers={"Content-Length": "7"})


@csrf_exempt
def insert_of_member(request: HttpRequest) -> HttpResponse:
    """Write one row for whoever is signed in."""
    return insert(request) if request.user.is_authenticated else HttpResponse("nobody", status=403)


def insert_of_somebody(request: HttpRequest) -> HttpResponse:
    """Find out who asks, as Django's own middleware would, then write one row."""
    request.session = SessionStore(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
    if not get_user(request).is_authenticated:
        return HttpResponse("nobody", status=403)
    return insert(request)


urlpatterns = [
    path("bare/member/", insert_of_member),
    path("bare/stack/", insert),
    path("bare/signed/", insert_of_somebody),
    path("bare/nothing/", insert),
    path("", include("config.urls")),
]
handler403, handler404, handler500 = (
    f"portal.views.errors.{name}" for name in ("forbidden", "not_found", "server_error")
)
