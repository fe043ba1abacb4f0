"""``manage.py demo_scrutineer``: plays the scrutineer of the demo, in a process of its own, until it is ended."""

import logging
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.transactions import drop_lost_connection
from portal.services.demo_scrutineer import open_waiting

logger = logging.getLogger(__name__)
PAUSE_SECONDS = 1.0


class Command(BaseCommand):
    """Open what is handed over, a second later."""

    help = "Open the envelopes that were handed over in the demo, as its scrutineer would; --once does it once."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take whether to look once only."""
        parser.add_argument("--once", action="store_true")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        """Open until ended; a database that is away for a moment is asked again."""
        if not settings.DEMO:
            raise CommandError("Only the demo has a scrutineer of its own: a real one runs open_envelopes elsewhere.")
        while True:
            self._look()
            if once:
                return
            time.sleep(PAUSE_SECONDS)

    def _look(self) -> None:
        try:
            opened = open_waiting()
        except Exception:  # whatever it is, the meeting waits for this process
            logger.exception("the demo's scrutineer could not open a handover")
            drop_lost_connection()
        else:
            if opened:
                self.stdout.write(f"opened {opened}")
