"""The self-check of the whole house."""

from collections.abc import Iterator
from importlib import import_module

from equity.models import RegisterHead
from ledger.queries.balances import Balance, balances

ROOMS = ("ledger", "payments", "equity")


def findings() -> Iterator[str]:
    """Yield a sentence for everything that should not be, in any room; none means the books are clean."""
    for room in ROOMS:
        yield from import_module(f"{room}.integrity").findings()


def clearing_balances() -> list[Balance]:
    """Return the clearing accounts that are not at zero: money on its way, to be explained by age."""
    return [balance for balance in balances() if balance.is_clearing and balance.balance_minor]


def chain_head() -> tuple[int, str]:
    """Return the number of register batches and the hash of the last one."""
    head = RegisterHead.objects.get()
    return head.last_sequence, head.last_sha256
