"""A result on paper: as a table and as JSON. Plain English; the pages have words of their own."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ballots.rules.counting.result import UNITS, Result, Round, votes

TABLE_WIDTH = 120
NAME_WIDTH_MAX = 40
EXHAUSTED = "Not transferable"
LEGEND = "+ elected in this round   - leaves after this round"


def json_text(result: Result, **more: Any) -> str:
    """Return the JSON that VOTING.md promises, with any further keys behind it."""
    return json.dumps({**result.as_json(), **more}, ensure_ascii=False, indent=1)


def table_text(result: Result, title: str = "") -> str:
    """Return the rounds as a table, one column for each, and who was elected."""
    heading = f"{title or 'Count'}: {result.method}, {_many(result.seats, 'seat')}, {_count_of(result)}"
    parts = [heading]
    if result.rounds:
        parts += _round_tables(result)
    if "pairwise" in result.extras:
        parts.append(_matrix(result))
    if "passed" in result.extras:
        parts.append(carried(result.extras))
    else:
        parts.append("Elected: " + (", ".join(result.elected) or "nobody"))
    return "\n\n".join(parts)


def amount(units: int, *, exact: bool = False) -> str:
    """Return votes as people write them: 1,234, or 1,234.50000 where they are not whole or ``exact`` is asked."""
    whole, _, rest = votes(units).partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    grouped = f"{sign}{int(digits):,}"
    return f"{grouped}.{rest}" if exact or int(rest) else grouped


def is_whole(result: Result) -> bool:
    """Return whether every number of the rounds is a whole number of votes."""
    numbers = [units for each in result.rounds for units in (*each.tallies.values(), each.exhausted)]
    return all(units % UNITS == 0 for units in numbers)


def carried(outcome: Mapping[str, Any]) -> str:
    """Return the sentence that a chair would say about a resolution."""
    needed = "at least 75 % of the votes cast" if outcome["kind"] == "special" else "more votes for than against"
    said = (
        f"For {outcome['for']:,} ({outcome['for_percent'] or '-'} %), "
        f"against {outcome['against']:,} ({outcome['against_percent'] or '-'} %), "
        f"withheld {outcome['withheld']:,} (not a vote)."
    )
    verdict = "is carried" if outcome["passed"] else "is not carried"
    return f"{said} {outcome['kind'].capitalize()} resolution: it needs {needed} and {verdict}."


def _count_of(result: Result) -> str:
    if not result.rounds:
        return _many(len(result.candidates), "candidate")
    first = result.rounds[0]
    if "papers" in result.extras:
        return _many(result.extras["papers"], "paper")
    return _many((sum(first.tallies.values()) + first.exhausted) // UNITS, "vote")


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _round_tables(result: Result) -> list[str]:
    """Return the rounds side by side, in as many tables as the width needs."""
    exact = not is_whole(result)
    names = [*result.candidates, EXHAUSTED]
    width = min(max(map(len, names)), NAME_WIDTH_MAX)
    columns = [_column(number, each, result.candidates, exact) for number, each in enumerate(result.rounds, start=1)]
    column_width = max(len(cell) for column in columns for cell in column) + 2
    fitting = max(1, (TABLE_WIDTH - width) // column_width)
    tables = []
    for start in range(0, len(columns), fitting):
        shown = columns[start : start + fitting]
        lines = [_line("", width, [column[0] for column in shown], column_width)]
        for place, name in enumerate(names, start=1):
            lines.append(_line(_cut(name, width), width, [column[place] for column in shown], column_width))
        tables.append("\n".join(lines))
    return [*tables, LEGEND]


def _column(number: int, each: Round, candidates: Sequence[str], exact: bool) -> list[str]:
    cells = [f"Round {number} "]
    for name in candidates:
        mark = "+" if name in each.elected else "-" if name in each.eliminated else " "
        cells.append(f"{amount(each.tallies[name], exact=exact)}{mark}" if name in each.tallies else "")
    return [*cells, f"{amount(each.exhausted, exact=exact)} "]


def _matrix(result: Result) -> str:
    """Return who is preferred to whom on how many papers, row over column."""
    pairs: list[list[int | None]] = result.extras["pairwise"]
    width = min(max(map(len, result.candidates), default=0), NAME_WIDTH_MAX) + 5
    cell = max([len(f"{number:,}") for row in pairs for number in row if number is not None] + [3]) + 2
    lines = ["Votes that prefer the row to the column"]
    lines.append(_line("", width, [str(number) for number in range(1, len(pairs) + 1)], cell))
    for number, (name, row) in enumerate(zip(result.candidates, pairs, strict=True), start=1):
        cells = ["" if value is None else f"{value:,}" for value in row]
        lines.append(_line(f"{number:>3}  {_cut(name, width - 5)}", width, cells, cell))
    return "\n".join(lines)


def _line(name: str, width: int, cells: Sequence[str], cell_width: int) -> str:
    return (f"{name:<{width}}" + "".join(f"{cell:>{cell_width}}" for cell in cells)).rstrip()


def _cut(name: str, width: int) -> str:
    return name if len(name) <= width else name[: width - 1] + "…"
