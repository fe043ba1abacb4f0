"""The database loses power while members vote: every receipt that was given still verifies, everybody has one vote."""

import pytest

from ballots.integrity import findings
from ballots.models import Checkpoint, Envelope, LogLeaf, Paper
from ballots.queries.log import tree_of
from ballots.rules.proofs.checkpoints import log_origin, verify_checkpoint
from ballots.rules.proofs.merkle import is_included
from ballots.rules.proofs.receipts import verify
from ballots.services.log_key import log_key
from tests.factories.agm import World, declare_vote, make_world, open_vote
from tests.faults.house import House, wait_until

pytestmark = pytest.mark.fault
MEMBERS, AT_ONCE = 120, 6


def votes_are_in(number: int) -> bool:
    return Envelope.objects.count() >= number


def vote_through_restarts(house: House) -> list[list[str]]:
    """Let everybody vote while the server is restarted twice; return what the voters' process said."""
    voters = house.start("tests.faults.voters", str(AT_ONCE), DATABASE_ROLE="app")
    for share in (5, 2):
        wait_until(lambda share=share: votes_are_in(MEMBERS // share) or voters.poll() is not None, house)
        assert voters.poll() is None, house.last_words()
        house.cluster.crash_and_restart()
    out, _nothing = voters.communicate(timeout=240)
    assert voters.returncode == 0, house.last_words()
    wait_until(lambda: Envelope.objects.exists(), house)
    return [line.split() for line in out.splitlines()]


def make_open_ballot(house: House, settings) -> World:
    settings.KILDERKIN_HOME = house.folder
    world = make_world(kinds=("recipes",), holdings=(4,) * MEMBERS)
    open_vote(world, "recipes")
    log_key()
    return world


def test_every_receipt_given_while_the_database_restarts_still_verifies(house: House, settings) -> None:
    world = make_open_ballot(house, settings)

    said = vote_through_restarts(house)
    contest = declare_vote(world, "recipes", beacon="6 2 4")

    receipts = [words[1:] for words in said if words[0] == "receipt"]
    assert [words for words in said if words[0] == "again"], "the restarts disturbed nobody"
    assert len({entry for entry, _code, _token in receipts}) == MEMBERS
    assert (Envelope.objects.count(), Paper.objects.count(), LogLeaf.objects.count()) == (MEMBERS,) * 3
    note = Checkpoint.objects.filter(contest=contest).latest("size").note
    checkpoint = verify_checkpoint(note, log_key().verifier, log_origin(log_key().name, contest.public_id))
    tree = tree_of(contest)
    places = dict(LogLeaf.objects.values_list("sha256", "position"))
    for _entry, code, token in receipts:
        leaf = verify(token, log_key().verifier).leaf_sha256
        path = tree.inclusion_proof(places[leaf])
        assert is_included(bytes.fromhex(leaf), places[leaf], checkpoint.size, path, checkpoint.root)
        assert Paper.objects.filter(code=code, contest=contest).count() == 1
    assert list(findings()) == []
