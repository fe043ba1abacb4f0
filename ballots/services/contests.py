"""A contest from its draft to its declaration; each step is one service, taken once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from ballots.enums import ContestState, Majority, Method, Secrecy, Weighting
from ballots.errors import ContestIncomplete, ContestNotReady, NoScrutineer
from ballots.models import Contest, Option, Roll, Scrutineer
from ballots.queries.contests import options_of, rules_of
from ballots.rules.proofs.rolls import contest_rules_sha256
from ballots.services.log_key import log_key
from core import audit
from core.locks import lock
from core.transactions import needs_transaction

if TYPE_CHECKING:
    from accounts.models import User

OPTIONS_MIN, OPTIONS_MAX = 2, 30
CHALLENGE_HOURS = 24  # a resolution is final when the chair declares it


@dataclass(frozen=True)
class OptionDraft:
    """An option to be; ``reference`` is another room's identifier."""

    title: str
    title_vi: str = ""
    credit: str = ""
    reference: str = ""


@dataclass(frozen=True)
class PromiseDraft:
    """What the company owes the outcome; an empty kind promises nothing (a resolution binds by law)."""

    kind: str = ""
    text: str = ""
    text_vi: str = ""
    due_on: date | None = None


@dataclass(frozen=True)
class ContestDraft:
    """The rules of a contest before they are frozen; ``choices_max`` 0 means as many as there are options."""

    method: Method
    title: str
    title_vi: str
    question: str
    question_vi: str
    majority: str = ""
    seats: int = 1
    choices_max: int = 0
    options: Sequence[OptionDraft] = ()
    promise: PromiseDraft = PromiseDraft()


@needs_transaction
def prepare_contest(*, draft: ContestDraft, by: "User | None", at: datetime) -> Contest:
    """Write a contest that can still be changed. Resolutions are named and by share, ballots secret and by member."""
    contest = Contest.objects.create(**_fields(draft), prepared_at=at, prepared_by=by)
    _write_options(contest, draft.options)
    audit.record(by=by, at=at, verb="contest_prepared", subject=contest, method=contest.method)
    return contest


@needs_transaction
def change_contest(*, contest: Contest, draft: ContestDraft, by: "User | None", at: datetime) -> Contest:
    """Replace the rules and options of a draft; raises `ContestNotReady` once frozen."""
    contest = _locked(contest, ContestState.DRAFT)
    for name, value in _fields(draft).items():
        setattr(contest, name, value)
    contest.prepared_at, contest.prepared_by = at, by
    contest.save()
    contest.options.all().delete()
    _write_options(contest, draft.options)
    audit.record(by=by, at=at, verb="contest_changed", subject=contest)
    return contest


@needs_transaction
def drop_contest(*, contest: Contest, by: "User | None", at: datetime) -> None:
    """Delete a draft; raises `ContestNotReady` once frozen."""
    contest = _locked(contest, ContestState.DRAFT)
    audit.record(by=by, at=at, verb="contest_dropped", subject=contest, title=contest.title)
    contest.delete()


def _fields(draft: ContestDraft) -> dict[str, Any]:
    is_resolution = draft.method == Method.RESOLUTION
    return {
        "title": draft.title,
        "title_vi": draft.title_vi,
        "question": draft.question,
        "question_vi": draft.question_vi,
        "method": draft.method,
        "majority": (draft.majority or Majority.ORDINARY) if is_resolution else "",
        "seats": draft.seats,
        "choices_max": 1 if draft.method == Method.PLURALITY else draft.choices_max or max(len(draft.options), 1),
        "weighting": Weighting.SHARE if is_resolution else Weighting.MEMBER,
        "secrecy": Secrecy.NAMED if is_resolution else Secrecy.SECRET,
        "challenge_hours": 0 if is_resolution else CHALLENGE_HOURS,
        "promise_kind": draft.promise.kind,
        "promise": draft.promise.text,
        "promise_vi": draft.promise.text_vi,
        "promise_due_on": draft.promise.due_on,
    }


def _write_options(contest: Contest, options: Sequence[OptionDraft]) -> None:
    Option.objects.bulk_create(
        Option(
            contest=contest,
            position=position,
            title=option.title,
            title_vi=option.title_vi,
            credit=option.credit,
            reference=option.reference,
        )
        for position, option in enumerate(options, 1)
    )


