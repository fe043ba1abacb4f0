"""Who may propose and support: signed-in shareholders. Reading is for everybody."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Party, User
from accounts.permissions import holder_required, signed_in_user
from equity.queries.holdings import memberships_of

View = Callable[..., HttpResponse]


def viewer_party(request: HttpRequest) -> Party | None:
    """Return the person who looks, None for strangers and pure staff."""
    return request.user.party if isinstance(request.user, User) else None


def can_take_part(user: Any) -> bool:
    """Return whether the user stands in the register of members, alone, jointly or for an organisation."""
    return isinstance(user, User) and bool(memberships_of(user))


def shareholder_required(view: View) -> View:
    """Open the view to signed-in shareholders; other holders are sent back to the call with the reason."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if can_take_part(signed_in_user(request)):
            return view(request, *args, **kwargs)
        messages.info(request, _("Only shareholders can propose and support. Reading is for everybody."))
        return HttpResponseRedirect(reverse("beers:call", args=[kwargs["slug"]]))

    return holder_required(guarded)
