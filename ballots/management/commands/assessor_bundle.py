"""``manage.py assessor_bundle CONTEST OUT``: everything about one vote, for an independent assessor."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ballots.models import Contest
from ballots.rules.proofs.key_files import write_private
from ballots.services.publication import write_assessor_bundle
from core import clock
from core.errors import DomainError
from core.transactions import atomic


class Command(BaseCommand):
    """Write the bundle of a declared contest with its votes to a new file that only its owner can read."""

    help = "Write the bundle of a declared vote for an independent assessor: as published, and with the votes inside."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the contest's identifier, as it stands in the address of its result, and the new file."""
        parser.add_argument("contest")
        parser.add_argument("out", type=Path)

    def handle(self, *args: Any, contest: str, out: Path, **options: Any) -> None:
        """Write it, or say in a sentence why not."""
        found = Contest.objects.filter(public_id=contest).first()
        if found is None:
            raise CommandError("There is no such vote. Its identifier stands in the address of its result page.")
        try:
            with atomic():
                bundle = write_assessor_bundle(contest=found, by=None, at=clock.now())
            write_private(out, bundle)
        except DomainError as error:
            raise CommandError(str(error.sentence)) from error
        except FileExistsError as error:
            raise CommandError(f"{out} is there already, and is not overwritten.") from error
        except OSError as error:
            raise CommandError(f"{out} cannot be written: {error.strerror}.") from error
        self.stdout.write(f"{out} holds the vote with its votes. Give it to the assessor and to nobody else.")
