"""Paying many: one person prepares, another approves exactly those rows, a job sends them.

Note [Payout runs]: the maker computes the rows in one transaction; their hash binds the approval. The hash is computed
again when the checker approves, with the bank details that are in force then, so whoever changed anything meanwhile
makes the run refuse. A job (core.jobs) sends the payouts one by one, see Note [Sending once] in
payments.services.payouts; it is paused, resumed and cancelled as any job, and looks before each payment whether it may
go on. What the rows are for is known to another room only: it is told by purpose (payments.services.payout_callbacks).
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from django.db import connection

from accounts.queries.people import name_of, roles_of
from core import audit, jobs
from core.enums import JobState
from core.errors import constraints_as
from core.ids import new_public_id
from core.locks import lock
from core.models import Job
from core.transactions import atomic, needs_transaction
from payments.enums import PayoutRoute, PayoutState, RunState
from payments.errors import (
    DirectorPaused,
    FileIsWithTheBank,
    FilePerhapsWithTheBank,
    FileTakenByYou,
    MakerCannotPay,
    NewsDiffers,
    NothingToPay,
    RunChanged,
    RunDraftWaits,
    RunIsOver,
    RunNotReady,
    SomebodyDecided,
)
from payments.models import Payout, PayoutRun
from payments.queries.parked_news import stops_new_runs
from payments.queries.payout_pauses import DIRECTOR, is_paused_by_director
from payments.queries.payout_runs import file_takers, had_the_file, rows_sha256
from payments.services.payout_callbacks import tell_released

if TYPE_CHECKING:
    from accounts.models import User

JOB_KIND = "payouts"
CHUNK = 50
COLUMNS = "public_id, run_id, party_id, mandate_id, reference, amount_minor, currency, state, reason"


@dataclass(frozen=True)
class PayoutRow:
    """Pay a party by its bank details; ``reference`` is what it reads on its bank statement (at most 18 letters)."""

    party_id: int
    mandate_id: int
    reference: str
    amount_minor: int


@needs_transaction
def prepare_run(
    *,
    purpose: str,
    reference: str,
    title: str,
    title_vi: str,
    currency: str,
    route: str,
    rows: Iterable[PayoutRow],
    not_before: datetime,
    by: "User",
    at: datetime,
) -> PayoutRun:
    """Write a draft with a payout for each row and freeze their hash; nothing moves before somebody else approves.

    Raises `RunDraftWaits` while another draft of the purpose and currency waits: it may be why nothing else is left to
    pay; `NothingToPay` without rows.
    """
    payouts = [(new_public_id(), row) for row in rows]
    if not payouts:
        raise _waiting_draft(purpose, currency) or NothingToPay()
    with constraints_as({"run_one_draft_per_purpose": partial(_draft_waits, purpose, currency)}), atomic():
        run = PayoutRun.objects.create(
            purpose=purpose,
            reference=reference,
            title=title,
            title_vi=title_vi,
            currency=currency,
            route=PayoutRoute(route),
            rows_sha256=_sha256(payouts, currency),
            payouts_count=len(payouts),
            total_minor=sum(row.amount_minor for _public_id, row in payouts),
            not_before=not_before,
            prepared_at=at,
            prepared_by=by,
        )
    _write(run, payouts)
    audit.record(by=by, at=at, verb="payout_run_prepared", subject=run, payouts=len(payouts), total=run.total_minor)
    return run


def _draft_waits(purpose: str, currency: str) -> RunDraftWaits:
    """Another was quicker: what its transaction wrote can be read now, unless it is decided already."""
    return _waiting_draft(purpose, currency) or RunDraftWaits()


def _waiting_draft(purpose: str, currency: str) -> RunDraftWaits | None:
    drafts = PayoutRun.objects.filter(purpose=purpose, currency=currency, state=RunState.DRAFT)
    run = drafts.select_related("prepared_by__party").first()
    return RunDraftWaits(name_of(run.prepared_by), run.prepared_at) if run else None


def _sha256(payouts: list[tuple[str, PayoutRow]], currency: str) -> str:
    """The same text as the database makes of the rows (`payments.queries.payout_runs.rows_sha256`)."""
    lines = (
        f"{public_id}|{row.party_id}|{row.mandate_id}|{row.amount_minor}|{currency}|{row.reference}"
        for public_id, row in payouts
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _write(run: PayoutRun, payouts: list[tuple[str, PayoutRow]]) -> None:
    """COPY is ten times as fast as bulk_create; 200,000 holders wait for this."""
    with connection.cursor() as cursor, cursor.copy(f"COPY payments_payout ({COLUMNS}) FROM STDIN") as copy:
        for public_id, row in payouts:
            terms = (row.party_id, row.mandate_id, row.reference, row.amount_minor)
            copy.write_row((public_id, run.pk, *terms, run.currency, PayoutState.READY.value, ""))


@needs_transaction
def approve_run(*, run: PayoutRun, sha256: str, by: "User", at: datetime) -> PayoutRun:
    """Approve exactly the rows that were read; they are sent from ``not_before`` on.

    Raises `SomebodyDecided` (another was first; it says who), `MakerCannotPay`, `RunChanged` when the hash read, the
    hash frozen and the hash of the rows as they are now are not one, `NewsDiffers` while the bank's news differ.
    """
    run = lock(PayoutRun.objects.select_related("approved_by", "cancelled_by"), pk=run.pk)
    if run.state != RunState.DRAFT:
        raise SomebodyDecided(_who_decided(run))
    if run.prepared_by_id == by.pk:
        raise MakerCannotPay()
    if sha256 != run.rows_sha256 or rows_sha256(run) != run.rows_sha256:
        raise RunChanged()
    if stops_new_runs(run.route):
        raise NewsDiffers()
    run.state, run.approved_at, run.approved_by = RunState.APPROVED, at, by
    with constraints_as({"run_approved_by_another": MakerCannotPay, "run_is_its_rows": RunChanged}), atomic():
        run.save(update_fields=["state", "approved_at", "approved_by"])
    audit.record(by=by, at=at, verb="payout_run_approved", subject=run, sha256=sha256, total=run.total_minor)
    jobs.after_commit("payments.tasks.begin_payout_runs")
    return run


def _who_decided(run: PayoutRun) -> str:
    who = run.cancelled_by or run.approved_by
    return (who.party.display_name if who.party else who.email) if who else ""


@needs_transaction
def keep_file(*, run: PayoutRun, sha256: str, by: "User", at: datetime) -> PayoutRun:
    """Record the bank's file of an approved run, already in the document store; the same file again changes nothing.

    Raises `RunNotReady` for a run that is not approved, goes another way, or has another file.
    """
    run = lock(PayoutRun.objects.all(), pk=run.pk)
    if run.file_sha256 == sha256:
        return run
    if run.route != PayoutRoute.CSV or run.state != RunState.APPROVED or run.file_sha256:
        raise RunNotReady()
    run.file_sha256, run.file_made_at = sha256, at
    run.save(update_fields=["file_sha256", "file_made_at"])
    audit.record(by=by, at=at, verb="payout_file_made", subject=run, sha256=sha256)
    return run


@needs_transaction
def hand_over(*, run: PayoutRun, by: "User", at: datetime) -> PayoutRun:
    """Write that the bank has taken the run's file: from now on its payouts count as sent.

    Raises `RunNotReady` before there is a file; a second time changes nothing.
    """
    run = lock(PayoutRun.objects.all(), pk=run.pk)
    if run.handed_over_at:
        return run
    if not run.file_sha256 or run.state != RunState.APPROVED:
        raise RunNotReady()
    run.handed_over_at, run.handed_over_by = at, by
    run.save(update_fields=["handed_over_at", "handed_over_by"])
    audit.record(by=by, at=at, verb="payout_file_handed_over", subject=run, sha256=run.file_sha256)
    jobs.after_commit("payments.tasks.begin_payout_runs")
    return run


@needs_transaction
def begin_run(*, run_id: int, at: datetime) -> PayoutRun:
    """Start the job of an approved run whose moment has come; any other run stays as it is."""
    run = lock(PayoutRun.objects.all(), pk=run_id)
    is_due = run.state == RunState.APPROVED and run.not_before <= at
    if not is_due or (run.route == PayoutRoute.CSV and run.handed_over_at is None):
        return run
    items = list(Payout.objects.filter(run=run, state=PayoutState.READY).order_by("id").values_list("pk", flat=True))
    run.job = jobs.start(kind=JOB_KIND, items=items, chunk_size=CHUNK, by=run.approved_by, at=at)
    run.state = RunState.PAYING
    run.save(update_fields=["state", "job"])
    return run


@needs_transaction
def resume_run(*, run: PayoutRun, by: "User", at: datetime) -> None:
    """Let a paused run go on; one that is not paused stays as it is.

    Raises `DirectorPaused` when a director paused it and ``by`` is none.
    """
    job = lock(Job.objects.all(), payout_run=run)
    if job.state == JobState.PAUSED and is_paused_by_director(job) and DIRECTOR not in roles_of(by):
        raise DirectorPaused()
    jobs.resume(job=job, by=by, at=at)


@needs_transaction
def cancel_run(*, run: PayoutRun, reason: str, by: "User", at: datetime, file_not_at_bank: bool = False) -> PayoutRun:
    """Stop the run for good: what was not sent is owed again, what was sent stays sent.

    ``file_not_at_bank``: who cancels says that the bank does not have the file that was made; the trail keeps it.
    Raises `RunIsOver`, `FileIsWithTheBank` when the bank has taken the whole file, `FilePerhapsWithTheBank` when a file
    was made and nobody says where it is not, `FileTakenByYou` when it was taken away and ``by`` prepared the run or had
    the file: one person alone could have the same paid twice.

    A payout that was on its way to the bank at this moment is looked up by the sweep and ends as the bank says.
    """
    run = lock(PayoutRun.objects.all(), pk=run.pk)
    if run.state in {RunState.DONE, RunState.CANCELLED}:
        raise RunIsOver()
    if run.handed_over_at:
        raise FileIsWithTheBank()
    if run.file_sha256 and not file_not_at_bank:
        raise FilePerhapsWithTheBank()
    if had_the_file(run, by):
        raise FileTakenByYou(", ".join(name_of(taker) for taker in file_takers(run)))
    if run.job_id:
        jobs.cancel(job=Job.objects.get(pk=run.job_id), by=by, at=at)
    run.state, run.cancelled_at, run.cancelled_by, run.cancel_reason = RunState.CANCELLED, at, by, reason[:300]
    run.save(update_fields=["state", "cancelled_at", "cancelled_by", "cancel_reason"])
    release_ready(run=run, reason="cancelled", at=at)
    said = {"file_not_at_bank": True} if run.file_sha256 else {}
    audit.record(by=by, at=at, verb="payout_run_cancelled", subject=run, reason=reason[:300], **said)
    return run


@needs_transaction
def release_ready(*, run: PayoutRun, reason: str, at: datetime) -> int:
    """Cancel the payouts nobody was asked for yet and tell the purpose; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE payments_payout SET state = 'cancelled', reason = %s, ended_at = %s "
            "WHERE run_id = %s AND state = 'ready' RETURNING id",
            [reason, at, run.pk],
        )
        ids = [row[0] for row in cursor.fetchall()]
    tell_released(purpose=run.purpose, payout_ids=ids, at=at)
    return len(ids)


@needs_transaction
def finish_run(*, run_id: int, at: datetime) -> None:
    """Mark a run of which nothing is left to send as done."""
    run = lock(PayoutRun.objects.all(), pk=run_id)
    left = Payout.objects.filter(run=run, state__in=[PayoutState.READY, PayoutState.SENDING]).exists()
    if run.state == RunState.PAYING and not left:
        run.state, run.finished_at = RunState.DONE, at
        run.save(update_fields=["state", "finished_at"])
        audit.record(by=None, at=at, verb="payout_run_done", subject=run)
