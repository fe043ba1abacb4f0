"""``manage.py count``: who won, from a file of ballot papers, with no database."""

import io
import os
import re
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser

from ballots.rules.counting import methods, schulze
from ballots.rules.counting.debian import DefaultOption
from ballots.rules.counting.lot import Lot
from ballots.rules.counting.papers import BadPapers
from ballots.rules.counting.result import Result
from ballots.rules.counting.seats import BadSeats
from ballots.rules.formats.ballot_file import BallotFile
from ballots.rules.formats.errors import BadFile
from ballots.rules.formats.explaining import comparison, differs, explanation
from ballots.rules.formats.lines import FILE_BYTES_MAX
from ballots.rules.formats.printing import json_text, table_text
from ballots.rules.formats.reading import read_ballot_file
from ballots.rules.formats.rows import shortened

METHODS = [method.value for method in methods.Method]
SEVERAL_SEATS = ("scottish-stv", "approval", "plurality")  # take the seats of the file where none are asked for
EXIT_BAD = 2
RATIO = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,20})?)(?:[:/]([0-9]{1,15}))?")


class BadOption(ValueError):
    """An option that does not fit the file; a sentence."""


class Command(BaseCommand):
    """Read the file, count it, print the rounds. Exit 2 and one sentence where that cannot be done."""

    help = "Count a file of ballot papers (BLT, PrefLib, Pabulib or our own) and print every round."
    requires_system_checks: list[str] = []  # a count needs neither a database nor a whole installation

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file, the method and what the method may need to know."""
        parser.add_argument("file", metavar="FILE", help="the file of papers; - reads standard input")
        parser.add_argument("--method", required=True, choices=METHODS)
        parser.add_argument("--seats", type=int, help="seats to fill; the file's own where it has some, else 1")
        parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
        parser.add_argument("--explain", action="store_true", help="say in plain words why")
        parser.add_argument("--also", nargs="+", action="extend", default=[], choices=METHODS, metavar="METHOD")
        parser.add_argument(
            "--lot", metavar="TEXT", help="the public random text that breaks what only a lot can break"
        )
        parser.add_argument("--lot-label", default="", metavar="TEXT", help="the contest's name in the public lot")
        parser.add_argument(
            "--lot-root", default="", metavar="TEXT", help="the root of the published papers in the lot"
        )
        parser.add_argument("--special", action="store_true", help="resolution: at least 75 %% must be for it")
        parser.add_argument("--default", metavar="OPTION", help="schulze: the default option, by name or number from 1")
        parser.add_argument(
            "--quorum", default="0", metavar="VOTES", help="schulze: votes needed over the default option"
        )
        parser.add_argument(
            "--supermajority",
            nargs="+",
            action="extend",
            default=[],
            metavar="OPTION=RATIO",
            help="schulze: how many times the votes against an option its votes over the default option must be",
        )
        parser.add_argument(
            "--exceed",
            action="store_true",
            help="schulze: exceed the ratio instead of reaching it (Debian before 2016)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Count and print."""
        try:
            text = report(options)
        except (BadFile, BadPapers, BadSeats, BadOption) as error:
            self._refuse(str(error))
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")  # as JSON must be (RFC 8259), whatever the terminal says
        try:
            self.stdout.write(text)
            self.stdout.flush()
        except BrokenPipeError:  # as in `count | head`: whoever read has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python tries again when it ends

    def _refuse(self, sentence: str) -> NoReturn:
        self.stderr.write(sentence)
        raise SystemExit(EXIT_BAD)


def report(options: dict[str, Any]) -> str:
    """Return what the command prints. Raises the errors whose sentences it prints instead."""
    name = options["file"]
    ballot_file = read_ballot_file(read_bytes(name), name)
    result = counted(ballot_file, options["method"], options, main=True)
    others = [counted(ballot_file, method, options, main=False) for method in dict.fromkeys(options["also"])]
    told = [*ballot_file.treatment_for(options["method"]), *explanation(result)] if options["explain"] else []
    if options["json"]:
        more: dict[str, Any] = {"keys": list(ballot_file.keys)} if ballot_file.keys else {}
        if options["explain"]:
            more["explanation"] = told
        if others:
            more["also"] = [{**other.as_json(), "differs": differs(result, other)} for other in others]
        return json_text(result, **more)
    parts = [table_text(result, ballot_file.title), "\n".join(told), "\n".join(comparison(result, o) for o in others)]
    return "\n\n".join(part for part in parts if part)


def read_bytes(name: str) -> bytes:
    """Return the file's bytes, one more than are allowed at most. Raises ``BadFile``."""
    try:
        if name == "-":
            return sys.stdin.buffer.read(FILE_BYTES_MAX + 1)
        with Path(name).open("rb") as file:
            return file.read(FILE_BYTES_MAX + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "no such name"
        raise BadFile(f"{name} cannot be read: {reason}.") from error


def counted(ballot_file: BallotFile, method: str, options: dict[str, Any], *, main: bool) -> Result:
    """Return the count by one method; a further method (not ``main``) that fills one seat fills one."""
    papers = ballot_file.papers_for(method)
    asked = options["seats"] if main or method in SEVERAL_SEATS else None
    own = ballot_file.seats if method in SEVERAL_SEATS else None
    seats = asked if asked is not None else own or 1
    if seats > len(papers.candidates) and asked is not None:
        raise BadOption(f"--seats {seats} is more than the {len(papers.candidates)} candidates.")
    label, root, beacon = (single_line(options[key]) for key in ("lot_label", "lot_root", "lot"))
    lot = Lot(label=label or "", root=root or "", beacon=beacon)
    if method == schulze.METHOD and options["default"] is not None:
        return schulze.count(papers, seats=seats, default=default_option(papers.candidates, options), lot=lot)
    return methods.count(method, papers, seats=seats, special=options["special"], lot=lot)


def single_line(text: str | None) -> str | None:
    """Return the text with single spaces, as the meeting's own count reads what was thrown."""
    return None if text is None else " ".join(text.split())


def default_option(candidates: tuple[str, ...], options: dict[str, Any]) -> DefaultOption:
    """Return Debian's default option with its quorum and majorities, from the words of the command line."""
    majorities: dict[int, int | Fraction] = {}
    for given in options["supermajority"]:
        name, _, ratio = given.rpartition("=")
        majorities[option_number(candidates, name)] = ratio_of(ratio, given)
    quorum = ratio_of(options["quorum"], options["quorum"])
    return DefaultOption(option_number(candidates, options["default"]), quorum, majorities, options["exceed"])


def option_number(candidates: tuple[str, ...], given: str) -> int:
    """Return the number from 0 of the option given by its name or its number from 1."""
    if given in candidates:
        return candidates.index(given)
    if re.fullmatch("[0-9]{1,5}", given) and 1 <= int(given) <= len(candidates):
        return int(given) - 1
    raise BadOption(f"“{shortened(given)}” is none of the {len(candidates)} options, by name or number.")


def ratio_of(text: str, given: str) -> Fraction:
    """Return a number like 3, 1.5 or 45.1995, exactly."""
    told = RATIO.fullmatch(text)
    if told is None or (told[2] and not int(told[2])):
        raise BadOption(f"“{shortened(given)}” does not hold a number like 3, 1.5 or 3:1.")
    return Fraction(told[1]) / int(told[2] or 1)
