"""Payment runs as the office works on them: what will be paid, how far it is, what came back."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.db.models.functions import MD5
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from core.enums import JobState
from core.languages import localised
from core.models import AuditRecord, Job
from payments.enums import PayoutRoute, PayoutState, RunState
from payments.errors import FileIsWithTheBank, FileTakenByYou, RunIsOver
from payments.models import BankAnswerFile, Payout, PayoutRun
from payments.queries.bank_files import not_to_be_paid
from payments.queries.payout_pauses import is_paused_by_director
from payments.queries.payout_runs import Changes, StateCount, changes_since_last, counts_of, file_takers, had_the_file
from portal.permissions import DIRECTOR, may_open
from portal.queries.office_payout_files import FileBefore, files_before
from portal.queries.office_people import name_of

PEOPLE = ("prepared_by__party", "approved_by__party", "cancelled_by__party", "handed_over_by__party")
BIGGEST, SAMPLE = 10, 8
PURPOSES: dict[str, Promise] = {"dividend": gettext_lazy("Dividend"), "royalty": gettext_lazy("Creators' shares")}
PAGES = {"dividend": "office:dividend", "royalty": "office:royalty_round"}
FILE_VERB = "bank_file_written"
# What became of a payment: the words of the office for a state, and whether somebody must do something.
NEEDS_SOMEBODY = frozenset({PayoutState.FAILED, PayoutState.RETURNED, PayoutState.HELD})


@dataclass(frozen=True)
class Step:
    """A station of a run as components/tracker.html shows it."""

    title: str
    state: str
    sentence: str
    at: datetime | None
    link_url: str = ""
    link_text: str = ""


@dataclass(frozen=True)
class StateLine:
    """How many payments of a run are in a state, how much that is, and the list that shows them."""

    label: str
    count: int
    sum_minor: int
    url: str
    needs_somebody: bool


@dataclass(frozen=True)
class Before:
    """What a director reads before approving: what differs from the last run, the biggest amounts, a sample.

    ``files`` were made for the same debts by runs that were cancelled: the bank must not have them.
    """

    changes: Changes
    biggest: list[Payout]
    sample: list[Payout]
    files: list[FileBefore]


@dataclass(frozen=True)
class BankFile:
    """The run's file as the bank got it: the hash that anybody who holds it can compare, how many lines, their sum."""

    sha256: str
    payouts: int
    total_minor: int


