"""Who may open which page."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.models import User
from accounts.queries.evidence import has_password, has_second_factor, has_signed_in_by_passkey
from accounts.queries.people import Viewer, factors_of, roles_of

View = Callable[..., HttpResponse]


def signed_in_user(request: HttpRequest) -> User:
    """Return who is signed in; a 403 for nobody, which a guarded view never meets."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def has_role(user: Viewer, *roles: str) -> bool:
    """Return whether the user holds any of the roles; without naming one, whether they hold any at all."""
    held = roles_of(user)
    return bool(held & set(roles)) if roles else bool(held)


def staff_required(*roles: str) -> Callable[[View], View]:
    """Open the view to staff of these roles (any role when none is named) whose session proved two factors.

    Others are sent to sign in, to give their second factor, or to set one up; the wrong role gets a 403.
    """

    def decorator(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            user = request.user
            if not isinstance(user, User):
                return _sent_to("account_login", request)
            if not has_role(user, *roles):
                raise PermissionDenied
            if not (has_password(request, user) or has_signed_in_by_passkey(request, user)):
                logout(request)  # a holder's session that began with a mailed code, before the role was given
                return _sent_to("account_staff_login", request)
            if not has_second_factor(request, user):
                return _sent_to("account_confirm" if factors_of(user) else "mfa_index", request)
            return view(request, *args, **kwargs)

        return guarded

    return decorator


def holder_required(view: View) -> View:
    """Open the view to signed-in users who are somebody in the register's sense; pure staff get a 403."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = request.user
        if not isinstance(user, User):
            return _sent_to("account_login", request)
        if user.party_id is None:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def _sent_to(name: str, request: HttpRequest) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse(name)}?{urlencode({'next': request.get_full_path()})}")
