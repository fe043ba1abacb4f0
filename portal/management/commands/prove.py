"""``manage.py prove``: do the books hold together?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core import clock
from core.money import format_minor
from ledger.queries.balances import balances
from portal.queries.proofs import chain_head, clearing_ages, clearing_balances, findings


class Command(BaseCommand):
    help = "Check money book, payments and register; print what is wrong and exit 1, or print the balances."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--quiet", action="store_true", help="print findings only")

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = list(findings())
        for sentence in wrong:
            self.stderr.write(sentence)
        if not options["quiet"]:
            self._print_state()
        if wrong:
            self.stderr.write(f"{len(wrong)} findings: the books do not hold together.")
            raise SystemExit(1)
        self.stdout.write("The books hold together.")

    def _print_state(self) -> None:
        for balance in balances():
            amount = format_minor(balance.balance_minor, balance.currency)
            self.stdout.write(f"{balance.code:32} {amount:>20}")
        sequence, sha256 = chain_head()
        self.stdout.write(f"register: {sequence} batches, head {sha256}")
        ages = clearing_ages(today=clock.today())
        for balance in clearing_balances():
            amount = format_minor(balance.balance_minor, balance.currency)
            age = f", the oldest for {ages[balance.code]} days" if balance.code in ages else ""
            self.stdout.write(f"on its way: {balance.code} {amount}{age}")
