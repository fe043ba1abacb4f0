"""The lines of the office's first page."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

SIGNERS = gettext_lazy("secretary, finance or director")
DIRECTOR = gettext_lazy("a director")
SECRETARY = gettext_lazy("the secretary")
FINANCE = gettext_lazy("finance")


@dataclass(frozen=True)
class Due:
    """A legal clock: ``days`` is never negative, ``is_late`` says on which side; ``is_done`` stops it."""

    ends_on: date
    days: int
    title: str
    sentence: str
    url: str
    page: str
    is_late: bool
    is_done: bool


@dataclass(frozen=True)
class Waiting:
    """Something that a person must do; ``for_whom`` names the office."""

    title: str
    for_whom: str | Promise
    prepared_by: str
    prepared_at: datetime | None
    url: str
    page: str


@dataclass(frozen=True)
class Trouble:
    """Something that went wrong."""

    at: datetime
    sentence: str
    url: str
    page: str


def due_line(
    ends_on: date, title: str, sentence: str, url: str, page: str, today: date, *, is_done: bool = False
) -> Due:
    """Return a clock that ends on the day; its sentence says by when, unless it is done."""
    ends = "" if is_done else _("By %(day)s.") % {"day": date_format(ends_on, "DATE_FORMAT")}
    days = (ends_on - today).days
    return Due(
        ends_on,
        abs(days),
        title,
        f"{sentence} {ends}".strip(),
        url,
        page,
        is_late=days < 0 and not is_done,
        is_done=is_done,
    )
