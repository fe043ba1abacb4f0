"""The index of a bundle of statements: one line for each, as a spreadsheet and as JSON, kept on disk once it grows."""

import csv
import io
import json
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from core.money import decimal_from_minor
from dividends.models import Declaration, Statement
from dividends.queries.statements import Holder
from equity.queries.company import get_company
from equity.rules.exports import csv_text

BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads Vietnamese names in the machine's own old alphabet
MEMORY_MAX = 1 << 20
HEAD = (
    "number", "member", "holder", "shares", "gross", "withheld", "net", "paid_now", "kept", "currency", "way",
    "issued_on", "file", "sha256",
)  # fmt: skip


def _spooled() -> IO[bytes]:
    return tempfile.SpooledTemporaryFile(MEMORY_MAX)


@dataclass
class BundleIndex:
    """The index of a declaration's statements in both forms; ``with`` closes its files."""

    declaration: Declaration
    listed: int = 0
    files: int = 0
    _csv: IO[bytes] = field(default_factory=_spooled)
    _json: IO[bytes] = field(default_factory=_spooled)

    def __enter__(self) -> "BundleIndex":
        self._csv.write((BYTE_ORDER_MARK + _csv_line(HEAD)).encode())
        self._json.write(_json_head(self.declaration).encode())
        return self

    def __exit__(self, *_: object) -> None:
        self._csv.close()
        self._json.close()

    def add(self, statement: Statement, holder: Holder, *, has_file: bool) -> None:
        """List a statement; ``has_file`` says whether its PDF lies beside the index."""
        facts = _facts(statement, holder, has_file=has_file)
        self._csv.write(_csv_line(_cells(facts)).encode())
        self._json.write((",\n  " if self.listed else "\n  ").encode() + json.dumps(facts, ensure_ascii=False).encode())
        self.listed += 1
        self.files += has_file

    def finished(self) -> Iterator[tuple[str, IO[bytes]]]:
        """Yield name and file of each form, from their beginning; nothing can be added any more."""
        tail = {"listed": self.listed, "files": self.files, "missing": self.listed - self.files}
        self._json.write(f'\n ],\n "counts": {json.dumps(tail)}\n}}\n'.encode())
        for name, file in (("index.csv", self._csv), ("index.json", self._json)):
            file.seek(0)
            yield name, file


def _json_head(declaration: Declaration) -> str:
    company = get_company()
    head = {
        "company": company.name,
        "company_number": company.number,
        "dividend": declaration.title,
        "declaration": declaration.public_id,
        "record_at": declaration.record_at.isoformat(),
        "pay_on": declaration.pay_on.isoformat(),
        "currency": declaration.currency,
        "amounts": "minor units",
    }
    return f'{json.dumps(head, ensure_ascii=False, indent=1)[:-2]},\n "statements": ['


def _facts(statement: Statement, holder: Holder, *, has_file: bool) -> dict[str, Any]:
    """One statement as the JSON says it: amounts in minor units."""
    owed = statement.entitlement
    return {
        "number": str(statement),
        "member": owed.member.number,
        "holder": list(holder.names),
        "shares": owed.shares,
        "gross_minor": owed.gross_minor,
        "withheld_minor": owed.withheld_minor,
        "net_minor": owed.net_minor,
        "paid_now_minor": statement.paid_minor,
        "kept_minor": statement.kept_minor,
        "currency": owed.declaration.currency,
        "way": statement.way,
        "issued_on": statement.issued_on.isoformat(),
        "file": f"{statement}.pdf" if has_file else "",
        "sha256": statement.file.sha256 if hasattr(statement, "file") else "",
        "facts_sha256": statement.facts_sha256,
    }


def _cells(facts: dict[str, Any]) -> list[Any]:
    """The same for a spreadsheet: amounts with their decimals, and no cell that is taken for a formula."""
    shown = {**facts, "holder": csv_text(" & ".join(facts["holder"]))}
    for name in ("gross", "withheld", "net", "paid_now", "kept"):
        shown[name] = decimal_from_minor(facts[f"{name}_minor"], facts["currency"])
    return [shown[name] for name in HEAD]


def _csv_line(cells: Iterable[Any]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
