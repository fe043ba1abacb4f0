"""``manage.py work``: do what waits, without any broker."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core.tasks import sweep


class Command(BaseCommand):
    help = "Run every sweeper once: payments, offers, mail, jobs. With --forever, again and again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--forever", action="store_true")
        parser.add_argument("--every", type=float, default=5, help="seconds between two sweeps")

    def handle(self, *args: Any, **options: Any) -> None:
        sweep()
        while options["forever"]:
            time.sleep(options["every"])
            sweep()
