"""``manage.py end_factors EMAIL``: for somebody who lost phone and recovery codes, after it is sure who asks."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from accounts.queries.people import find_user
from accounts.services.factors import end_factors
from core import clock
from core.transactions import atomic


class Command(BaseCommand):
    """Take away all passkeys, the app and the recovery codes of somebody, and end their sessions."""

    help = "Take away all factors of somebody who lost them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the address."""
        parser.add_argument("email")

    def handle(self, *args: object, **options: str) -> None:
        """End the factors in one transaction."""
        user = find_user(options["email"])
        if user is None:
            raise CommandError("nobody signs in with this address")
        with atomic():
            taken = end_factors(user=user, by=None, at=clock.now())
        self.stdout.write(f"{taken} factors of {user.email} ended")
