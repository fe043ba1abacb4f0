"""What is published of a declared contest, made once and kept under its own hash.

Note [Published by the sweep]: the chair's click declares and nothing else. The next sweep, seconds later, makes the
files: reading a large return, hashing a large log and packing the bundle take longer than a hall should wait.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from ballots.enums import ContestState, Secrecy
from ballots.errors import ContestNotReady
from ballots.models import Checkpoint, Contest, Envelope, LogLeaf, Publication, Roll, RollEntry
from ballots.rules.proofs.bundle import BundleParts, papers_blt, papers_csv, write_bundle
from ballots.rules.proofs.canonical import sha256_hex
from ballots.rules.proofs.returned import ReturnedPapers, read_returned
from ballots.rules.proofs.rolls import roll_csv
from ballots.services.handovers import box_of
from core import audit
from core.storage import read_bytes, store_bytes
from core.transactions import needs_transaction

if TYPE_CHECKING:
    from accounts.models import User


@needs_transaction
def publish(*, contest: Contest, by: "User | None", at: datetime) -> Publication:
    """Make and keep the bundle, and the papers of a secret ballot.

    Published already: returned as it is. Takes no lock: nothing of a declared contest changes and the same parts make
    the same bytes, so whoever comes second finds the same files. Raises `ContestNotReady` before the declaration.
    """
    contest = Contest.objects.select_related("count", "opening", "roll").get(pk=contest.pk)
    known = Publication.objects.filter(contest=contest).first()
    if known is not None:
        return known
    if contest.state != ContestState.DECLARED:
        raise ContestNotReady()
    publication, is_new = Publication.objects.get_or_create(
        contest=contest, defaults={**_files(contest), "made_at": at, "made_by": by}
    )
    if is_new:
        audit.record(by=by, at=at, verb="contest_published", subject=contest, bundle_sha256=publication.bundle_sha256)
    return publication


@needs_transaction
def write_assessor_bundle(*, contest: Contest, by: "User | None", at: datetime) -> bytes:
    """Return the bundle with a resolution's votes, for an independent assessor alone (s.342); the trail says so.

    The votes carry no names, but holdings can be read out of the register: so this is never published. Raises
    `ContestNotReady` before the declaration.
    """
    contest = Contest.objects.select_related("count", "opening", "roll").get(pk=contest.pk)
    if contest.state != ContestState.DECLARED:
        raise ContestNotReady()
    bundle = write_bundle(_parts(contest, *_returned(contest)), with_votes=True)
    audit.record(by=by, at=at, verb="assessor_bundle_made", subject=contest, sha256=sha256_hex(bundle))
    return bundle


def _returned(contest: Contest) -> tuple[bytes, ReturnedPapers]:
    returned_file = read_bytes(contest.opening.file_sha256)
    handed_over = set(Envelope.objects.filter(contest=contest).values_list("sha256", flat=True))
    return returned_file, read_returned(returned_file, box_of(contest), handed_over)


def _files(contest: Contest) -> dict[str, str | int]:
    """Store every file, then name it: Note [File before row]."""
    returned_file, returned = _returned(contest)
    bundle = write_bundle(_parts(contest, returned_file, returned))
    named: dict[str, str | int] = {"bundle_sha256": store_bytes(bundle), "bundle_bytes": len(bundle)}
    if contest.secrecy == Secrecy.NAMED:
        return named  # a resolution has no papers to publish
    return named | {
        "csv_sha256": store_bytes(papers_csv(contest.rules, returned.papers)),
        "blt_sha256": store_bytes(papers_blt(contest.rules, returned.papers)),
    }


def _parts(contest: Contest, returned_file: bytes, returned: ReturnedPapers) -> BundleParts:
    leaves = LogLeaf.objects.filter(contest=contest, position__isnull=False).order_by("position")
    notes = Checkpoint.objects.filter(contest=contest).order_by("size")
    return BundleParts(
        rules=contest.rules,
        roll=_published_roll(contest.roll),
        leaves=list(leaves.values_list("sha256", flat=True)),
        notes=list(notes.values_list("note", flat=True)),
        returned_file=returned_file,
        returned=returned,
        result=contest.count.result,
    )


def _published_roll(roll: Roll | None) -> bytes:
    if roll is None:
        raise ContestNotReady()
    entries = RollEntry.objects.filter(roll=roll).values_list("public_id", "votes")
    return roll_csv(bytes.fromhex(roll.salt), entries.iterator())
