"""Our own table of published papers, for voters, spreadsheets and recounts.

CSV in UTF-8, one header line: ``tracking_code``, perhaps ``papers``, then the options in the order of the ballot. Then
one line for each paper: its tracking code, perhaps how many papers alike it stands for (else 1), and under each option
its rank on that paper, 1 for the first choice, the same number for equals, nothing where it was not chosen; an approval
is a 1. No cell is taken for a formula by a spreadsheet: text that would be one, and an option named like one of the
first two columns, has an apostrophe in front, which reading takes away again.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ballots.rules.formats.ballot_file import BallotFile, distinct
from ballots.rules.formats.errors import BadFile
from ballots.rules.formats.rows import CANDIDATES_MAX, Ranks, Rows, shortened, whole_number

if TYPE_CHECKING:
    import _csv

CODE, PAPERS = "tracking_code", "papers"
ESCAPED_STARTS = ("=", "+", "-", "@", "\t", "\r", "'")


def read_published(data: bytes) -> BallotFile:
    """Return the file; ``data`` is cleaned. Raises ``BadFile``."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadFile("the table is not written in UTF-8.", line) from error
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        return _read(reader)
    except csv.Error as error:
        raise BadFile(f"the file is not a table: {error}.", reader.line_num) from error


def write_published(candidates: Sequence[str], papers: Iterable[tuple[str, int, Ranks]]) -> str:
    """Return the table of papers ``(code, weight, ranks)``, ranks as tuples of candidates from 0, in the order given.

    The column ``papers`` stands only where some weight is not 1: on a secret ballot a weight would tell whose it is.
    """
    kept = list(papers)
    weighted = any(weight != 1 for _, weight, _ in kept)
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow([CODE, *([PAPERS] if weighted else []), *map(escaped, candidates)])
    for code, weight, ranks in kept:
        cells = [""] * len(candidates)
        for rank, members in enumerate(ranks, start=1):
            for number in members:
                cells[number] = str(rank)
        writer.writerow([escaped(code), *([str(weight)] if weighted else []), *cells])
    return target.getvalue()


def escaped(text: str) -> str:
    """Return the text as a cell that no spreadsheet takes for a formula and no reader for a column of ours."""
    return f"'{text}" if text.startswith(ESCAPED_STARTS) or text in (CODE, PAPERS) else text


def _read(reader: "_csv.Reader") -> BallotFile:
    header = next(reader)
    first = 2 if header[1:2] == [PAPERS] else 1
    names = [cell.removeprefix("'").strip() for cell in header[first:]]
    if not 1 <= len(names) <= CANDIDATES_MAX or "" in names:
        raise BadFile("the header does not name every option.", 1)
    if len(set(names)) != len(names):
        raise BadFile("two options have the same name.", 1)
    rows = Rows(len(names))
    codes: set[str] = set()
    known: dict[tuple[str, ...], Ranks] = {}
    for row in reader:
        if not row:
            continue
        if len(row) != len(header):
            raise BadFile(f"the line has {len(row)} cells instead of {len(header)}.", reader.line_num)
        if not row[0] or row[0] in codes:
            told = f"the tracking code {shortened(row[0])} stands twice." if row[0] else "the tracking code is missing."
            raise BadFile(told, reader.line_num)
        codes.add(row[0])
        weight = 1 if first == 1 else whole_number(row[1], "a number of papers", reader.line_num, least=1)
        cells = tuple(row[first:])
        if cells not in known:
            known[cells] = _ranks(cells, reader.line_num)
        rows.add(weight, known[cells])
    return BallotFile("published papers", distinct(names, names), rows)


def _ranks(cells: tuple[str, ...], line: int) -> Ranks:
    """Return the ranks of one line; a number that nobody has, below one that somebody has, is a gap."""
    ranks: dict[int, list[int]] = {}
    for number, cell in enumerate(cells):
        if cell.strip():
            rank = whole_number(cell.strip(), "a rank", line, least=1, most=len(cells))
            ranks.setdefault(rank, []).append(number)
    return tuple(tuple(ranks.get(rank, ())) for rank in range(1, max(ranks, default=0) + 1))
