"""Any of the formats, told apart by what the file says, and where it says nothing, by its name."""

import re

from ballots.rules.formats.ballot_file import BallotFile
from ballots.rules.formats.blt import read_blt
from ballots.rules.formats.errors import BadFile
from ballots.rules.formats.lines import clean, text_of
from ballots.rules.formats.pabulib import read_pabulib
from ballots.rules.formats.preflib import read_preflib
from ballots.rules.formats.published import CODE, read_published
from ballots.rules.formats.rows import shortened

PREFLIB_SUFFIXES = ("soc", "soi", "toc", "toi", "cat")
PREFLIB_HEADER = re.compile(rb"#\s*(FILE NAME|TITLE|DATA TYPE|NUMBER ALTERNATIVES|ALTERNATIVE NAME)\b")
BLT_HEADER = re.compile(r"[0-9]+[\s,]+[0-9]+\s*(#.*)?")
OLDER_PREFLIB_HEADER = re.compile(r"[0-9]+")


def read_ballot_file(data: bytes, name: str = "") -> BallotFile:
    """Return the papers of a file; ``name`` helps only where the content does not tell. Raises ``BadFile``."""
    data = clean(data)
    suffix = name.rpartition(".")[2].lower()
    start = data.lstrip()
    if re.match(rb'"?META"?[\s;,]', start, re.IGNORECASE):
        return read_pabulib(data)
    if re.match(rb'"?' + CODE.encode() + rb'"?[,\n]', start):
        return read_published(start)
    if PREFLIB_HEADER.match(start):
        return read_preflib(data, suffix)
    first = _first_line(data).strip(", ")
    if BLT_HEADER.fullmatch(first) or suffix == "blt":
        return read_blt(data)
    if suffix in PREFLIB_SUFFIXES or OLDER_PREFLIB_HEADER.fullmatch(first):
        return read_preflib(data, suffix)
    if suffix == "pb":
        return read_pabulib(data)
    raise BadFile(f"“{shortened(first)}” begins no format that can be read: BLT, PrefLib, Pabulib or our own.", 1)


def _first_line(data: bytes) -> str:
    """Return the first line that is neither empty nor a comment."""
    for line in data[:65536].split(b"\n"):
        if line.strip() and not line.lstrip().startswith(b"#"):
            return text_of(line).strip()
    return text_of(data[:80]).strip()
