"""``manage.py give_role EMAIL ROLE``: the first secretary cannot be named in the office, where nobody can enter yet."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from accounts.enums import Role
from accounts.queries.people import find_user
from accounts.services.people import make_user
from accounts.services.staff import give_role
from core import clock
from core.transactions import atomic


class Command(BaseCommand):
    """Give somebody a role in the office; make their sign-in when it does not exist."""

    help = "Give somebody a role in the office. They set a password by the link at /accounts/password/reset/."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the address and the role."""
        parser.add_argument("email")
        parser.add_argument("role", choices=Role.values)

    def handle(self, *args: object, **options: str) -> None:
        """Give the role in one transaction."""
        email = options["email"].strip().lower()
        if "@" not in email:
            raise CommandError(f"{email!r} is no e-mail address")
        at = clock.now()
        with atomic():
            user = find_user(email) or make_user(email=email, party=None, by=None, at=at)
            give_role(user=user, role=options["role"], by=None, at=at)
        self.stdout.write(f"{email} is {options['role']} now and can set a password at /accounts/password/reset/")
