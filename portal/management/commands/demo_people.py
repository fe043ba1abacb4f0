"""``manage.py demo_people``: whom a stranger can be, and how to sign in."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.services.demo_people import demo_credentials
from core.errors import DomainError


class Command(BaseCommand):
    """Print the demo's people."""

    help = "Print the people of the demo: address, role, how to sign in."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line for each, and where their codes are shown."""
        try:
            people = demo_credentials()
        except DomainError as error:
            raise CommandError(str(error.sentence)) from error
        for person in people:
            role = ", ".join(person.roles) or "holder"
            way = f'password "{person.password}" and a code' if person.password else "a code by e-mail"
            self.stdout.write(f"{person.email:26} {role:10} {person.name:22} {way}")
        self.stdout.write(
            f"Their codes are shown on {settings.SITE_ORIGIN}/demo/, all mail on {settings.SITE_ORIGIN}/demo/mail/"
        )
