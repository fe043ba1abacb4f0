"""BLT: the ballot files of Hill, Wichmann and Woodall (Algorithm 123, 1987), as OpenSTV and councils write them.

A line ``candidates seats``; perhaps withdrawn candidates as negative numbers; papers as ``weight first second ... 0``,
perhaps behind an id in parentheses, with ``=`` between equals and ``-`` or ``0`` for a rank left empty; a line ``0``;
the candidates' names, one to a line; perhaps a title. ``#`` begins a comment. Councils' ways are read too: commas at
line ends, names without quotes, a party in a second pair of quotes, PrefLib's ``# ALTERNATIVE NAME n:`` before a name.
A weight may be 0: a resolution that nobody withheld a vote from has the line ``0 3 0``. A ``0`` alone ends the papers.
"""

import re
from collections.abc import Iterable, Sequence
from functools import partial

from ballots.rules.formats.ballot_file import BallotFile, distinct
from ballots.rules.formats.body import END, Entry, read_body
from ballots.rules.formats.errors import BadFile
from ballots.rules.formats.lines import Lines
from ballots.rules.formats.rows import CANDIDATES_MAX, Ranks, Rows, check_ranks, shortened, whole_number

HEADER = re.compile(r"[0-9]+\s+[0-9]+")
WITHDRAWN = re.compile(r"-[0-9]+(\s+-[0-9]+)*")
BALLOT_ID = re.compile(r"\([^()]*\)\s*")
EQUALS = re.compile(r"\s*=\s*")
QUOTED = re.compile(r'"((?:[^"]|"")*)"')
QUOTED_LINE = re.compile(r'((?:"(?:[^"]|"")*"\s*,?\s*)+)(?:#.*)?')
PREFLIB_NAME = re.compile(r"#\s*ALTERNATIVE NAME\s+[0-9]+\s*:", re.IGNORECASE)
EMPTY_RANKS = ("-", "0")


def read_blt(data: bytes) -> BallotFile:
    """Return the file; ``data`` is cleaned. Raises ``BadFile``."""
    lines = Lines(data)
    candidates, seats = _header(lines)
    withdrawn = _withdrawn(lines, candidates)
    rows = Rows(candidates)
    end = data.find(b"\n0\n", lines.start - 1)
    stop = len(data) if end < 0 else end + 1
    parse = partial(_paper, candidates=candidates)
    if not read_body(lines, rows, parse, after_weight=b"", stop=stop) and lines.one() is None:
        raise BadFile("the file ends before the line 0 that ends the papers.", lines.number - 1)
    names, title = _names(lines, candidates)
    told = distinct(names, [f"candidate {number}" for number in range(1, candidates + 1)])
    return BallotFile("BLT", told, rows, seats=seats, title=title, withdrawn=withdrawn)


def write_blt(
    candidates: Sequence[str], papers: Iterable[tuple[str, int, Ranks]], *, seats: int = 1, title: str = ""
) -> str:
    """Return a BLT file of papers ``(code, weight, ranks)``, ranks as tuples of candidates from 0.

    A code that is not empty stands in front of its paper in parentheses. Refuses by ``ValueError`` a code that
    parentheses cannot hold and a name of more than one line.
    """
    written = [f"{len(candidates)} {seats}"]
    for code, weight, ranks in papers:
        if code and not re.fullmatch(r"[^()#\n\r]+", code):
            raise ValueError(f"{code!r} cannot stand in parentheses.")
        places = ["=".join(str(number + 1) for number in rank) or "-" for rank in ranks]
        written.append(" ".join([*([f"({code})"] if code else []), str(weight), *places, "0"]))
    written.append("0")
    for name in (*candidates, title):
        if "\n" in name or "\r" in name:
            raise ValueError(f"{name!r} has more than one line.")
        written.append('"' + name.replace('"', '""') + '"')
    return "\n".join(written) + "\n"


def _line(lines: Lines) -> tuple[str, int] | None:
    """Return the next line that says something, without comment and commas."""
    while (found := lines.one()) is not None:
        text = found[0].split("#", 1)[0].replace(",", " ").strip()
        if text:
            return text, found[1]
    return None


