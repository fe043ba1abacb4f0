"""PrefLib: ``.soc .soi .toc .toi`` (orders, strict or with ties, complete or not) and ``.cat`` (categories).

Described by Mattei and Walsh at preflib.org: ``# KEY: value`` lines with ``# ALTERNATIVE NAME n: name``, then
``weight: first,{second,third}``. The older header is read too: the number of alternatives, ``n,name`` for each, a line
of three totals, then ``weight,first,...``.
"""

import re
from functools import partial

from ballots.rules.formats.ballot_file import BallotFile, distinct
from ballots.rules.formats.body import Entry, Parse, read_body
from ballots.rules.formats.errors import BadFile
from ballots.rules.formats.lines import Lines
from ballots.rules.formats.rows import CANDIDATES_MAX, Ranks, Rows, check_ranks, shortened, whole_number

KEY = re.compile(r"#\s*([A-Z][A-Z ]*?)\s*([0-9]*)\s*:\s*(.*)")
ITEM = re.compile(r"\{([0-9,\s]*)\}|([0-9]+)")
CATEGORIES = "cat"


def read_preflib(data: bytes, suffix: str = "") -> BallotFile:
    """Return the file; ``data`` is cleaned, ``suffix`` is that of its name. Raises ``BadFile``."""
    lines = Lines(data)
    return _modern(lines, suffix) if data.lstrip().startswith(b"#") else _older(lines)


def _modern(lines: Lines, suffix: str) -> BallotFile:
    keys, names = _header(lines)
    count = max(names, default=0)
    if "NUMBER ALTERNATIVES" in keys:
        count = whole_number(
            *keys["NUMBER ALTERNATIVES"][:1], "the number of alternatives", keys["NUMBER ALTERNATIVES"][1]
        )
    if not 1 <= count <= CANDIDATES_MAX:
        raise BadFile(f"the header speaks of {count} alternatives.", lines.number - 1)
    if max(names, default=0) > count:
        raise BadFile(f"the header names alternative {max(names)} of {count}.", lines.number - 1)
    by_category = CATEGORIES in (suffix, keys.get("DATA TYPE", ("", 0))[0].lower())
    rows = Rows(count)
    parse: Parse = partial(_line, candidates=count, known={}, mark=":")
    read_body(lines, rows, parse, after_weight=b":", stop=len(lines.data), fast=not by_category)
    return BallotFile(
        "PrefLib",
        _told(names, count),
        rows,
        title=keys.get("TITLE", ("", 0))[0],
        by_category=by_category,
        remarks=_voters_remark(keys, rows),
    )


def _older(lines: Lines) -> BallotFile:
    first = lines.one()
    if first is None:
        raise BadFile("The file is empty.")
    count = whole_number(first[0], "the number of alternatives", first[1], least=1, most=CANDIDATES_MAX)
    names: dict[int, str] = {}
    while len(names) < count:
        found = lines.one()
        if found is None:
            raise BadFile(f"the file ends after {len(names)} of {count} names.", lines.number - 1)
        key, comma, name = found[0].partition(",")
        number = whole_number(key.strip(), "the number of an alternative", found[1], least=1, most=count)
        if not comma or number in names:
            raise BadFile(f"“{shortened(found[0])}” is not the next alternative's number and name.", found[1])
        names[number] = name.strip()
    lines.one()  # three totals, which say nothing that the papers do not
    rows = Rows(count)
    parse: Parse = partial(_line, candidates=count, known={}, mark=",")
    read_body(lines, rows, parse, after_weight=b",", stop=len(lines.data), fast=False)
    return BallotFile("PrefLib", _told(names, count), rows)


def _header(lines: Lines) -> tuple[dict[str, tuple[str, int]], dict[int, str]]:
    """Return the header's values with their lines, and the alternatives' names by number."""
    keys: dict[str, tuple[str, int]] = {}
    names: dict[int, str] = {}
    before = lines.start, lines.number
    while (found := lines.one()) is not None:
        text, number = found
        if text and not text.startswith("#"):
            break
        before = lines.start, lines.number
        told = KEY.fullmatch(text)
        if told and told[1] == "ALTERNATIVE NAME":
            who = whole_number(told[2] or "?", "the number of an alternative", number, least=1, most=CANDIDATES_MAX)
            if who in names:
                raise BadFile(f"alternative {who} is named a second time.", number)
            names[who] = told[3].strip()
        elif told and not told[2]:
            keys[told[1]] = (told[3].strip(), number)
    lines.go(*before)
    return keys, names


def _told(names: dict[int, str], count: int) -> tuple[str, ...]:
    numbers = range(1, count + 1)
    return distinct(
        [names.get(number) or f"Alternative {number}" for number in numbers],
        [f"alternative {number}" for number in numbers],
    )


def _voters_remark(keys: dict[str, tuple[str, int]], rows: Rows) -> list[str]:
    said = keys.get("NUMBER VOTERS", ("", 0))[0]
    if not said.isdigit() or said == str(rows.total):
        return []
    return [f"The header speaks of {said} voters, the file holds {rows.total} papers."]


def _line(text: str, number: int, *, candidates: int, known: dict[str, Ranks], mark: str) -> Entry:
    text = text.strip()
    if not text or text.startswith("#"):
        return None
    weight, found, orders = text.partition(mark)
    if not found:
        raise BadFile(f"“{shortened(text)}” is not a weight, “{mark}” and an order.", number)
    papers = whole_number(weight.strip(), "the weight of a paper", number)
    if orders not in known:
        known[orders] = _ranks(orders, candidates, number)
    return papers, known[orders]


def _ranks(orders: str, candidates: int, number: int) -> Ranks:
    """Return the ranks of an order; a tie of nobody is a rank left empty, or a category without candidates."""
    items = ITEM.findall(orders)
    if ITEM.sub("x", orders).replace(" ", "").replace("\t", "") != ",".join("x" * len(items)):
        raise BadFile(f"“{shortened(orders.strip())}” is not an order of alternatives.", number)
    ranks = []
    for tied, alone in items:
        members = [part.strip() for part in tied.split(",")] if tied.strip() else [alone] if alone else []
        who = "the number of an alternative"
        ranks.append(tuple(whole_number(member, who, number, least=1) - 1 for member in members))
    while ranks and not ranks[-1]:
        ranks.pop()
    return check_ranks(tuple(ranks), candidates, number)
