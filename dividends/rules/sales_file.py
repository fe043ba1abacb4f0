"""A file of sales: which columns it has, and its rows as text. What the cells mean is judged as if they were typed."""

import csv
import io
from dataclasses import dataclass
from enum import StrEnum

BYTES_MAX = 1_000_000
ROWS_MAX = 1_000
NEEDED = ("beer", "first_day", "last_day", "units", "gross", "returns", "discounts", "tax")
COLUMNS = ("beer", "kind", "first_day", "last_day", "units", "units_returned", "gross", "returns", "discounts", "tax",
           "note")  # fmt: skip
BYTE_ORDER_MARK = "\ufeff"


class FileFault(StrEnum):
    """Why a file cannot be read at all."""

    TOO_LARGE = "too_large"
    NOT_TEXT = "not_text"
    COLUMNS_MISSING = "columns_missing"  # columns
    COLUMNS_UNKNOWN = "columns_unknown"  # columns
    COLUMNS_TWICE = "columns_twice"  # columns
    EMPTY = "empty"
    TOO_MANY_ROWS = "too_many_rows"


class UnreadableFile(ValueError):
    """The file as a whole cannot be read; ``columns`` are those it is about."""

    def __init__(self, fault: FileFault, columns: tuple[str, ...] = ()) -> None:
        self.fault = fault
        self.columns = columns
        super().__init__(fault.value)


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row with its number as a spreadsheet counts (the head is row 1) and its cells by column."""

    number: int
    cells: dict[str, str]
    is_ragged: bool


def read_sales_file(data: bytes) -> list[FileRow]:
    """Return the rows that hold anything, commas or semicolons between their cells; raise `UnreadableFile`.

    A column that nobody knows is refused rather than passed over: it may be a slip in one that matters. A row with
    more or fewer cells than the head is marked as ragged.
    """
    if len(data) > BYTES_MAX:
        raise UnreadableFile(FileFault.TOO_LARGE)
    try:
        text = data.decode("utf-8").removeprefix(BYTE_ORDER_MARK)
    except UnicodeDecodeError as error:
        raise UnreadableFile(FileFault.NOT_TEXT) from error
    if "\0" in text:
        raise UnreadableFile(FileFault.NOT_TEXT)
    first = text.partition("\n")[0]
    lines = csv.reader(io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",")
    try:
        head = _head(next(lines, []))
        rows = [
            FileRow(number, dict(zip(head, map(str.strip, cells), strict=False)), len(cells) != len(head))
            for number, cells in enumerate(lines, 2)
            if any(cell.strip() for cell in cells)
        ]
    except csv.Error as error:
        raise UnreadableFile(FileFault.NOT_TEXT) from error
    if not rows:
        raise UnreadableFile(FileFault.EMPTY)
    if len(rows) > ROWS_MAX:
        raise UnreadableFile(FileFault.TOO_MANY_ROWS)
    return rows


def _head(cells: list[str]) -> list[str]:
    head = [cell.strip().lower().replace(" ", "_") for cell in cells]
    if missing := tuple(name for name in NEEDED if name not in head):
        raise UnreadableFile(FileFault.COLUMNS_MISSING, missing)
    if unknown := tuple(name for name in head if name not in COLUMNS):
        raise UnreadableFile(FileFault.COLUMNS_UNKNOWN, unknown)
    if twice := tuple(sorted({name for name in head if head.count(name) > 1})):
        raise UnreadableFile(FileFault.COLUMNS_TWICE, twice)
    return head