def _header(lines: Lines) -> tuple[int, int]:
    found = _line(lines)
    if found is None:
        raise BadFile("The file holds no papers.")
    text, number = found
    if not HEADER.fullmatch(text):
        raise BadFile(f"“{shortened(text)}” is not the number of candidates and the number of seats.", number)
    first, second = text.split()
    candidates = whole_number(first, "the number of candidates", number, least=1, most=CANDIDATES_MAX)
    seats = whole_number(second, "the number of seats", number, least=1, most=CANDIDATES_MAX)
    if seats > candidates:
        raise BadFile(f"{seats} seats are more than the {candidates} candidates.", number)
    return candidates, seats


def _withdrawn(lines: Lines, candidates: int) -> frozenset[int]:
    gone: set[int] = set()
    while True:
        before = lines.start, lines.number
        found = _line(lines)
        if found is None or not WITHDRAWN.fullmatch(found[0]):
            lines.go(*before)
            break
        for part in found[0].split():
            who = whole_number(part[1:], "the number of a candidate", found[1], least=1)
            check_ranks(((who - 1,),), candidates, found[1])
            gone.add(who - 1)
        if len(gone) == candidates:
            raise BadFile("all candidates have withdrawn.", found[1])
    return frozenset(gone)


def _paper(line: str, number: int, *, candidates: int) -> Entry:
    text = line.split("#", 1)[0].replace(",", " ").strip()
    if not text:
        return None
    identified = BALLOT_ID.match(text)
    parts = EQUALS.sub("=", text[identified.end() :] if identified else text).split()
    if parts == ["0"] and not identified:
        return END
    if not parts:
        raise BadFile("the paper has an id and nothing else.", number)
    if parts[0][0] == '"' or parts[0][0].isalpha():
        raise BadFile("a name stands before the line 0 that ends the papers.", number)
    weight = whole_number(parts[0], "the weight of a paper", number)
    if len(parts) == 1 or parts[-1] != "0":
        raise BadFile("the paper does not end with 0.", number)
    ranks = [_rank(part, number) for part in parts[1:-1]]
    while ranks and not ranks[-1]:
        ranks.pop()
    return weight, check_ranks(tuple(ranks), candidates, number)


def _rank(part: str, number: int) -> tuple[int, ...]:
    if part in EMPTY_RANKS:
        return ()
    return tuple(whole_number(who, "the number of a candidate", number, least=1) - 1 for who in part.split("="))


def _names(lines: Lines, candidates: int) -> tuple[list[str], str]:
    """Return the candidates' names and the title; quoted names may also share lines, as in a file without line ends."""
    found: list[tuple[str, int]] = []
    while len(found) <= candidates and (line := lines.one()) is not None:
        if line[0].strip(", ") and (not line[0].startswith("#") or PREFLIB_NAME.match(line[0])):
            found.append(line)
    names = [_name(text) for text, _ in found]
    if len(names) < candidates:
        quoted = [part.replace('""', '"').strip() for text, _ in found for part in QUOTED.findall(text)]
        if len(quoted) < candidates:
            raise BadFile(f"the file ends after {len(names)} of {candidates} names.", lines.number - 1)
        names = quoted
    elif "" in names[:candidates]:
        empty = names.index("")
        raise BadFile(f"candidate {empty + 1} has no name.", found[empty][1])
    return names[:candidates], (names[candidates] if len(names) > candidates else "")


def _name(line: str) -> str:
    """Return the name in a line as the source spells it; a party in a second pair of quotes stays, in quotes."""
    named = PREFLIB_NAME.match(line)
    text = (line[named.end() :] if named else line).strip(", \t")
    quoted = QUOTED_LINE.fullmatch(text)
    if quoted is None:
        return text.strip('"').strip() if text.startswith('"') else text
    parts = [part.replace('""', '"').strip() for part in QUOTED.findall(quoted[1])]
    return " ".join([parts[0], *(f'"{part}"' for part in parts[1:] if part)])
