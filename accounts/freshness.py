"""Whether somebody proved to be here a moment ago.

Note [Fresh factor]: before money moves or a bank account changes, a factor of the last five minutes is needed. The
check is our own and fails closed: allauth's answers "yes" for a user who has neither password nor factor. What counts
is written in the session with the user it belongs to, by the database's real clock.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.models import User
from accounts.queries.evidence import latest_way
from accounts.queries.people import MAILED_CODE, real_now, ways_to_confirm

SESSION_KEY = "fresh_factor"
View = Callable[..., HttpResponse]


def has_fresh_factor(request: HttpRequest) -> bool:
    """Return whether this session proved, within five minutes, a factor that still counts for this user."""
    user = request.user
    proof = request.session.get(SESSION_KEY)
    if not isinstance(user, User) or not user.is_active or not isinstance(proof, dict):
        return False
    if proof.get("user") != user.pk or proof.get("way") not in ways_to_confirm(user):
        return False
    try:
        age = real_now() - datetime.fromisoformat(proof["at"])
    except (KeyError, TypeError, ValueError):
        return False
    return timedelta(0) <= age < timedelta(seconds=settings.FRESH_FACTOR_SECONDS)


def remember_factor(request: HttpRequest, user: User, way: str) -> None:
    """Write down that the user proved the factor now."""
    request.session[SESSION_KEY] = {"user": user.pk, "way": way, "at": real_now().isoformat()}


def remember_sign_in(request: HttpRequest, user: User, *, by_mail: bool = False) -> None:
    """Count the way the user just signed in; ``by_mail`` for a sign-up, which ends with a mailed code."""
    way = latest_way(request, user) or (MAILED_CODE if by_mail else "")
    if way:
        remember_factor(request, user, way)


def fresh_factor_required(view: View) -> View:
    """Let a signed-in user pass who proved a factor a moment ago; ask everybody else, then bring them back.

    Put it on the page that shows a form, too: whoever typed should not be asked afterwards. An answer to a form that
    comes too late returns to the page itself, never to the act.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}")
        if has_fresh_factor(request):
            return view(request, *args, **kwargs)
        return HttpResponseRedirect(f"{reverse('account_confirm')}?{urlencode({'next': request.get_full_path()})}")

    return guarded
