"""Pabulib: ``.pb`` files of participatory budgeting, as pabulib.org/format describes them.

Three tables, each behind its title line META, PROJECTS or VOTES, with a header of its own, parted by semicolons and
quoted as CSV. Approval ballots and choices of one are read as approvals, ordinal ballots as rankings; points cannot be
counted here. A project twice on a paper counts once. The budget plays no part: the count is of votes.
"""

import csv
import io
from collections.abc import Iterator

from ballots.rules.formats.ballot_file import BallotFile, distinct
from ballots.rules.formats.errors import BadFile
from ballots.rules.formats.lines import text_of
from ballots.rules.formats.rows import CANDIDATES_MAX, Ranks, Rows, shortened

SECTIONS = ("META", "PROJECTS", "VOTES")
APPROVALS = ("approval", "choose-1")
RANKINGS = ("ordinal",)
CELL_LETTERS_MAX = 2**20


def read_pabulib(data: bytes) -> BallotFile:
    """Return the file; ``data`` is cleaned. Raises ``BadFile``."""
    try:
        tables = _tables(text_of(data))
    except csv.Error as error:
        raise BadFile(f"the file is not a table: {error}.") from error
    for section in SECTIONS:
        if section not in tables:
            raise BadFile(f"the section {section} is missing.")
    meta = {row[0].strip().lower(): row[1].strip() for row, _ in tables["META"] if len(row) > 1}
    kind = meta.get("vote_type", "").lower()
    if kind not in APPROVALS + RANKINGS:
        raise BadFile(f"the vote_type is “{shortened(kind)}”; only approval, choose-1 and ordinal can be counted.")
    keys, names = _projects(tables["PROJECTS"])
    rows = _votes(tables["VOTES"], keys, ranked=kind in RANKINGS)
    remarks = []
    if meta.get("num_votes", "").isdigit() and int(meta["num_votes"]) != rows.total:
        remarks.append(f"META speaks of {meta['num_votes']} votes, the file holds {rows.total}.")
    return BallotFile("Pabulib", names, rows, title=meta.get("description", ""), keys=keys, remarks=remarks)


Table = list[tuple[list[str], int]]  # cells and the number of their last line


def _tables(text: str) -> dict[str, Table]:
    tables: dict[str, Table] = {}
    current: Table | None = None
    for row, number in _rows(text):
        title = row[0].strip().upper()
        if title in SECTIONS and not any(cell.strip() for cell in row[1:]):
            if title in tables:
                raise BadFile(f"the section {title} begins a second time.", number)
            current = tables[title] = []
        elif current is None:
            raise BadFile("the file does not begin with META.", number)
        else:
            current.append((row, number))
    return tables


def _rows(text: str) -> Iterator[tuple[list[str], int]]:
    limit = csv.field_size_limit(CELL_LETTERS_MAX)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=";")
        for row in reader:
            if any(cell.strip() for cell in row):
                yield row, reader.line_num
    finally:
        csv.field_size_limit(limit)


def _column(table: Table, section: str, name: str) -> int:
    if not table:
        raise BadFile(f"the section {section} is empty.")
    header, number = table[0]
    columns = [cell.strip().lower() for cell in header]
    if name not in columns:
        raise BadFile(f"the section {section} has no column {name}.", number)
    return columns.index(name)


def _projects(table: Table) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the projects' ids and names; where there is no name, the id is the name."""
    place = _column(table, "PROJECTS", "project_id")
    named = "name" in (cell.strip().lower() for cell in table[0][0])
    name_place = _column(table, "PROJECTS", "name") if named else place
    keys: dict[str, str] = {}
    for row, number in table[1:]:
        key = _cell(row, place)
        if not key or key in keys:
            raise BadFile(f"the project “{shortened(key)}” stands twice." if key else "a project has no id.", number)
        keys[key] = " ".join(_cell(row, name_place).split()) or key
    if not 1 <= len(keys) <= CANDIDATES_MAX:
        raise BadFile(f"the file holds {len(keys)} projects.")
    return tuple(keys), distinct(tuple(keys.values()), tuple(keys))


def _votes(table: Table, keys: tuple[str, ...], *, ranked: bool) -> Rows:
    place = _column(table, "VOTES", "vote")
    numbers = {key: number for number, key in enumerate(keys)}
    rows = Rows(len(keys))
    known: dict[str, Ranks] = {}
    for row, line in table[1:]:
        if place >= len(row):
            raise BadFile("the vote is missing.", line)
        vote = row[place]
        if vote not in known:
            known[vote] = _ranks(vote, numbers, line, ranked=ranked)
        rows.add(1, known[vote])
    return rows


def _ranks(vote: str, numbers: dict[str, int], line: int, *, ranked: bool) -> Ranks:
    chosen: dict[int, None] = {}
    for part in vote.split(","):
        key = part.strip()
        if key and key not in numbers:
            raise BadFile(f"the project “{shortened(key)}” is not among the {len(numbers)} projects.", line)
        if key:
            chosen[numbers[key]] = None
    if ranked:
        return tuple((number,) for number in chosen)
    return (tuple(sorted(chosen)),) if chosen else ()


def _cell(row: list[str], place: int) -> str:
    return row[place].strip() if place < len(row) else ""
