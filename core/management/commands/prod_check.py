"""``make prod-check``: what this installation lacks for production, in sentences."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import readiness


class Command(BaseCommand):
    """Ask every question of ``core.readiness`` and exit 1 when one has an answer."""

    help = "Say in sentences what is missing for production."
    requires_system_checks: list[str] = []  # `check --deploy` runs them

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line for what is well and a sentence for what is not."""
        found = readiness.problems()
        for question, sentence in found:
            self.stdout.write(f"NOT READY  {sentence}" if sentence else f"ok         {question}")
        failed = [question for question, sentence in found if sentence]
        if failed:
            raise CommandError(f"Not ready for production: {len(failed)} of {len(found)}.")
