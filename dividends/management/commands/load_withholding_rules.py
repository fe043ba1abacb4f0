"""``manage.py load_withholding_rules``: the sample rules of withholding, once."""

from typing import Any

from django.core.management.base import BaseCommand

from core import clock
from core.transactions import atomic
from dividends.services.withholding_rules import load_withholding_rules


class Command(BaseCommand):
    help = "Load the sample rules of withholding that are not there yet. Have them checked before you pay anybody."

    def handle(self, *args: Any, **options: Any) -> None:
        with atomic():
            new = load_withholding_rules(at=clock.now())
        for rule in new:
            self.stdout.write(f"{rule.get_income_display()}: {rule} since {rule.valid_from}")
        self.stdout.write(f"{len(new)} new. They are samples: have them checked before you pay anybody.")
