"""The log of envelopes: merged at most a minute after a vote, so that no voter ever waits for it."""

from datetime import datetime

from django.db import connection

from ballots.models import Checkpoint, Contest, LogLeaf
from ballots.queries.log import tree_of
from ballots.rules.proofs.checkpoints import Checkpoint as SignedCheckpoint
from ballots.rules.proofs.checkpoints import log_origin, sign_checkpoint
from ballots.services.log_key import log_key_of
from core.locks import lock
from core.transactions import needs_transaction

# By hash within a merge: the published log must not tell who came after whom.
PLACE = """
UPDATE ballots_logleaf leaf SET position = placed.position
FROM (SELECT id, %(first)s + row_number() OVER (ORDER BY sha256) - 1 AS position
      FROM ballots_logleaf WHERE contest_id = %(contest)s AND position IS NULL) placed
WHERE leaf.id = placed.id
"""


@needs_transaction
def merge_log(*, contest: Contest, at: datetime) -> Checkpoint | None:
    """Give waiting leaves their place and sign the new root; None when nothing was waiting."""
    contest = lock(Contest.objects.all(), pk=contest.pk)
    placed = LogLeaf.objects.filter(contest=contest, position__isnull=False).count()
    with connection.cursor() as cursor:
        cursor.execute(PLACE, {"first": placed, "contest": contest.pk})
        if not cursor.rowcount:
            return None
    tree = tree_of(contest)
    key = log_key_of(contest.rules)
    note = sign_checkpoint(SignedCheckpoint(log_origin(key.name, contest.public_id), len(tree), tree.root()), key)
    return Checkpoint.objects.create(contest=contest, size=len(tree), root=tree.root().hex(), note=note, made_at=at)
