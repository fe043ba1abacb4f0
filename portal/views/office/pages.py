"""The frame of every page of the office, and the one way a form becomes an act."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.permissions import signed_in_user
from accounts.queries.people import roles_of
from core import clock
from core.errors import DomainError
from core.transactions import atomic
from portal.permissions import may_open

ROWS_PER_PAGE = 50
NAV: tuple[tuple[str, Promise], ...] = (
    ("office:home", _("Today")),
    ("office:offers", _("Offers")),
    ("office:applications", _("Applications")),
    ("office:allotments", _("Allotments")),
    ("office:meetings", _("Meetings")),
    ("office:register", _("Register")),
    ("office:dividends", _("Dividends")),
    ("office:payouts", _("Paying out")),
    ("office:tax", _("Tax kept back")),
    ("office:ideas", _("Ideas")),
    ("office:royalties", _("Creators’ shares")),
    ("office:payments", _("Payments")),
    ("office:books", _("Books")),
    ("office:jobs", _("Jobs")),
    ("office:mails", _("Mail")),
    ("office:trail", _("Audit trail")),
)


@dataclass(frozen=True)
class NavItem:
    """One link of the office's navigation."""

    label: Promise
    url: str
    is_current: bool
    count: int = 0


def office_page(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """Render a page of the office with its navigation; a refused form is answered with status 422."""
    roles = roles_of(request.user)
    frame = {"face": "office", "viewer_roles": roles, "office_nav": list(_nav(request.path, roles))}
    return render(request, template, {**frame, **(context or {})}, status=status)


def _nav(path: str, roles: frozenset[str]) -> Any:
    home = reverse("office:home")
    for name, label in NAV:
        if may_open(roles, name):
            url = reverse(name)
            yield NavItem(label, url, path == url or (url != home and path.startswith(url)))


def acted(request: HttpRequest, form: forms.Form, act: Callable[..., Any], said: str | Promise = "") -> bool:
    """Do the act with what the form holds, in one transaction; False keeps the typed values and says why not.

    ``act`` is called with the form's cleaned data and ``by`` and ``at``; what a rule refuses becomes the form's error.
    """
    if not form.is_valid():
        return False
    try:
        with atomic():
            act(form.cleaned_data, by=signed_in_user(request), at=clock.now())
    except DomainError as error:
        form.add_error(None, str(error))
        return False
    if said:
        messages.success(request, str(said))
    return True


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what was posted, also when it is empty; None for a page that is only looked at."""
    return request.POST if request.method == "POST" else None


def page_of(request: HttpRequest, rows: Any) -> Page:
    """Return the asked page of the rows; a page that does not exist becomes the nearest one that does."""
    return Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("page"))


def query_without(request: HttpRequest, *names: str) -> str:
    """Return the address's other parameters, ending in "&" when there are any."""
    kept = request.GET.copy()
    for name in names:
        kept.pop(name, None)
    return f"{kept.urlencode()}&" if kept else ""


def sort_columns(request: HttpRequest, columns: Any) -> list[dict[str, Any]]:
    """Return the head of a sortable table: each of ``columns`` is (label, sort key or empty, is_number)."""
    sort = request.GET.get("sort", "")
    others = query_without(request, "sort", "page")
    heads = []
    for label, key, is_number in columns:
        turned = f"-{key}" if sort == key else key
        words = {key: "ascending", f"-{key}": "descending"} if key else {}
        heads.append({
            "label": label,
            "sort_url": f"?{others}sort={turned}" if key else "",
            "sorted": words.get(sort, ""),
            "is_number": is_number,
        })  # fmt: skip
    return heads
