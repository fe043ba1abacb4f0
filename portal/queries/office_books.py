"""The books: balances, what is on its way, and what the last proof found."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from core.models import AuditRecord
from ledger.enums import AccountKind
from ledger.queries.balances import Balance, balances
from portal.queries.audit_proof import VERB


@dataclass(frozen=True)
class Proof:
    """The last proof of the books; ``first`` holds the first sentences it found."""

    at: datetime
    findings: int
    first: list[str]
    batches: int
    head: str

    @property
    def is_clean(self) -> bool:
        """Tell whether everything was where it should be."""
        return self.findings == 0


@dataclass(frozen=True)
class Books:
    """Every account with its balance, and those through which money only passes."""

    balances: list[Balance]
    clearing: list[Balance]


def find_last_proof() -> Proof | None:
    """Return the last proof, or None on an installation that never proved its books."""
    row = AuditRecord.objects.filter(verb=VERB).order_by("-id").first()
    if row is None:
        return None
    told: dict[str, Any] = row.detail
    return Proof(row.at, told["findings"], told["first"], told["batches"], told["head"])


def books() -> Books:
    """Return the balances of all accounts at this moment, their kinds in the reader's words."""
    rows = [replace(row, kind=str(AccountKind(row.kind).label)) for row in balances()]
    return Books(rows, [row for row in rows if row.is_clearing and row.balance_minor])
