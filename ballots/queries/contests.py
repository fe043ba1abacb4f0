"""Contests as other rooms see them."""

from dataclasses import dataclass

from ballots.models import Contest, Envelope, Option, Roll, RollEntry, Scrutineer
from ballots.rules.proofs.checkpoints import log_origin
from ballots.rules.proofs.receipts import LogVerifier
from ballots.rules.proofs.rolls import ContestRules

TIE_RULE = "earlier rounds, then first preferences, then a public lot by dice thrown after the close"
CLOSING_RULE = "at the call of the chair, by the clock of the database"
SHOWN_IN_STEPS_OF = 5


@dataclass(frozen=True)
class Voter:
    """A right to vote; ``position`` is 1 for who votes for themselves, else the joint holder's place."""

    entry: RollEntry
    position: int


def options_of(contest: Contest) -> list[Option]:
    """Return the options in the order of the paper."""
    return list(contest.options.order_by("position"))


def rules_of(contest: Contest, *, roll: Roll, scrutineer: Scrutineer, log: LogVerifier) -> ContestRules:
    """Return everything that decides the outcome, as it is hashed and published; ``log`` signs its receipts."""
    return ContestRules(
        contest=contest.public_id,
        title=contest.title,
        method=contest.method,
        kind=contest.secrecy,
        majority=contest.majority,
        weighting=contest.weighting,
        seats=contest.seats,
        choices_max=contest.choices_max,
        options=tuple((option.public_id, option.title) for option in options_of(contest)),
        roll_sha256=roll.sha256,
        log_vkey=log.vkey,
        origin=log_origin(log.name, contest.public_id),
        scrutineer=scrutineer.name,
        scrutineer_key=scrutineer.public_key,
        more={
            "title_vi": contest.title_vi,
            "question": contest.question,
            "question_vi": contest.question_vi,
            "credits": [option.credit for option in options_of(contest)],
            "promise_kind": contest.promise_kind,
            "promise": contest.promise,
            "promise_vi": contest.promise_vi,
            "promise_due_on": contest.promise_due_on.isoformat() if contest.promise_due_on else "",
            "tie_rule": TIE_RULE,
            "closing": CLOSING_RULE,
            "challenge_hours": contest.challenge_hours,
        },
    )


def turnout(contest: Contest) -> int:
    """Return how many envelopes are in the box, exactly: for the close and for afterwards."""
    return Envelope.objects.filter(contest=contest).count()


def shown_turnout(contest: Contest) -> int:
    """Return the turnout in full tally marks of five: what may be seen while a contest is open.

    An exact number beside a door would tell whose vote came in when.
    """
    return turnout(contest) // SHOWN_IN_STEPS_OF * SHOWN_IN_STEPS_OF
