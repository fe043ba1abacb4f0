"""``manage.py register``: the register of members on a day, as known at a moment."""

import csv
import os
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import clock
from equity.queries.register import RegisterRow, known_now, register_on
from equity.rules.exports import csv_text

COLUMNS = (
    "member",
    "names",
    "designation",
    "service_address",
    "country",
    "class",
    "shares",
    "amount_paid_minor",
    "currency",
    "registered_on",
    "ceased_on",
)


class Command(BaseCommand):
    help = "Print the register of members on a day (--on), as it was known at a moment (--known-at)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", default="", help="YYYY-MM-DD, today if left out")
        parser.add_argument("--known-at", default="", help="YYYY-MM-DD[THH:MM[:SS][+ZZ:ZZ]], now if left out")
        parser.add_argument("--csv", action="store_true", help="as CSV, safe to open in a spreadsheet")
        parser.add_argument("--former", action="store_true", help="former members too")

    def handle(self, *args: Any, **options: Any) -> None:
        day = _day(options["on"]) if options["on"] else clock.today()
        known_at = _moment(options["known_at"]) if options["known_at"] else known_now()
        rows = register_on(day, known_at=known_at, former=options["former"])
        try:
            self._print(rows, as_csv=options["csv"])
            self.stdout.flush()
        except BrokenPipeError:  # as in `register | head`: whoever read has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python tries again when it ends

    def _print(self, rows: Iterator[RegisterRow], *, as_csv: bool) -> None:
        if as_csv:
            write_csv(rows, self.stdout)
            return
        for row in rows:
            self.stdout.write(f"{row.member_number:>7}  {row.share_class:<3} {row.quantity:>12,}  {row.names_line}")


def write_csv(rows: Iterator[RegisterRow], target: Any) -> None:
    """Write the rows as CSV; text that a spreadsheet would run as a formula is quoted with an apostrophe."""
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow(
            [
                row.member_number,
                csv_text(" & ".join(row.names)),
                csv_text(row.designation),
                csv_text(row.service_address),
                row.country,
                row.share_class,
                row.quantity,
                row.paid_minor,
                row.currency,
                row.registered_on.isoformat(),
                row.ceased_on.isoformat() if row.ceased_on else "",
            ]
        )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"--on {text} is no day; write it like 2026-05-31.") from error


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"--known-at {text} is no moment; write it like 2026-05-31T12:00.") from error
    if len(text) == 10:
        moment = datetime.combine(moment.date(), time.max)
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))).astimezone(UTC)
