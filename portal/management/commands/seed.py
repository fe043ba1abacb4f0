"""``manage.py seed --members N --seed S``: the example company, of any size."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import clock
from core.errors import DomainError
from core.transactions import atomic
from portal.services.example_company import make_example_company


class Command(BaseCommand):
    """Write an invented company into an empty database, all of it or nothing."""

    help = "Make the example company with N members; the same S gives the same register. For the demo and for tests."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the size and the seed of the invented people."""
        parser.add_argument("--members", type=int, default=1000)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, members: int, seed: int, **options: Any) -> None:
        """Make the company, or say in a sentence why not."""
        began = time.monotonic()
        try:
            with atomic():
                company = make_example_company(members=members, seed=seed, at=clock.now())
        except DomainError as error:
            raise CommandError(str(error.sentence)) from error
        self.stdout.write(f"{company.name}: {members} members in {time.monotonic() - began:.1f} s")