@needs_transaction
def freeze_contest(
    *, contest: Contest, roll: Roll, scrutineer: Scrutineer | None, by: "User | None", at: datetime
) -> Contest:
    """Fix rules, roll and key, and write the hash that is published before opening. Frozen already: returned as it is.

    Raises `NoScrutineer`, `ContestIncomplete`.
    """
    contest = lock(Contest.objects.all(), pk=contest.pk)
    if contest.state != ContestState.DRAFT:
        return contest
    if scrutineer is None:
        raise NoScrutineer()
    if not _is_complete(contest):
        raise ContestIncomplete()
    contest.roll, contest.scrutineer = roll, scrutineer
    contest.rules = rules_of(contest, roll=roll, scrutineer=scrutineer, log=log_key().verifier).as_dict()
    contest.rules_sha256 = contest_rules_sha256(contest.rules)
    contest.state, contest.frozen_at = ContestState.FROZEN, at
    contest.save(update_fields=["roll", "scrutineer", "rules", "rules_sha256", "state", "frozen_at"])
    audit.record(by=by, at=at, verb="contest_frozen", subject=contest, rules_sha256=contest.rules_sha256)
    return contest


def _is_complete(contest: Contest) -> bool:
    if contest.method == Method.RESOLUTION:
        return bool(contest.question and contest.question_vi)
    options = len(options_of(contest))
    return bool(contest.question and contest.promise_kind) and OPTIONS_MIN <= options <= OPTIONS_MAX


@needs_transaction
def open_contest(*, contest: Contest, by: "User", at: datetime) -> Contest:
    """Let votes in, from now until the chair closes. Open already: returned as it is."""
    contest = lock(Contest.objects.all(), pk=contest.pk)
    if contest.state == ContestState.OPEN:
        return contest
    _needs(contest, ContestState.FROZEN)
    contest.state, contest.opened_at, contest.opened_by = ContestState.OPEN, at, by
    contest.save(update_fields=["state", "opened_at", "opened_by"])
    audit.record(by=by, at=at, verb="contest_opened", subject=contest)
    return contest


@needs_transaction
def announce_closing(*, contest: Contest, closes_at: datetime, by: "User", at: datetime) -> Contest:
    """Say until when votes are taken; the database's clock keeps to it. Announcing an earlier end again is refused."""
    contest = _locked(contest, ContestState.OPEN)
    if closes_at < at or (contest.closes_at and closes_at < contest.closes_at):
        raise ContestNotReady()
    contest.closes_at = closes_at
    contest.save(update_fields=["closes_at"])
    audit.record(by=by, at=at, verb="contest_closing_announced", subject=contest, closes_at=closes_at.isoformat())
    return contest


@needs_transaction
def close_contest(*, contest: Contest, by: "User | None", at: datetime) -> Contest:
    """Close the box: afterwards no vote is on its way (Note [Door]). Closed already: returned as it is.

    The database takes the moment (Note [Door]); before an announced end, or without one, the end is now.
    """
    contest = lock(Contest.objects.all(), pk=contest.pk)
    if contest.closed_at is not None:
        return contest
    _needs(contest, ContestState.OPEN)
    contest.closes_at = contest.closes_at or at
    contest.state, contest.closed_at, contest.closed_by = ContestState.CLOSED, at, by
    contest.save(update_fields=["closes_at", "state", "closed_at", "closed_by"])
    contest.refresh_from_db(fields=["closes_at", "closed_at"])
    audit.record(by=by, at=at, verb="contest_closed", subject=contest)
    return contest


@needs_transaction
def reveal_round(*, contest: Contest, by: "User", at: datetime) -> Contest:
    """Show one round more of a counted contest on the hall's screen; behind the last one nothing happens."""
    contest = lock(Contest.objects.select_related("count"), pk=contest.pk)
    if contest.state not in {ContestState.COUNTED, ContestState.DECLARED}:
        raise ContestNotReady()
    if contest.revealed_rounds < len(contest.count.result["rounds"]):
        contest.revealed_rounds += 1
        contest.save(update_fields=["revealed_rounds"])
    return contest


@needs_transaction
def declare_contest(*, contest: Contest, by: "User", at: datetime) -> Contest:
    """Make the counted result public. Declared already: returned as it is."""
    contest = lock(Contest.objects.select_related("count"), pk=contest.pk)
    if contest.state == ContestState.DECLARED:
        return contest
    _needs(contest, ContestState.COUNTED)
    contest.state, contest.declared_at, contest.declared_by = ContestState.DECLARED, at, by
    contest.revealed_rounds = len(contest.count.result["rounds"])
    contest.save(update_fields=["state", "declared_at", "declared_by", "revealed_rounds"])
    audit.record(by=by, at=at, verb="contest_declared", subject=contest)
    return contest


def _locked(contest: Contest, state: ContestState) -> Contest:
    contest = lock(Contest.objects.all(), pk=contest.pk)
    _needs(contest, state)
    return contest


def _needs(contest: Contest, state: ContestState) -> None:
    if contest.state != state:
        raise ContestNotReady()