def runs_for_office() -> QuerySet[PayoutRun]:
    """Return runs with the people on their pages: drafts first, then what is under way, then what is over."""
    order = Case(
        When(state=RunState.DRAFT, then=Value(0)),
        When(state__in=[RunState.APPROVED, RunState.PAYING], then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return PayoutRun.objects.select_related(*PEOPLE, "job").annotate(turn=order).order_by("turn", "-pk")


def sentence_of(run: PayoutRun, job: Job | None) -> str:
    """Return where the run stands, in one sentence."""
    if run.state == RunState.DRAFT:
        return _("Waits for a director. Nothing leaves before.")
    if run.state == RunState.CANCELLED:
        return _("Cancelled. What was not sent is owed as before.")
    if run.state == RunState.DONE:
        return _("Over: what could be sent was given to the bank.")
    if run.state == RunState.PAYING:
        is_paused = job is not None and job.state == JobState.PAUSED
        return _("Paused: %(reason)s") % {"reason": job.pause_reason} if job and is_paused else _("Is being paid.")
    if run.route != PayoutRoute.CSV:
        return _("Approved. It leaves by itself when its moment has come.")
    return _("The bank has the file.") if run.handed_over_at else _file_sentence(run)


def _file_sentence(run: PayoutRun) -> str:
    if run.file_sha256:
        return _("The file is made. Give it to the bank, then say so here.")
    return _("Approved. Make the file for the bank.")


def steps_of(run: PayoutRun, counts: list[StateCount]) -> list[Step]:
    """Return the stations of the run, each with who and when."""
    is_over = run.state == RunState.CANCELLED
    steps = [
        Step(_("Prepared"), "done", name_of(run.prepared_by), run.prepared_at),
        _step(_("Approved"), name_of(run.approved_by) if run.approved_by_id else "", run.approved_at, is_over),
    ]
    if run.route == PayoutRoute.CSV:
        steps.append(_step(_("File made"), "", run.file_made_at, is_over))
        who = name_of(run.handed_over_by) if run.handed_over_by_id else ""
        steps.append(_step(_("The bank has taken it"), who, run.handed_over_at, is_over))
    paid = sum(row.count for row in counts if row.state == PayoutState.SETTLED)
    told = _("%(paid)s of %(count)s paid") % {"paid": paid, "count": run.payouts_count} if run.job_id else ""
    steps.append(_step(_("Sent"), told, run.finished_at, is_over))
    if is_over:
        who = name_of(run.cancelled_by) if run.cancelled_by_id else ""
        steps.append(Step(_("Cancelled"), "stopped", f"{who}: {run.cancel_reason}", run.cancelled_at))
    return _with_present(steps)


def _step(title: str, sentence: str, at: datetime | None, is_over: bool) -> Step:
    return Step(title, "done" if at else "stopped" if is_over else "next", sentence, at)


def _with_present(steps: list[Step]) -> list[Step]:
    """Mark the first station ahead as the one that is on."""
    ahead = next((place for place, step in enumerate(steps) if step.state == "next"), None)
    if ahead is None:
        return [step for step in steps if step.state != "stopped" or step.at]
    here = steps[ahead]
    return [*steps[:ahead], Step(here.title, "now", here.sentence, here.at), *steps[ahead + 1 :]]


def lines_of(run: PayoutRun, counts: list[StateCount]) -> list[StateLine]:
    """Return the counts in words, each with the address of its list."""
    url = reverse("office:payout_list", args=[run.public_id])
    return [
        StateLine(
            str(PayoutState(row.state).label),
            row.count,
            row.sum_minor,
            f"{url}?state={row.state}",
            needs_somebody=row.state in NEEDS_SOMEBODY,
        )
        for row in counts
    ]


def counts_for(run: PayoutRun) -> list[StateCount]:
    """Return the run's payments by state."""
    return counts_of(run)


def before_approval(run: PayoutRun) -> Before:
    """Return what a director reads before approving the run; the sample is the same for everybody who looks."""
    rows = Payout.objects.filter(run=run).select_related("party", "mandate")
    return Before(
        changes=changes_since_last(run),
        biggest=list(rows.order_by("-amount_minor", "pk")[:BIGGEST]),
        sample=list(rows.order_by(MD5("public_id"))[:SAMPLE]),
        files=files_before(run),
    )


def find_bank_file(run: PayoutRun) -> BankFile | None:
    """Return what the trail says of the run's file, None before it is made."""
    rows = AuditRecord.objects.filter(verb=FILE_VERB, subject_kind="payments.payoutrun", subject_id=str(run.pk))
    row = rows.first() if run.file_sha256 else None
    return BankFile(row.detail["sha256"], row.detail["payouts"], row.detail["total"]) if row else None


def stopped_since(run: PayoutRun, *, at: datetime) -> list[Payout]:
    """Return payments of a file not yet with the bank whose details were stopped since: it must leave them out."""
    return list(not_to_be_paid(run, at=at)) if run.file_sha256 and not run.handed_over_at else []


def answer_files_of(run: PayoutRun) -> list[BankAnswerFile]:
    """Return what the bank answered about the run's file, latest first."""
    rows = BankAnswerFile.objects.filter(run=run).select_related("uploaded_by__party", "taken_in_by__party", "job")
    return list(rows.order_by("-pk"))


def unsent_count(counts: list[StateCount]) -> tuple[int, int]:
    """Return how many payments were not given to the bank yet, and their sum in minor units."""
    left = [row for row in counts if row.state == PayoutState.READY]
    return sum(row.count for row in left), sum(row.sum_minor for row in left)


@dataclass(frozen=True)
class Acts:
    """What whoever looks may do with the run now. ``waits_for_another``: only another person may approve it.

    ``waits_for_director``: a director paused it, so only a director may let it go on.
    """

    approve: bool
    waits_for_another: bool
    bank_file: bool
    answers: bool
    pause: bool
    resume: bool
    waits_for_director: bool
    cancel: bool


def acts_of(run: PayoutRun, roles: frozenset[str], *, is_maker: bool) -> Acts:
    """Return what somebody with these roles may do with the run."""
    is_draft, is_file = run.state == RunState.DRAFT, run.route == PayoutRoute.CSV
    job_state = run.job.state if run.job and run.state == RunState.PAYING else ""
    may_approve = is_draft and may_open(roles, "office:payout_approve")
    may_pause, is_paused = may_open(roles, "office:payout_pause"), job_state == JobState.PAUSED
    is_directors = is_paused and run.job is not None and is_paused_by_director(run.job) and DIRECTOR not in roles
    return Acts(
        approve=may_approve and not is_maker,
        waits_for_another=may_approve and is_maker,
        bank_file=is_file and run.state == RunState.APPROVED and may_open(roles, "office:payout_bank"),
        answers=is_file and run.handed_over_at is not None and may_open(roles, "office:payout_answers"),
        pause=may_pause and job_state == JobState.RUNNING,
        resume=may_pause and is_paused and not is_directors,
        waits_for_director=may_pause and is_directors,
        cancel=not why_not_cancelled(run) and may_open(roles, "office:payout_cancel"),
    )


def why_not_cancelled(run: PayoutRun, *, by: User | None = None) -> str:
    """Return why the run cannot be cancelled any more, or not by that person; empty when it can."""
    if run.state in {RunState.DONE, RunState.CANCELLED}:
        return str(RunIsOver())
    if run.handed_over_at:
        return str(FileIsWithTheBank())
    if by is not None and had_the_file(run, by):
        return str(FileTakenByYou(", ".join(name_of(taker) for taker in file_takers(run))))
    return ""


@dataclass(frozen=True)
class Subject:
    """What a run pays for; ``url`` is empty where no page of the office shows it."""

    kind: str
    title: str
    url: str


def subject_of(run: PayoutRun) -> Subject:
    """Return what the run pays for, in the reader's language."""
    page = {"dividend": "office:dividend", "royalty": "office:royalty_round"}.get(run.purpose)
    url = reverse(page, args=[run.reference]) if page else ""
    return Subject(str(PURPOSES.get(run.purpose, run.purpose)), localised(run, "title"), url)
