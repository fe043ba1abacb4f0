"""``manage.py scrutineer_key --out FILE --name NAME``: a new key for a scrutineer, made on the scrutineer's machine."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ballots.rules.proofs.key_files import write_key_file
from ballots.rules.proofs.sealing import ScrutineerKey, new_seed

BAD_INPUT = 2


class Command(BaseCommand):
    """Write a key file that only its owner can read, and print the public half for the office."""

    help = (
        "Make the key of a scrutineer. The file never leaves the scrutineer; the printed public key goes to the office."
    )
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the new file and whose key it is."""
        parser.add_argument(
            "--out", type=Path, required=True, metavar="FILE", help="the key file; it must not exist yet"
        )
        parser.add_argument("--name", required=True, help="who holds the key, as the result page will say")

    def handle(self, *args: Any, out: Path, name: str, **options: Any) -> None:
        """Make the key, or say in a sentence why not."""
        if not name.strip() or not name.isprintable():
            raise CommandError("--name is empty or holds signs that cannot be printed.", returncode=BAD_INPUT)
        today = datetime.now(UTC).date()  # this machine's day: the scrutineer has no database to ask
        key = ScrutineerKey(name.strip(), today.isoformat(), new_seed())
        try:
            write_key_file(out, key)
        except FileExistsError as error:
            raise CommandError(
                f"{out} exists already. Choose another name: a lost key cannot be made again.", returncode=BAD_INPUT
            ) from error
        except OSError as error:
            raise CommandError(f"{out} cannot be written: {error.strerror}.", returncode=BAD_INPUT) from error
        self.stdout.write(f"{out} holds the key of {key.name}. Only you can read it. Keep a copy in a safe place.")
        self.stdout.write(f"Public key: {key.public_key}")
