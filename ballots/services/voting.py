"""Casting a vote: check, seal, put into the box and the log, promise. The one hot path of the house.

Note [One vote, however often sent]: the form carries 128 random bits. Paper and code follow from them and from the
choice, so the same vote sent again (a phone that lost its signal, a page reloaded) is known by the hash of the request,
changes nothing, and gets the same receipt; the server keeps neither the bits, nor the code, nor the choice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ballots.enums import Method, Secrecy
from ballots.errors import (
    BadPaper,
    ContestNotOpen,
    FirstNamedHasVoted,
    NothingChosen,
    NotOnTheRoll,
    OptionTwice,
    OptionUnknown,
    TooManyChoices,
    VotesExceedHolding,
)
from ballots.models import Contest, LogLeaf
from ballots.queries.contests import Voter
from ballots.rules.proofs.canonical import sha256_hex
from ballots.rules.proofs.papers import (
    VOTES_MAX,
    Choice,
    Paper,
    Ranking,
    Split,
    canonical_choice,
    pad,
    padded_length,
    paper_bytes,
    request_sha256,
    tracking_code,
)
from ballots.rules.proofs.receipts import Promise, encode
from ballots.rules.proofs.refusals import ProofRefused
from ballots.rules.proofs.sealing import seal
from ballots.services.log_key import log_key_of
from core.errors import constraints_as
from core.prepared import prepared_cursor

if TYPE_CHECKING:
    from accounts.models import User

# One statement, because seven thousand people press the button in the same minute. A request known already writes
# nothing; the trigger of the envelope asks the clock, the door and the roll.
CAST = """
WITH leaf AS (
    INSERT INTO ballots_logleaf (contest_id, sha256, request_sha256, received_at)
    VALUES (%(contest)s, %(sha256)s, %(request)s, kilderkin_now())
    ON CONFLICT (contest_id, request_sha256) DO NOTHING
    RETURNING received_at
)
INSERT INTO ballots_envelope AS box
    (contest_id, entry_id, sealed, sha256, received_at, cast_by_id, caster_position, changes)
SELECT %(contest)s, %(entry)s, %(sealed)s, %(sha256)s, leaf.received_at, %(caster)s, %(position)s, 0 FROM leaf
ON CONFLICT (contest_id, entry_id) DO UPDATE
    SET sealed = excluded.sealed, sha256 = excluded.sha256, received_at = excluded.received_at,
        cast_by_id = excluded.cast_by_id, caster_position = excluded.caster_position, changes = box.changes + 1
RETURNING (SELECT received_at FROM leaf)
"""
LAWS = {
    "envelope_within_opening": ContestNotOpen,
    "leaf_within_opening": ContestNotOpen,
    "envelope_of_this_roll": NotOnTheRoll,
    "envelope_of_the_first_named": FirstNamedHasVoted,
}


@dataclass(frozen=True)
class Receipt:
    """What the voter takes home. ``promise`` is the signed line for the QR; ``code`` finds the paper after the close.

    ``is_repeat``: this very vote was in the box before.
    """

    contest: str
    code: str
    promise: str
    leaf_sha256: str
    received_at: datetime
    is_repeat: bool


def cast_ballot(*, contest: Contest, voter: Voter, choice: Choice, cast_id: bytes, by: "User") -> Receipt:
    """Seal the choice and put it into the box; the last one before the close counts.

    Writes by one statement, so the edge may open `one_statement` instead of a transaction: the receipt is made only
    when that statement is committed. Raises a `BadPaper`, or, by the laws of the database, `ContestNotOpen`,
    `NotOnTheRoll`, `FirstNamedHasVoted`.
    """
    check_choice(contest, voter, choice)
    try:
        canonical = canonical_choice(choice)
        code = tracking_code(cast_id, contest.public_id, canonical)
        request = request_sha256(cast_id, contest.public_id, canonical)
        sealed = _sealed(contest, voter, Paper(contest.public_id, code, choice))
    except ProofRefused as error:
        raise BadPaper() from error
    leaf, received_at = sha256_hex(sealed), None
    values: dict[str, Any] = {
        "contest": contest.pk,
        "entry": voter.entry.pk,
        "sealed": sealed,
        "sha256": leaf,
        "request": request,
        "caster": by.pk,
        "position": voter.position,
    }
    with constraints_as(LAWS), prepared_cursor() as cursor:
        cursor.execute(CAST, values)
        row = cursor.fetchone()
    if row is None:
        known = LogLeaf.objects.get(contest=contest, request_sha256=request)
        leaf, received_at = known.sha256, known.received_at
    else:
        received_at = row[0]
    moment = received_at.astimezone(UTC).replace(microsecond=0)
    promise = encode(Promise(contest.public_id, leaf, moment), log_key_of(contest.rules))
    return Receipt(contest.public_id, code, promise, leaf, moment, is_repeat=row is None)


def check_choice(contest: Contest, voter: Voter, choice: Choice) -> None:
    """Refuse what is no paper of this contest, with the sentence that says why (a `BadPaper`)."""
    if isinstance(choice, Split) != (contest.secrecy == Secrecy.NAMED):
        raise BadPaper()
    if isinstance(choice, Split):
        _check_split(voter, choice)
    else:
        _check_options(contest, choice.options)


def _check_split(voter: Voter, split: Split) -> None:
    votes = (split.votes_for, split.votes_against, split.votes_withheld)
    if split.entry != voter.entry.public_id or any(not 0 <= number <= VOTES_MAX for number in votes):
        raise BadPaper()
    if not any(votes):
        raise NothingChosen()
    if sum(votes) > voter.entry.votes:
        raise VotesExceedHolding()


def _check_options(contest: Contest, chosen: Sequence[str]) -> None:
    if not chosen:
        raise NothingChosen()
    # Before anything is compared: ten thousand choices must cost nothing.
    if len(chosen) > contest.choices_max:
        raise TooManyChoices()
    if not set(chosen) <= {option["id"] for option in contest.rules["options"]}:
        raise OptionUnknown()
    if len(set(chosen)) < len(chosen):
        raise OptionTwice()


def _sealed(contest: Contest, voter: Voter, paper: Paper) -> bytes:
    """Seal the paper at the contest's one length; approvals have no order, so none is sealed in."""
    if contest.secrecy == Secrecy.NAMED:
        length = padded_length(contest.public_id, entry=voter.entry.public_id)
    else:
        options = tuple(option["id"] for option in contest.rules["options"])
        length = _secret_length(contest.public_id, options, contest.choices_max)
    return seal(pad(paper_bytes(paper), length), contest.rules["scrutineer_key"])


@lru_cache(maxsize=64)
def _secret_length(contest: str, options: tuple[str, ...], choices_max: int) -> int:
    """Kept, because writing the longest paper takes as long as writing the voter's."""
    return padded_length(contest, options=options, choices_max=choices_max)


def ranking(contest: Contest, option_ids: Sequence[str]) -> Ranking:
    """Return the choice of a secret paper; where the order means nothing (approval) it is the order of the ids."""
    chosen = option_ids if contest.method != Method.APPROVAL else sorted(option_ids)
    return Ranking(tuple(chosen))
