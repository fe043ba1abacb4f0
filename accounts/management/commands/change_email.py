"""``manage.py change_email OLD NEW``: for somebody who lost their mailbox, after it is sure who asks."""

from argparse import ArgumentParser

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from accounts.errors import EmailTaken
from accounts.queries.people import find_user
from accounts.services.addresses import change_email
from core import clock
from core.transactions import atomic


class Command(BaseCommand):
    """Let somebody sign in with another address, and end their sessions."""

    help = "Change the address somebody signs in with and is written to."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the address they have and the one they want."""
        parser.add_argument("old")
        parser.add_argument("new")

    def handle(self, *args: object, **options: str) -> None:
        """Change it in one transaction."""
        user = find_user(options["old"].strip())
        if user is None:
            raise CommandError("nobody signs in with this address")
        try:
            validate_email(options["new"].strip())
            with atomic():
                change_email(user=user, email=options["new"], by=None, at=clock.now())
        except ValidationError as error:
            raise CommandError(f"{options['new']!r} is no e-mail address") from error
        except EmailTaken as error:
            raise CommandError("somebody signs in with this address already") from error
        self.stdout.write("changed; their sessions were ended")
