"""``manage.py open_envelopes --key FILE HANDOVER OUT``: the scrutineer opens a contest. Offline, no database."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ballots.rules.proofs.handover import Handover, read_handover
from ballots.rules.proofs.key_files import note_opening, read_key_file, write_private
from ballots.rules.proofs.opening import open_handover
from ballots.rules.proofs.papers import Kind
from ballots.rules.proofs.refusals import ProofRefused, Refusal
from ballots.rules.proofs.returned import own_counts

BAD_INPUT = 2
FEW_PAPERS = 5
SENTENCES = {
    Refusal.KEY_FILE_OPEN: "{key} can be read by others. Close it first: chmod 600 {key}",
    Refusal.BAD_KEY: "{key} is not a key file made by scrutineer_key, or it is damaged.",
    Refusal.MALFORMED: "{handover} is not a handover file.",
    Refusal.NOT_CANONICAL: "{handover} was written by another program, or edited. Ask the office for it again.",
    Refusal.ALTERED: "{handover} was changed after the office made it. Ask the office for it again.",
    Refusal.WRONG_COUNTS: "{handover} does not hold as many envelopes as it says. Ask the office for it again.",
    Refusal.DUPLICATE_ENVELOPE: "{handover} holds the same envelope twice. Ask the office for it again.",
    Refusal.WRONG_SCRUTINEER: "{handover} is sealed to another key, not to that of {key}.",
    Refusal.ALREADY_OPENED: (
        "With this key another handover of the same contest was opened before. Two different ones would show how "
        "a single person voted. Nothing was opened. Ask the office why there are two."
    ),
}


class Command(BaseCommand):
    """Open a handover and write the signed papers, or say in a sentence why not and exit 2."""

    help = "Open the sealed papers of a contest and write them, sorted by tracking code and signed, for the office."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the key and the two files."""
        parser.add_argument("--key", type=Path, required=True, metavar="FILE", help="the scrutineer's key file")
        parser.add_argument("handover", type=Path, help="the file the office gave")
        parser.add_argument("out", type=Path, help="the file to give back; it must not exist yet")

    def handle(self, *args: Any, key: Path, handover: Path, out: Path, **options: Any) -> None:
        """Read both files, open the envelopes, write the result."""
        if out.exists():
            raise CommandError(f"{out} exists already. Choose another name; nothing was opened.", returncode=BAD_INPUT)
        try:
            scrutineer = read_key_file(key)
            data = handover.read_bytes()
            given = read_handover(data)
            returned = open_handover(data, scrutineer)
            note_opening(key, given.box.contest, given.sha256)
            write_private(out, returned)
        except ProofRefused as error:
            sentence = SENTENCES.get(error.reason, SENTENCES[Refusal.MALFORMED])
            raise CommandError(sentence.format(key=key, handover=handover), returncode=BAD_INPUT) from error
        except OSError as error:
            where = error.filename or out
            raise CommandError(f"{where} cannot be used: {error.strerror}.", returncode=BAD_INPUT) from error
        self._say(given, returned, out)

    def _say(self, given: Handover, returned: bytes, out: Path) -> None:
        counts = own_counts(returned)
        self.stdout.write(
            f"Contest {given.box.contest}: {counts['envelopes']} envelopes, {counts['papers']} papers, "
            f"{counts['spoiled']} spoiled. Signed and written to {out}."
        )
        if given.box.kind == Kind.SECRET and counts["papers"] < FEW_PAPERS:
            self.stderr.write("So few papers can show how a person voted to whoever knows who took part.")
