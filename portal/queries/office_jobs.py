"""Jobs, what became of them, and what could not be done."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Party
from core.enums import JobState
from core.jobs import chunk_sums, progress_by
from core.models import Job, JobFailure
from dividends.models import RoyaltyStatement, Statement
from equity.models import Application, Certificate
from payments.models import BankAnswer, Payout
from portal.queries.office_people import name_of

TITLES: dict[str, Promise] = {
    "certificates": _("Making certificates"),
    "allotment_letters": _("Telling buyers that the shares are theirs"),
    "meeting_notices": _("Sending the notice of a meeting to every member"),
    "payouts": _("Paying"),
    "bank_answers": _("Writing what the bank answered"),
    "dividend_statements": _("Making and mailing dividend statements"),
    "royalty_statements": _("Making and mailing creators’ statements"),
    "dividend_details": _("Asking holders where to pay their dividend"),
}
# What an item of a job is called: rows of (id, name).
NAMED_BY: dict[str, Callable[[list[int]], Iterable[tuple[int, object]]]] = {
    "certificates": lambda ids: Certificate.objects.filter(pk__in=ids).values_list("pk", "serial"),
    "allotment_letters": lambda ids: Application.objects.filter(pk__in=ids).values_list("pk", "public_id"),
    "meeting_notices": lambda ids: Party.objects.filter(pk__in=ids).values_list("pk", "display_name"),
    "payouts": lambda ids: Payout.objects.filter(pk__in=ids).values_list("pk", "party__display_name"),
    "bank_answers": lambda ids: BankAnswer.objects.filter(pk__in=ids).values_list("pk", "payout__party__display_name"),
    "dividend_statements": lambda ids: Statement.objects.filter(pk__in=ids).values_list(
        "pk", "entitlement__party__display_name"
    ),
    "royalty_statements": lambda ids: RoyaltyStatement.objects.filter(number__in=ids).values_list(
        "number", "party__display_name"
    ),
}
OVER = (JobState.DONE, JobState.CANCELLED)


@dataclass(frozen=True)
class JobLine:
    """A job as components/progress.html shows it, and who started it. Counts are items."""

    public_id: str
    title: str
    state: str
    state_words: str
    pause_reason: str
    started_at: datetime
    finished_at: datetime | None
    started_by: str
    total: int
    done: int
    failed: int
    seconds_left: int | None
    is_finished: bool
    url: str = ""
    refresh_url: str = ""

    @property
    def remaining(self) -> int:
        """Return the items nobody did yet."""
        return self.total - self.done - self.failed


@dataclass(frozen=True)
class FailureLine:
    """One item that could not be done."""

    item: str
    reason: str
    failed_at: datetime


def jobs_for_office() -> QuerySet[Job]:
    """Return jobs, latest first, with the sums of their chunks."""
    return Job.objects.select_related("started_by__party").annotate(**chunk_sums("chunks__")).order_by("-id")


def job_line(job: Job) -> JobLine:
    """Return the job of `jobs_for_office` in words; ``seconds_left`` is an estimate from the pace so far."""
    progress = progress_by(job, **{name: getattr(job, name) for name in chunk_sums()})
    return JobLine(
        public_id=job.public_id,
        title=str(TITLES.get(job.kind, job.kind)),
        state=job.state,
        state_words=job.get_state_display(),
        pause_reason=job.pause_reason,
        started_at=job.started_at,
        finished_at=job.finished_at,
        started_by=name_of(job.started_by),
        total=progress.total,
        done=progress.done,
        failed=progress.failed,
        seconds_left=progress.seconds_left,
        is_finished=job.state in OVER,
    )


def failures_of(job: Job) -> list[FailureLine]:
    """Return the job's failures, latest first; a certificate by its number, a member by name. Two queries."""
    rows = list(JobFailure.objects.filter(chunk__job=job).order_by("-failed_at"))
    ids = [int(row.item) for row in rows if row.item.isdecimal()]
    names = {str(pk): str(name) for pk, name in NAMED_BY[job.kind](ids)} if job.kind in NAMED_BY else {}
    return [FailureLine(names.get(row.item, row.item), row.reason, row.failed_at) for row in rows]
