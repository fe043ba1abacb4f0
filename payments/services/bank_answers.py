"""What the bank answers about a file: uploaded, looked at, taken in, and then applied payment by payment by a job.

Note [Bank answers]: the file is kept as it came, bad lines included. Taking it in reads it once more against the
payments as they stand then, writes a row for every answer, and starts a job: 20,000 payments are 20,000 entries in the
money book. Each is booked at the moment at which we learn of it, because the books of the bank's own day may be closed;
that day stands in the answer's row, and the first and the last of a file in the trail, with who took it in.

A bank may answer with our own file, account numbers in full, and a column more. So the store keeps it sealed, as it
keeps that file (Note [Bank file]): the row names the sealed bytes, the trail names the hash of the file as it came.
"""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Max, Min
from django.utils.timezone import localtime

from core import audit, jobs
from core.jobs import Lease
from core.locks import lock
from core.secrets import seal
from core.storage import store_bytes
from core.transactions import needs_transaction
from payments.enums import PayoutState
from payments.errors import AnswerDoesNotFit, NothingNewAnswered, RunNotReady
from payments.models import BankAnswer, BankAnswerFile, Payout, PayoutRun
from payments.queries.bank_answers import AS_BYTES, KNOWN, PURPOSE, Checked, answers_of, check_bytes, check_file
from payments.rules.bank_answers import Outcome
from payments.services.payouts import fail_sent_payout, return_payout, settle_payout

if TYPE_CHECKING:
    from accounts.models import User

JOB_KIND = "bank_answers"
COLUMNS = "file_id, payout_id, line, outcome, reason, words, told_on"
Row = tuple[int, int, str, str, str, date]


@needs_transaction
def upload_answers(*, run: PayoutRun, name: str, data: bytes, by: "User", at: datetime) -> BankAnswerFile:
    """Keep the bank's file for a look at it; nothing of it is taken in. The same bytes again are the same file.

    Raises `RunNotReady` before the bank has the file, `AnswersRefused` when nothing of it can be read.
    """
    run = lock(PayoutRun.objects.all(), pk=run.pk)
    if run.handed_over_at is None:
        raise RunNotReady()
    check_bytes(run, data, today=localtime(at).date())
    files = BankAnswerFile.objects.filter(run=run).exclude(sha256="").order_by("pk")
    standing = next((file for file in files if answers_of(file) == data), None)  # never sealed twice the same
    if standing is not None:
        return standing
    sha256 = store_bytes(seal(data.decode(AS_BYTES), purpose=PURPOSE).encode())
    file = BankAnswerFile.objects.create(run=run, name=name[:160], sha256=sha256, uploaded_at=at, uploaded_by=by)
    audit.record(by=by, at=at, verb="bank_answers_uploaded", subject=run, sha256=_plain(data), title=file.name)
    return file


def _plain(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@needs_transaction
def take_in_answers(*, file: BankAnswerFile, by: "User", at: datetime) -> BankAnswerFile:
    """Write every answer of the file that can be taken in and start applying them; the bad lines stay in the file.

    A second time changes nothing. Raises `NothingNewAnswered`.
    """
    run = lock(PayoutRun.objects.all(), pk=file.run_id)
    file = lock(BankAnswerFile.objects.select_related("run"), pk=file.pk)
    if file.taken_in_at:
        return file
    checked = check_file(file, today=localtime(at).date())
    rows = (
        (answer.payout_id, answer.row.line, answer.row.outcome.value, answer.row.reason, answer.row.words,
         answer.row.told_on)
        for answer in checked.answers
    )  # fmt: skip
    return _take_in(run, file, rows, by=by, at=at, refused=len(checked.bad), sha256=_plain(answers_of(file)))


@needs_transaction
def take_bad_lines(*, file: BankAnswerFile, by: "User", at: datetime) -> Checked:
    """Return the file with the lines that cannot be taken in and write down who took them away."""
    checked = check_file(file, today=localtime(at).date())
    audit.record(by=by, at=at, verb="bank_answers_bad_taken", subject=file.run, sha256=_plain(answers_of(file)),
                 lines=len(checked.bad))  # fmt: skip
    return checked


@needs_transaction
def all_paid(*, run: PayoutRun, paid_on: date, by: "User", at: datetime) -> BankAnswerFile:
    """Take in, without a file, that the bank paid everything of the run on the day of which nothing else is known.

    Raises `RunNotReady` before the bank has the file or while the payments are still being written as sent;
    `NothingNewAnswered`.
    """
    run = lock(PayoutRun.objects.all(), pk=run.pk)
    waiting = Payout.objects.filter(run=run, state__in=[PayoutState.READY, PayoutState.SENDING])
    if run.handed_over_at is None or waiting.exists():
        raise RunNotReady()
    sent = Payout.objects.filter(run=run, state=PayoutState.SENT).order_by("pk").values_list("pk", flat=True)
    rows = ((pk, 0, Outcome.PAID.value, "", "", paid_on) for pk in list(sent))
    file = BankAnswerFile.objects.create(run=run, uploaded_at=at, uploaded_by=by)
    return _take_in(run, file, rows, by=by, at=at)


def _take_in(
    run: PayoutRun,
    file: BankAnswerFile,
    rows: Iterable[Row],
    *,
    by: "User",
    at: datetime,
    refused: int = 0,
    sha256: str = "",
) -> BankAnswerFile:
    with connection.cursor() as cursor, cursor.copy(f"COPY payments_bankanswer ({COLUMNS}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row((file.pk, *row))
    items = list(BankAnswer.objects.filter(file=file).order_by("pk").values_list("pk", flat=True))
    if not items:
        raise NothingNewAnswered()
    file.job = jobs.start(kind=JOB_KIND, items=items, by=by, at=at)
    file.taken_in_at, file.taken_in_by, file.answers_count = at, by, len(items)
    file.save(update_fields=["job", "taken_in_at", "taken_in_by", "answers_count"])
    days = BankAnswer.objects.filter(file=file).aggregate(first=Min("told_on"), last=Max("told_on"))
    audit.record(
        by=by,
        at=at,
        verb="bank_answers_taken_in",
        subject=run,
        items=len(items),
        refused=refused,
        sha256=sha256,
        told_from=days["first"].isoformat(),
        told_until=days["last"].isoformat(),
    )
    return file


def apply_answer(*, answer_id: int, lease: Lease, at: datetime) -> None:
    """Move one payment to where the bank says it is; each step once, each told to the purpose.

    Raises `AnswerDoesNotFit` when something else became known of it meanwhile: then nothing is written.
    """
    answer = BankAnswer.objects.get(pk=answer_id)
    outcome, payout_id = Outcome(answer.outcome), answer.payout_id
    with lease.store():
        if outcome == Outcome.FAILED:
            payout = fail_sent_payout(payout_id=payout_id, reason=answer.reason, at=at)
        else:
            payout = settle_payout(payout_id=payout_id, at=at)
        if outcome == Outcome.RETURNED:
            payout = return_payout(payout_id=payout_id, reason=answer.reason, at=at)
        if payout.state not in KNOWN[outcome]:
            raise AnswerDoesNotFit()
