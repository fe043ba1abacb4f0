"""Envelopes out to the scrutineer, papers back in."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection

from ballots.enums import ContestState, Secrecy
from ballots.errors import ContestNotReady, HandoverRefused, ReturnRefused
from ballots.models import Contest, Envelope, Handover, NamedVote, Opening, RollEntry, SpoiledEnvelope
from ballots.rules.proofs.handover import Box, write_handover
from ballots.rules.proofs.papers import Kind, Ranking, Split
from ballots.rules.proofs.refusals import ProofRefused
from ballots.rules.proofs.returned import ReturnedPapers, read_returned
from ballots.services.log import merge_log
from core import audit
from core.locks import lock
from core.storage import store_bytes
from core.transactions import needs_transaction

if TYPE_CHECKING:
    from accounts.models import User

# A statute's registrar keeps the scrutineer's file small; 200,000 papers are some 60 MB.
RETURN_BYTES_MAX = 200_000_000


@needs_transaction
def hand_over(*, contest: Contest, by: "User | None", at: datetime) -> Handover:
    """Write the file of sealed envelopes without names; the log is merged to its last leaf first.

    Handed over already: returned as it is. Raises `ContestNotReady` while the contest is open, `HandoverRefused` when
    the box does not hold together.
    """
    contest = lock(Contest.objects.all(), pk=contest.pk)
    known = Handover.objects.filter(contest=contest).first()
    if known is not None:
        return known
    if contest.state != ContestState.CLOSED:
        raise ContestNotReady()
    merge_log(contest=contest, at=at)
    envelopes = [bytes(sealed) for sealed in Envelope.objects.filter(contest=contest).values_list("sealed", flat=True)]
    try:
        data = write_handover(box_of(contest), envelopes)
    except ProofRefused as error:
        raise HandoverRefused() from error
    handover = Handover.objects.create(
        contest=contest,
        file_sha256=store_bytes(data),
        envelopes_count=len(envelopes),
        made_at=at,
        made_by=by,
    )
    audit.record(by=by, at=at, verb="envelopes_handed_over", subject=contest, envelopes=len(envelopes))
    return handover


def box_of(contest: Contest) -> Box:
    """Return what a paper of this contest must fit; of a resolution the votes of those whose envelope is in the box."""
    is_named = contest.secrecy == Secrecy.NAMED
    voters = RollEntry.objects.filter(envelopes__contest=contest).values_list("public_id", "votes")
    return Box(
        contest=contest.public_id,
        kind=Kind(contest.secrecy),
        rules_sha256=contest.rules_sha256,
        roll_sha256=contest.rules["roll_sha256"],
        scrutineer_key=contest.rules["scrutineer_key"],
        options=() if is_named else tuple(option["id"] for option in contest.rules["options"]),
        choices_max=0 if is_named else contest.choices_max,
        votes=dict(voters) if is_named else {},
    )


@needs_transaction
def take_in(*, contest: Contest, data: bytes, by: "User | None", at: datetime) -> Opening:
    """Write the opened papers that the scrutineer returned. Taken in already: returned as it is.

    Raises `ContestNotReady` before the handover, `ReturnRefused` for a file that is not by this scrutineer, or not
    exactly what was handed over.
    """
    contest = lock(Contest.objects.all(), pk=contest.pk)
    known = Opening.objects.filter(contest=contest).first()
    if known is not None:
        return known
    if contest.state != ContestState.CLOSED or not Handover.objects.filter(contest=contest).exists():
        raise ContestNotReady()
    returned = _read(contest, data)
    _write_papers(contest, returned)
    opening = Opening.objects.create(
        contest=contest,
        file_sha256=store_bytes(data),
        papers_sha256=returned.papers_sha256,
        papers_count=len(returned.papers),
        spoiled_count=len(returned.spoiled),
        taken_in_at=at,
        taken_in_by=by,
    )
    contest.state, contest.taken_in_at = ContestState.OPENED, at
    contest.save(update_fields=["state", "taken_in_at"])
    audit.record(
        by=by,
        at=at,
        verb="papers_taken_in",
        subject=contest,
        papers=opening.papers_count,
        spoiled=opening.spoiled_count,
        file_sha256=opening.file_sha256,
    )
    return opening


def _read(contest: Contest, data: bytes) -> ReturnedPapers:
    if len(data) > RETURN_BYTES_MAX:
        raise ReturnRefused()
    handed_over = Envelope.objects.filter(contest=contest).values_list("sha256", flat=True)
    try:
        return read_returned(data, box_of(contest), set(handed_over))
    except ProofRefused as error:
        raise ReturnRefused() from error


def _write_papers(contest: Contest, returned: ReturnedPapers) -> None:
    """One COPY in the order of the random codes, so that nothing of the rows tells when or by whom they were cast."""
    rankings = [(paper.code, paper.choice) for paper in returned.papers if isinstance(paper.choice, Ranking)]
    splits = [(paper.code, paper.choice) for paper in returned.papers if isinstance(paper.choice, Split)]
    if rankings:
        with (
            connection.cursor() as cursor,
            cursor.copy("COPY ballots_paper (code, contest_id, choices) FROM STDIN") as copy,
        ):
            for code, choice in rankings:
                copy.write_row((code, contest.pk, list(choice.options)))
    if splits:
        entries = dict(RollEntry.objects.filter(roll=contest.roll_id).values_list("public_id", "pk"))
        NamedVote.objects.bulk_create(
            NamedVote(
                contest=contest,
                entry_id=entries[split.entry],
                code=code,
                for_votes=split.votes_for,
                against_votes=split.votes_against,
                withheld_votes=split.votes_withheld,
            )
            for code, split in splits
        )
    SpoiledEnvelope.objects.bulk_create(
        SpoiledEnvelope(contest=contest, sha256=sha256, reason=str(reason))
        for sha256, reason in returned.spoiled.items()
    )
