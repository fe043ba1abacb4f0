"""``manage.py seed_demo``: the example company with a thousand members, once."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from equity.models import Company


class Command(BaseCommand):
    """Load the example company unless a company is there."""

    help = "Load the example company with 1,000 members; does nothing when a company exists."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load it; the second time nothing happens."""
        if not Company.objects.exists():
            call_command("seed", members=1000, seed=1, stdout=self.stdout)
