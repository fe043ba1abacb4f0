"""``manage.py work``: do what waits, without any broker."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core.tasks import sweep


class Command(BaseCommand):
    help = "Run every sweeper once: jobs, mail, payments, offers. With --forever, every five seconds."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--forever", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        sweep()
        while options["forever"]:
            time.sleep(5)
            sweep()
