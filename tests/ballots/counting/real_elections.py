"""Real elections with published results, read where they lie beside the project; never copied into it."""

import json
import os
from decimal import ROUND_HALF_UP, Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pytest

from ballots.rules.counting.papers import Papers, Row

ELECTIONS = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "elections"
ABSENT = "The real elections are not beside the project (../shared/data/elections)"


def files(pattern: str) -> list[Any]:
    """Return the files as test parameters; where there are none, one that skips, or fails where CI is set."""
    found = sorted(ELECTIONS.glob(pattern))
    if found:
        return [pytest.param(path, id=path.name.split(".")[0]) for path in found]
    if os.environ.get("CI"):
        return [pytest.param(ELECTIONS / pattern, id="absent")]
    return [pytest.param(ELECTIONS / pattern, id="absent", marks=pytest.mark.skip(reason=ABSENT))]


def load(path: Path) -> Any:
    """Return a JSON file's content."""
    return json.loads(path.read_text(encoding="utf-8"))


def read_blt(path: Path) -> tuple[Papers, int]:
    """Return papers and seats of a BLT file with bare names, "Name (Party)"."""
    lines = path.read_text(encoding="utf-8").splitlines()
    candidates, seats = map(int, lines[0].split())
    end = lines.index("0")
    rows = [(int(line.split()[0]), [(int(part) - 1,) for part in line.split()[1:-1]]) for line in lines[1:end]]
    names = [line.rsplit(" (", 1)[0] for line in lines[end + 1 : end + 1 + candidates]]
    return Papers.of(names, rows), seats


def read_preflib(path: Path) -> Papers:
    """Return the papers of a PrefLib file of orders, ties in braces."""
    names, rows = [], []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("# ALTERNATIVE NAME"):
            names.append(line.partition(": ")[2].strip())
        elif not line.startswith("#"):
            weight, _, order = line.partition(":")
            rows.append((int(weight), ranks(order.strip())))
    return Papers.of(names, rows)


def ranks(order: str) -> list[tuple[int, ...]]:
    """Return ``2,{1,3},4`` as ranks of candidate numbers from 0."""
    groups = order.replace("{", " {").replace("}", "} ").split()
    found: list[tuple[int, ...]] = []
    for group in groups:
        numbers = [int(part) - 1 for part in group.strip("{},").split(",") if part]
        found += [tuple(numbers)] if group.startswith("{") else [(number,) for number in numbers]
    return found


def debian_rows(votes: list[str]) -> list[Row]:
    """Return Debian's tally lines ("-12-": rank of each option, - for none) as rows."""
    rows: list[Row] = []
    for line in votes:
        levels = {number: int(mark) for number, mark in enumerate(line) if mark != "-"}
        order = [tuple(n for n, level in levels.items() if level == rank) for rank in sorted(set(levels.values()))]
        rows.append((1, order))
    return rows


def same_people(ours: tuple[str, ...], theirs: list[str]) -> dict[str, str]:
    """Return our name for each of theirs: sources spell and order them in their own ways."""
    plain = {name.casefold(): name for name in ours}
    pairs = {name: plain[get_close_matches(name.casefold(), plain, n=1, cutoff=0.6)[0]] for name in theirs}
    assert len(set(pairs.values())) == len(theirs)
    return pairs


def as_printed(ours: str, printed: str) -> Decimal:
    """Return our exact decimal rounded half-up to as many places as the source prints."""
    return Decimal(ours).quantize(Decimal(str(printed)), ROUND_HALF_UP)
