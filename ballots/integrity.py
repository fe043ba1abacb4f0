"""Questions about ballots that must be answered by no rows: recomputed from what stands there, not believed."""

from collections.abc import Iterator

from django.db import connection

from ballots.enums import ContestState
from ballots.models import Checkpoint, Contest, Count, LogLeaf, Roll
from ballots.queries.papers import ballot_root, result_of
from ballots.rules.counting.lot import Lot
from ballots.rules.proofs.merkle import MerkleTree
from ballots.rules.proofs.rolls import contest_rules_sha256, roll_sha256

QUESTIONS = {
    "an envelope whose hash is not in the log": """
        SELECT box.sha256 FROM ballots_envelope box WHERE NOT EXISTS (
            SELECT FROM ballots_logleaf leaf WHERE leaf.contest_id = box.contest_id AND leaf.sha256 = box.sha256)""",
    "an envelope that is not what its hash says": """
        SELECT sha256 FROM ballots_envelope WHERE sha256 <> encode(sha256(sealed), 'hex')""",
    "an envelope from outside the opening": """
        SELECT box.sha256 FROM ballots_envelope box JOIN ballots_contest contest ON contest.id = box.contest_id
        WHERE box.received_at < contest.opened_at OR box.received_at > contest.closes_at""",
    "an envelope of nobody on the contest's roll": """
        SELECT box.sha256 FROM ballots_envelope box JOIN ballots_rollentry entry ON entry.id = box.entry_id
        JOIN ballots_contest contest ON contest.id = box.contest_id WHERE contest.roll_id <> entry.roll_id""",
    "fewer envelopes than were received, or more changes": """
        SELECT contest.public_id FROM ballots_contest contest WHERE
            (SELECT count(*) FROM ballots_logleaf WHERE contest_id = contest.id)
            <> (SELECT COALESCE(SUM(changes + 1), 0) FROM ballots_envelope WHERE contest_id = contest.id)""",
    "a log with a gap": """
        SELECT contest_id FROM ballots_logleaf WHERE position IS NOT NULL GROUP BY contest_id
        HAVING max(position) + 1 <> count(*) OR min(position) <> 0""",
    "a handover that is not the whole box": """
        SELECT contest.public_id FROM ballots_handover handover
        JOIN ballots_contest contest ON contest.id = handover.contest_id
        WHERE handover.envelopes_count <> (SELECT count(*) FROM ballots_envelope WHERE contest_id = contest.id)""",
    "papers and spoiled envelopes that are not the box": """
        SELECT contest.public_id FROM ballots_opening opening
        JOIN ballots_contest contest ON contest.id = opening.contest_id
        WHERE (SELECT count(*) FROM ballots_paper WHERE contest_id = contest.id)
            + (SELECT count(*) FROM ballots_namedvote WHERE contest_id = contest.id)
            + (SELECT count(*) FROM ballots_spoiledenvelope WHERE contest_id = contest.id)
            <> (SELECT count(*) FROM ballots_envelope WHERE contest_id = contest.id)
           OR opening.papers_count + opening.spoiled_count
            <> (SELECT count(*) FROM ballots_envelope WHERE contest_id = contest.id)""",
    "a roll whose entries do not sum up": """
        SELECT roll.public_id FROM ballots_roll roll, LATERAL (
            SELECT count(*) AS entries, COALESCE(SUM(votes), 0) AS votes
            FROM ballots_rollentry WHERE roll_id = roll.id) found
        WHERE roll.entries_count <> found.entries OR roll.votes_total <> found.votes""",
}


def findings() -> Iterator[str]:
    """Yield a sentence for every row, hash and result that is not what it should be."""
    with connection.cursor() as cursor:
        for question, sql in QUESTIONS.items():
            cursor.execute(sql)
            for row in cursor.fetchall():
                yield f"ballots: {question}: {', '.join(str(value) for value in row)}"
    yield from broken_hashes()
    yield from broken_logs()
    yield from broken_counts()


def broken_hashes() -> Iterator[str]:
    """Yield rolls and rules that are no longer what was published before opening."""
    for roll in Roll.objects.order_by("pk"):
        entries = roll.entries.values_list("public_id", "votes")
        if roll_sha256(bytes.fromhex(roll.salt), entries) != roll.sha256:
            yield f"ballots: a roll that is not what its hash says: {roll.public_id}"
    for contest in Contest.objects.exclude(state=ContestState.DRAFT).select_related("roll").order_by("pk"):
        if contest_rules_sha256(contest.rules) != contest.rules_sha256:
            yield f"ballots: rules that are not what their hash says: {contest.public_id}"
        if contest.roll is None or contest.rules["roll_sha256"] != contest.roll.sha256:
            yield f"ballots: rules of another roll: {contest.public_id}"


def broken_logs() -> Iterator[str]:
    """Yield checkpoints whose root is not that of the log."""
    for contest in Contest.objects.filter(checkpoints__isnull=False).distinct().order_by("pk"):
        leaves = LogLeaf.objects.filter(contest=contest, position__isnull=False).order_by("position")
        tree = MerkleTree.of_hex(leaves.values_list("sha256", flat=True))
        for checkpoint in Checkpoint.objects.filter(contest=contest).order_by("size"):
            if checkpoint.size > len(tree) or tree.root(checkpoint.size).hex() != checkpoint.root:
                yield f"ballots: a checkpoint that the log does not have: {contest.public_id} at {checkpoint.size}"


def broken_counts() -> Iterator[str]:
    """Count every counted contest again from its papers, and yield those that come out otherwise."""
    for kept in Count.objects.select_related("contest").order_by("pk"):
        contest = kept.contest
        lot = Lot(label=contest.public_id, root=ballot_root(contest), beacon=kept.lot or None)
        if result_of(contest, lot).as_json() != kept.result:
            yield f"ballots: a result that its papers do not give: {contest.public_id}"
