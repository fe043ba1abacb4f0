"""The papers' part of a file: plain lines at once, the others one by one."""

from collections.abc import Callable, Iterable

from ballots.rules.formats.lines import Lines, add_plain, text_of
from ballots.rules.formats.rows import Ranks, Rows

PLAIN_BYTES = b"0123456789 \t\n"


class End:
    """The line that ends the papers of a BLT file."""


END = End()
Entry = tuple[int, Ranks] | End | None
Parse = Callable[[str, int], Entry]  # a line's text and number to its paper, END, or None for nothing


def read_body(lines: Lines, rows: Rows, parse: Parse, *, after_weight: bytes, stop: int, fast: bool = True) -> bool:
    """Add the papers up to the byte ``stop`` or to the line that ends them; say whether that line was met.

    Raises what ``parse`` raises. ``lines`` stands behind the line that ended the papers, or at ``stop``.
    """
    plain_bytes = PLAIN_BYTES + (after_weight and after_weight + b",")
    while lines.start < stop:
        start = lines.start
        piece, number = lines.piece(stop)
        odd = piece.translate(None, plain_bytes)
        if fast and not odd and add_plain(rows, piece, after_weight=after_weight):
            continue
        cut = _read_mixed(piece, number, rows, parse, after_weight, plain_bytes if fast and odd else b"")
        if cut is not None:
            ended = piece.split(b"\n")[: cut + 1]
            lines.go(start + sum(len(line) + 1 for line in ended), number + cut + 1)
            return True
    return False


def _read_mixed(
    piece: bytes, number: int, rows: Rows, parse: Parse, after_weight: bytes, plain_bytes: bytes
) -> int | None:
    """Read a piece whose odd lines are read one by one and the plain ones at once; return where the papers ended."""
    lines = piece.split(b"\n")
    odd = [place for place, line in enumerate(lines) if line.strip() == b"0" or line.translate(None, plain_bytes)]
    if plain_bytes:
        entries, cut = _parsed(lines, odd, number, parse)
        strange = set(odd)
        plain = [line for place, line in enumerate(lines[:cut]) if place not in strange]
        if add_plain(rows, b"\n".join(plain) + b"\n", after_weight=after_weight):
            _add(entries, rows)
            return cut
    entries, cut = _parsed(lines, range(len(lines)), number, parse)
    _add(entries, rows)
    return cut


def _parsed(
    lines: list[bytes], places: Iterable[int], number: int, parse: Parse
) -> tuple[list[tuple[int, Ranks]], int | None]:
    entries: list[tuple[int, Ranks]] = []
    for place in places:
        entry = parse(text_of(lines[place]), number + place)
        if isinstance(entry, End):
            return entries, place
        if entry is not None:
            entries.append(entry)
    return entries, None


def _add(entries: list[tuple[int, Ranks]], rows: Rows) -> None:
    for weight, ranks in entries:
        rows.add(weight, ranks)
