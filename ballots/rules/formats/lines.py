"""Bytes to clean lines, and plain lines to numbers at the speed of a million papers in well under a second."""

import numpy as np
from numpy.typing import NDArray

from ballots.rules.counting.papers import TOTAL_MAX
from ballots.rules.formats.errors import BadFile
from ballots.rules.formats.rows import Rows

FILE_BYTES_MAX = 256 * 2**20
CHUNK_BYTES = 2**18  # small enough that the arrays of one chunk stay in the processor's cache
CELLS_MAX = 2**23
DIGITS_MAX = 15  # WEIGHT_MAX has 16: longer numbers go the slow way and are refused there with their line
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
UTF_8_MARK = b"\xef\xbb\xbf"
CONTROLS = bytes((*range(9), *range(14, 32), 127))  # what is no letter and no white space
END_MARKS = b"\x1a\n\t "  # DOS ended its files with 0x1a


def clean(data: bytes) -> bytes:
    """Return the file with plain line ends and without a byte order mark.

    Refuses by ``BadFile``: an empty file, one above ``FILE_BYTES_MAX``, UTF-16, and bytes that no text holds.
    """
    if len(data) > FILE_BYTES_MAX:
        raise BadFile(f"The file is larger than {FILE_BYTES_MAX // 2**20} MiB.")
    if data.startswith(UTF_16_MARKS):
        raise BadFile("The file is written in UTF-16; save it as UTF-8.")
    data = data.removeprefix(UTF_8_MARK)
    if not data.strip():
        raise BadFile("The file is empty.")
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    data = data.rstrip(END_MARKS) + b"\n"
    if len(data.translate(None, CONTROLS)) != len(data):
        place = min(place for place in map(data.find, CONTROLS) if place >= 0)
        raise BadFile(f"byte {data[place]:#04x} does not belong in a text file.", data.count(b"\n", 0, place) + 1)
    return data


def text_of(data: bytes) -> str:
    """Return the bytes as text: UTF-8, or else the letters of Windows and Latin-1, as older council files have them."""
    for encoding in ("utf-8", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


class Lines:
    """The lines of a cleaned file, one by one or in pieces, each with its number (from 1)."""

    def __init__(self, data: bytes) -> None:
        """Begin at the first line."""
        self.data = data
        self.start = 0
        self.number = 1

    def one(self) -> tuple[str, int] | None:
        """Return the next line, trimmed, and its number; None after the last."""
        if self.start >= len(self.data):
            return None
        end = self.data.index(b"\n", self.start)
        line, number = text_of(self.data[self.start : end]).strip(), self.number
        self.go(end + 1, number + 1)
        return line, number

    def piece(self, stop: int) -> tuple[bytes, int]:
        """Return some whole lines before the byte ``stop``, and the first one's number; no bytes if none are left."""
        cut = stop
        if stop - self.start > CHUNK_BYTES:
            cut = (
                self.data.rfind(b"\n", self.start, self.start + CHUNK_BYTES) + 1
                or self.data.index(b"\n", self.start) + 1
            )
        piece, number = self.data[self.start : cut], self.number
        self.go(cut, number + piece.count(b"\n"))
        return piece, number

    def go(self, start: int, number: int) -> None:
        """Go on from the byte ``start``, where the line of that number begins."""
        self.start = start
        self.number = number


def add_plain(rows: Rows, chunk: bytes, *, after_weight: bytes) -> bool:
    """Add a chunk of plain lines at once, or nothing and say False: then the caller reads them line by line.

    The chunk holds digits, white space and, in PrefLib, ``:`` and ``,`` only. Plain is a weight and candidates without
    ties and gaps; a BLT line ends with 0 (``after_weight`` empty), a PrefLib line has ``after_weight`` behind the
    weight and commas between candidates. Anything wrong is not plain: the slow way then names the line and the reason.
    """
    codes = np.frombuffer(chunk, np.uint8)
    digits = codes - 48
    starts, ends = _tokens(digits < 10)
    if not starts.size or int((ends - starts).max()) > DIGITS_MAX:
        return False
    values = _values(digits, starts, ends)
    before = np.searchsorted(starts, np.flatnonzero(codes == 10))
    counts = np.diff(before, prepend=0)
    first = (before - counts)[counts > 0]
    counts = counts[counts > 0]
    if after_weight:
        ranked = counts - 1
        marks = chunk.count(b",") + chunk.count(after_weight)
        plain = int(ranked.min()) > 0 and _parted_by_commas(codes[ends], first, first + ranked, marks, after_weight)
    else:
        ranked = counts - 2
        plain = bool((values[first + counts - 1] == 0).all())
    weights = values[first]
    if not plain or int(ranked.min()) < 0 or int(weights.max()) * len(weights) > TOTAL_MAX:
        return False
    rankings = _table(values, first, ranked, rows)
    if rankings is None:
        return False
    rows.add_block(weights, rankings)
    return True


def _tokens(is_digit: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    edged = np.zeros(len(is_digit) + 2, dtype=np.bool_)
    edged[1:-1] = is_digit
    edges = np.flatnonzero(edged[1:] != edged[:-1])
    return edges[0::2], edges[1::2]


def _values(digits: NDArray[np.uint8], starts: NDArray[np.intp], ends: NDArray[np.intp]) -> NDArray[np.int64]:
    values = digits[starts].astype(np.int64)
    lengths = ends - starts
    for place in range(1, int(lengths.max())):
        longer = np.flatnonzero(lengths > place)
        values[longer] = values[longer] * 10 + digits[starts[longer] + place]
    return values


def _parted_by_commas(
    behind: NDArray[np.uint8], first: NDArray[np.intp], last: NDArray[np.intp], marks: int, mark: bytes
) -> bool:
    """Return whether ``mark`` stands behind each weight, one comma behind each candidate but a line's last, none else.

    ``behind`` is the byte behind each number; ``first`` and ``last`` are the places of a line's first and last number;
    ``marks`` is how many commas and marks there are in all.
    """
    comma = behind == ord(",")
    commas = len(behind) - 2 * len(first)
    return bool(
        (behind[first] == mark[0]).all()
        and not comma[last].any()
        and np.count_nonzero(comma) == commas
        and marks == commas + len(first)
    )


def _table(
    values: NDArray[np.int64], first: NDArray[np.intp], ranked: NDArray[np.intp], rows: Rows
) -> NDArray[np.unsignedinteger] | None:
    """Return one row for each paper, or None where a candidate is missing, unknown or there twice."""
    width = int(ranked.max())
    if width * len(first) > CELLS_MAX:
        return None
    known = np.where(values <= rows.candidates, values, 0).astype(rows.type)
    places = np.arange(width)
    table: NDArray[np.unsignedinteger] = known[np.minimum(first[:, None] + 1 + places, len(known) - 1)]
    table[places >= ranked[:, None]] = 0
    if np.count_nonzero(table) != int(ranked.sum()) or _some_twice(table, rows.candidates):
        return None
    return table


def _some_twice(table: NDArray[np.unsignedinteger], candidates: int) -> bool:
    """Return whether a candidate stands twice in some row: bits that add up to more than their union were set twice."""
    if candidates < 63:
        bits = np.append(np.int64(0), np.int64(1) << np.arange(candidates))[table]
        return bool((bits.sum(axis=1) != np.bitwise_or.reduce(bits, axis=1)).any())
    ordered = np.sort(table, axis=1)
    return bool(((ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] != 0)).any())
