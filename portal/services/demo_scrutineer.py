"""The demo's scrutineer: a second role on the same machine, and said to be "not independent" on every result page.

A process of its own (``manage.py demo_scrutineer``) holds the key and does what a scrutineer does by files: it opens
what was handed over and returns the papers. The web never reads the key.
"""

import contextlib
import os
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from ballots.enums import ContestState
from ballots.errors import ReturnRefused
from ballots.models import Contest, Scrutineer
from ballots.rules.proofs.handover import read_handover
from ballots.rules.proofs.key_files import note_opening, read_key_file, write_key_file
from ballots.rules.proofs.opening import open_handover
from ballots.rules.proofs.sealing import ScrutineerKey, new_seed
from ballots.services.handovers import take_in
from ballots.services.scrutineers import appoint_scrutineer
from core import clock
from core.processes.places import private_folder
from core.storage import read_bytes
from core.transactions import atomic, needs_transaction

NAME = "Demo scrutineer"
KEY_FILE = "demo-scrutineer-key.json"


def key_path() -> Path:
    """Return where the demo's key lies, in a folder of its own that is closed to others."""
    return private_folder(Path(settings.KILDERKIN_HOME) / "scrutineer") / KEY_FILE


@needs_transaction
def appoint_demo_scrutineer(*, paid_by: str, at: datetime) -> Scrutineer:
    """Make the demo's key if there is none yet, and appoint its holder."""
    key = read_key_file(_kept_key())
    return appoint_scrutineer(
        name=key.name, public_key=key.public_key, paid_by=paid_by, is_independent=False, by=None, at=at
    )


def _kept_key() -> Path:
    """The first key that was made; of two processes that make one at once the faster wins."""
    path = key_path()
    if not path.exists():
        draft = path.with_name(f"{KEY_FILE}.{os.getpid()}")
        write_key_file(draft, ScrutineerKey(NAME, datetime.now(UTC).date().isoformat(), new_seed()))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path


def open_waiting() -> int:
    """Open every handover that was sealed to the demo's key and take the papers in; return how many."""
    key = read_key_file(key_path())
    waiting = Contest.objects.filter(
        state=ContestState.CLOSED, handover__isnull=False, scrutineer__public_key=key.public_key
    ).select_related("handover")
    return sum(_open(contest, key) for contest in waiting)


def _open(contest: Contest, key: ScrutineerKey) -> bool:
    data = read_bytes(contest.handover.file_sha256)
    note_opening(key_path(), contest.public_id, read_handover(data).sha256)
    returned = open_handover(data, key)
    try:
        with atomic():
            take_in(contest=contest, data=returned, by=None, at=clock.now())
    except ReturnRefused:
        return False
    return True
