"""The self-check of the whole house."""

from collections.abc import Iterator
from datetime import date
from importlib import import_module

from equity.models import RegisterHead
from ledger.queries.balances import Balance, balances
from ledger.queries.clearing import oldest_in_clearing
from portal.queries.audit_proof import broken_seals

ROOMS = ("ledger", "payments", "equity", "ballots", "agm", "dividends")


def findings() -> Iterator[str]:
    """Yield a sentence for everything that should not be, in any room; none means the books are clean."""
    for room in ROOMS:
        yield from import_module(f"{room}.integrity").findings()
    yield from broken_seals()


def clearing_balances() -> list[Balance]:
    """Return the clearing accounts that are not at zero: money on its way."""
    return [balance for balance in balances() if balance.is_clearing and balance.balance_minor]


def clearing_ages(*, today: date) -> dict[str, int]:
    """Return, by clearing account, for how many days its oldest money has been there."""
    return {code: (today - since).days for code, since in oldest_in_clearing().items()}


def chain_head() -> tuple[int, str]:
    """Return the number of register batches and the hash of the last one."""
    head = RegisterHead.objects.get()
    return head.last_sequence, head.last_sha256
