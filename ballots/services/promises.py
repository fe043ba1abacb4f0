"""What becomes of the promise of a contest, and challenges of its result."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ballots.enums import ContestState, PromiseState
from ballots.errors import ChallengeEmpty, ChallengeWindowOver, ContestNotReady
from ballots.models import Challenge, Contest, PromiseNews
from core import audit
from core.locks import lock
from core.transactions import needs_transaction

if TYPE_CHECKING:
    from accounts.models import User


@needs_transaction
def tell_promise(
    *, contest: Contest, state: PromiseState, text: str, text_vi: str, by: "User | None", at: datetime
) -> PromiseNews:
    """Add a line to the public story of the contest's promise; lines stay for ever."""
    if not contest.promise_kind or contest.state != ContestState.DECLARED:
        raise ContestNotReady()
    news = PromiseNews.objects.create(contest=contest, state=state, text=text, text_vi=text_vi, at=at, by=by)
    audit.record(by=by, at=at, verb="promise_told", subject=contest, state=str(state))
    return news


def is_final(contest: Contest, *, at: datetime) -> bool:
    """Tell whether the result can be challenged no more; a resolution is final when it is declared."""
    ends_at = challenge_ends_at(contest)
    return ends_at is not None and at >= ends_at


def challenge_ends_at(contest: Contest) -> datetime | None:
    """Return until when the result can be challenged; None before it is declared."""
    return contest.declared_at and contest.declared_at + timedelta(hours=contest.challenge_hours)


@needs_transaction
def raise_challenge(*, contest: Contest, text: str, by: "User", at: datetime) -> Challenge:
    """Write a challenge; the same text again is the same one. Raises `ChallengeWindowOver`, `ChallengeEmpty`."""
    contest = lock(Contest.objects.all(), pk=contest.pk)
    text = " ".join(text.split())
    if contest.declared_at is None or is_final(contest, at=at):
        raise ChallengeWindowOver()
    if not text:
        raise ChallengeEmpty()
    challenge, is_new = Challenge.objects.get_or_create(
        contest=contest, raised_by=by, text=text[:2000], defaults={"raised_at": at}
    )
    if is_new:
        audit.record(by=by, at=at, verb="challenge_raised", subject=challenge)
    return challenge


@needs_transaction
def answer_challenge(*, challenge: Challenge, answer: str, by: "User", at: datetime) -> Challenge:
    """Answer by name; an answered challenge stays as it is. Raises `ChallengeEmpty`."""
    challenge = lock(Challenge.objects.all(), pk=challenge.pk)
    if challenge.answered_at is not None:
        return challenge
    if not answer.strip():
        raise ChallengeEmpty()
    challenge.answer, challenge.answered_at, challenge.answered_by = answer.strip()[:2000], at, by
    challenge.save(update_fields=["answer", "answered_at", "answered_by"])
    audit.record(by=by, at=at, verb="challenge_answered", subject=challenge)
    return challenge
