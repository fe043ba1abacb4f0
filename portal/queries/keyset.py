"""Pages of a long list, found by the row before them and not by their number: the last is as quick as the first.

A page of a list of 20,000 that is found by counting reads all rows before it; found by the place of the last row shown
it reads its own fifty. So such a list has "next" and "previous" and no numbers.
"""

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

Row = TypeVar("Row")
ModelRow = TypeVar("ModelRow", bound=Model)
ROWS_PER_PAGE = 50
PLACE_LENGTH_MAX = 4000
Place = tuple[int | str, int]


@dataclass(frozen=True)
class Order:
    """By which column a list is sorted; equal values stand by the row's own number."""

    column: str
    is_descending: bool = False


@dataclass(frozen=True)
class Asked:
    """Which page of a list is wanted: the one behind a place or, backwards, the one ahead of it; else the first."""

    order: Order
    place: Place | None = None
    is_backward: bool = False
    size: int = ROWS_PER_PAGE

    @property
    def is_down(self) -> bool:
        """Whether the rows are read from the greatest value on."""
        return self.order.is_descending != self.is_backward


@dataclass(frozen=True)
class Slice(Generic[Row]):
    """The rows of one page; ``next`` and ``previous`` are places to ask for, empty where the list ends."""

    rows: list[Row]
    next: str
    previous: str


def asked_page(order: Order, *, after: str = "", before: str = "") -> Asked:
    """Return which page an address asks for; a place nobody can read is the beginning."""
    ahead = read_place(before)
    return Asked(order, ahead or read_place(after), is_backward=ahead is not None)


def slice_of(rows: QuerySet[ModelRow], asked: Asked) -> Slice[ModelRow]:
    """Return the page of the rows."""

    def fetch(wanted: Asked) -> list[ModelRow]:
        sign = "-" if wanted.is_down else ""
        ordered = rows.order_by(f"{sign}{wanted.order.column}", f"{sign}pk")
        return list(_beyond(ordered, wanted)[: wanted.size + 1])

    return cut(fetch, asked, lambda row: (_value(row, asked.order.column), row.pk))


def cut(fetch: Callable[[Asked], list[Row]], asked: Asked, place_of: Callable[[Row], Place]) -> Slice[Row]:
    """Return the page that ``fetch`` reads, one row more than fits, in the order asked for."""
    found = fetch(asked)
    has_more = len(found) > asked.size
    if asked.is_backward and not has_more:
        asked = Asked(asked.order, size=asked.size)  # the beginning, and a full page of it
        found = fetch(asked)
        has_more = len(found) > asked.size
    shown = found[: asked.size]
    if asked.is_backward:
        shown.reverse()
    has_next = asked.is_backward or has_more
    has_previous = has_more if asked.is_backward else asked.place is not None
    return Slice(
        shown,
        next=write_place(*place_of(shown[-1])) if shown and has_next else "",
        previous=write_place(*place_of(shown[0])) if shown and has_previous else "",
    )


def _beyond(rows: QuerySet[ModelRow], asked: Asked) -> QuerySet[ModelRow]:
    """Two conditions: the first lets an index find the place, the second parts rows with the same value."""
    if asked.place is None:
        return rows
    value, pk = asked.place
    column, word = asked.order.column, "lt" if asked.is_down else "gt"
    try:
        return rows.filter(
            Q(**{f"{column}__{word}": value}) | Q(**{f"pk__{word}": pk}), **{f"{column}__{word}e": value}
        )
    except (TypeError, ValueError):
        return rows


def _value(row: Model, column: str) -> int | str:
    value: Any = row
    for name in column.split("__"):
        value = getattr(value, name)
    return value if isinstance(value, int) else str(value)


def write_place(value: int | str, pk: int) -> str:
    """Return the place as it stands in an address."""
    return base64.urlsafe_b64encode(json.dumps([value, pk]).encode()).decode().rstrip("=")


def read_place(text: str) -> Place | None:
    """Return what `write_place` wrote; None for anything else."""
    if not text or len(text) > PLACE_LENGTH_MAX:
        return None
    try:
        value, pk = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError, TypeError):
        return None
    return (value, pk) if _is_value(value) and type(pk) is int and abs(pk) < 2**63 else None


def _is_value(value: object) -> bool:
    """Whether PostgreSQL can compare with it: no NUL, no half of a surrogate pair, no number larger than its own."""
    if isinstance(value, str):
        return "\0" not in value and value.isprintable()
    return type(value) is int and abs(value) < 2**63
