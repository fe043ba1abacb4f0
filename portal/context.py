"""What every page knows."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.queries.people import roles_of
from equity.models import Company


def company(request: HttpRequest) -> dict[str, Any]:
    """The issuer, read when a template asks for it."""
    return {"company": SimpleLazyObject(lambda: Company.objects.first())}


def demo(request: HttpRequest) -> dict[str, Any]:
    """Whether this is the demo, so that every page says so."""
    return {"demo_banner": settings.DEMO}


def viewer(request: HttpRequest) -> dict[str, Any]:
    """The staff roles of whoever looks; empty for holders and strangers."""
    return {"viewer_roles": SimpleLazyObject(lambda: roles_of(getattr(request, "user", None) or AnonymousUser()))}
