"""``manage.py prove``: do the books hold together?"""

from itertools import groupby
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError

from core import clock
from core.money import format_minor
from ledger.queries.balances import Balance, balances
from portal.queries.proofs import chain_head, clearing_ages, clearing_balances, findings


class Command(BaseCommand):
    help = "Check money book, payments and register; print what is wrong and exit 1, or print the balances."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--quiet", action="store_true", help="print findings only")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            wrong = list(findings())
        except OperationalError as error:
            raise CommandError(
                "The database does not answer. Start it (`make demo`), or name another one by DATABASE_URL."
            ) from error
        for sentence in wrong:
            self.stderr.write(sentence)
        if not options["quiet"]:
            self._print_state()
        if wrong:
            self.stderr.write(f"{len(wrong)} findings: the books do not hold together.")
            raise SystemExit(1)
        self.stdout.write("The books hold together.")

    def _print_state(self) -> None:
        for name, group in groupby(balances(), key=_without_party):
            rows = list(group)
            amount = format_minor(sum(row.balance_minor for row in rows), rows[0].currency)
            shown, number = (name, f"  in {len(rows)} accounts") if len(rows) > 1 else (rows[0].code, "")
            self.stdout.write(f"{shown:32} {amount:>20}{number}")
        sequence, sha256 = chain_head()
        self.stdout.write(f"register: {sequence} batches, head {sha256}")
        ages = clearing_ages(today=clock.today())
        for balance in clearing_balances():
            amount = format_minor(balance.balance_minor, balance.currency)
            age = f", the oldest for {ages[balance.code]} days" if balance.code in ages else ""
            self.stdout.write(f"on its way: {balance.code} {amount}{age}")


def _without_party(balance: Balance) -> str:
    """Return ``dividend_payable:GBP`` of ``dividend_payable:GBP:<party>``: a line for each would bury the rest."""
    return ":".join(balance.code.split(":")[:2])
