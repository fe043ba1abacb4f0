"""All statements of a declaration as one ZIP that is sent while it is written.

Note [Bundle]: 20,000 files of 30 KB neither fit in memory nor should they: each is read, checked against its sha256 and
handed on before the next. The index is written alongside, to a file on disk once it grows, and comes last, so that it
lists exactly what lies in front of it, whatever the job makes meanwhile. Members keep one date, so that the same
statements make the same bytes.
"""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from core.errors import MissingFile
from core.storage import read_bytes
from dividends.models import Declaration, Statement
from dividends.queries.statements import bundle_rows, holders_at
from dividends.services.bundle_index import BundleIndex

SAME_DATE = (1980, 1, 1, 0, 0, 0)
PIECE = 1 << 20


def bundle_name(declaration: Declaration) -> str:
    """Return the file name of a declaration's bundle."""
    return f"dividend-statements-{declaration.pay_on.isoformat()}-{declaration.public_id[:6]}.zip"


def bundle(declaration: Declaration) -> Iterator[bytes]:
    """Yield the ZIP piece by piece: ``D-000123.pdf`` and so on, then ``index.csv`` and ``index.json``.

    Statements whose file is not made yet, or is damaged in the document store, stand in the index without a file, and
    the JSON counts them.
    """
    outlet, index = _Outlet(), BundleIndex(declaration)
    with index, zipfile.ZipFile(outlet, "w") as archive:
        for rows in bundle_rows(declaration):
            holders = holders_at((row.entitlement.member_id for row in rows), record_at=declaration.record_at)
            for row in rows:
                data = _bytes_of(row)
                index.add(row, holders[row.entitlement.member_id], has_file=data is not None)
                if data is not None:
                    archive.writestr(_member(f"{row}.pdf"), data)
                    yield from outlet.taken()
        for name, file in index.finished():
            with archive.open(_member(name), "w") as member:
                while piece := file.read(PIECE):
                    member.write(piece)
                    yield from outlet.taken()
    yield from outlet.taken()


def _bytes_of(statement: Statement) -> bytes | None:
    try:
        return read_bytes(statement.file.sha256) if hasattr(statement, "file") else None
    except MissingFile:
        return None


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, SAME_DATE)
    member.compress_type = zipfile.ZIP_DEFLATED
    member._compresslevel = 1  # type: ignore[attr-defined]  # PDFs are compressed already
    return member


class _Outlet(io.RawIOBase):
    """What `zipfile` writes to: it cannot go back, so sizes stand behind each member; pieces are taken away at once."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def taken(self) -> Iterator[bytes]:
        pieces, self._pieces = self._pieces, []
        yield from pieces
