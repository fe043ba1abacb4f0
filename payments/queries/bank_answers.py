"""What a bank's answers mean for the payments of a run, before anything of it is written."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from core.money import format_minor, parse_amount
from core.secrets import unseal
from core.storage import read_bytes
from payments.enums import PayoutState
from payments.errors import AnswersRefused
from payments.models import BankAnswerFile, Payout, PayoutRun
from payments.rules.bank_answers import (
    AnswerRow,
    AnswersUnreadable,
    BadRow,
    Outcome,
    Reading,
    RowProblem,
    masked,
    read_answers,
    same_reference,
    text_of,
)

PURPOSE = "payments.bank_answers"
AS_BYTES = "latin-1"  # every byte is a letter of it and back
UNDIVIDED_ACCOUNT = 8  # digits: an amount without its pence may have fewer
ROW_SENTENCES: dict[RowProblem, Promise] = {
    RowProblem.REFERENCE_EMPTY: _("This line names no reference."),
    RowProblem.OUTCOME_UNKNOWN: _("“%(said)s” is no outcome. Write paid, failed or returned."),
    RowProblem.DATE_UNREADABLE: _("“%(said)s” is no day. Write it like 2026-05-31 or 31/05/2026."),
    RowProblem.DATE_AHEAD: _("%(said)s has not come yet."),
    RowProblem.LINE_BROKEN: _("This line has too few cells, or a quotation mark that is never closed."),
    RowProblem.REFERENCE_UNKNOWN: _("No payment of this run has this reference."),
    RowProblem.REFERENCE_AMBIGUOUS: _("Several payments of this run have this reference."),
    RowProblem.AMOUNT_DIFFERS: _("The bank writes %(said)s, but %(ours)s was ordered."),
    RowProblem.BEFORE_APPROVAL: _("The payment was not approved on that day yet."),
    RowProblem.NOT_SENT: _("This payment was not in the file: it was held back or cancelled."),
    RowProblem.OTHER_ANSWER: _("We know something else of this payment already: %(known)s."),
    RowProblem.TWO_ANSWERS: _("The file says both that this payment was paid and that it failed."),
}
# A state that an answer of this kind can change, and states in which it tells nothing new.
CHANGES = {
    Outcome.PAID: {PayoutState.SENT},
    Outcome.FAILED: {PayoutState.SENT},
    Outcome.RETURNED: {PayoutState.SENT, PayoutState.SETTLED},
}
KNOWN = {
    Outcome.PAID: {PayoutState.SETTLED, PayoutState.RETURNED},
    Outcome.FAILED: {PayoutState.FAILED},
    Outcome.RETURNED: {PayoutState.RETURNED},
}
NEVER_SENT = {PayoutState.HELD, PayoutState.CANCELLED}


class _Known(NamedTuple):
    pk: int
    state: str
    amount_minor: int


@dataclass(frozen=True)
class Answer:
    """A line that will be written, and the payment it is about."""

    row: AnswerRow
    payout_id: int
    amount_minor: int


@dataclass(frozen=True)
class Checked:
    """Every line of a file: what will be written, how many tell nothing new, and what cannot be taken in."""

    answers: list[Answer]
    known_count: int
    bad: list[BadRow]

    def tally(self, outcome: str) -> tuple[int, int]:
        """Return how many answers of the outcome will be written, and their sum in minor units."""
        amounts = [answer.amount_minor for answer in self.answers if answer.row.outcome == outcome]
        return len(amounts), sum(amounts)


def sentence_of(row: BadRow) -> str:
    """Return why the line cannot be taken in."""
    return str(ROW_SENTENCES[row.problem]) % row.values


def check_bytes(run: PayoutRun, data: bytes, *, today: date) -> Checked:
    """Return what the file means for the run's payments; raise `AnswersRefused` when nothing of it can be read."""
    try:
        reading = read_answers(text_of(data), today=today)
    except AnswersUnreadable as refused:
        raise AnswersRefused(refused) from refused
    return check(run, reading)


def check_file(file: BankAnswerFile, *, today: date) -> Checked:
    """Return the same for a file that was uploaded."""
    return check_bytes(file.run, answers_of(file), today=today)


def answers_of(file: BankAnswerFile) -> bytes:
    """Return the file as it was uploaded, byte for byte.

    `core.errors.MissingFile` when the store lost it, `core.secrets.NotSealedHere` when its key is gone.
    """
    return unseal(read_bytes(file.sha256).decode(), purpose=PURPOSE).encode(AS_BYTES)


def check(run: PayoutRun, reading: Reading) -> Checked:
    """Hold every line against the run's payments as they stand now; one query."""
    payouts = _payouts_of(run)
    told: dict[int, set[Outcome]] = defaultdict(set)
    seen: Counter[tuple[int, Outcome]] = Counter()
    found: list[Answer] = []
    bad = list(reading.bad)
    known_count = 0
    for row in reading.rows:
        candidates = payouts.get(row.reference, [])
        refused = _refusal(row, candidates, run)
        if refused is not None:
            bad.append(refused)
            continue
        payout = candidates[0]
        told[payout.pk].add(row.outcome)
        seen[payout.pk, row.outcome] += 1
        if payout.state in KNOWN[row.outcome] or seen[payout.pk, row.outcome] > 1:
            known_count += 1
        else:
            found.append(Answer(row, payout.pk, payout.amount_minor))
    torn = {pk for pk, outcomes in told.items() if Outcome.FAILED in outcomes and len(outcomes) > 1}
    bad += [_bad(answer.row, RowProblem.TWO_ANSWERS) for answer in found if answer.payout_id in torn]
    kept = [answer for answer in found if answer.payout_id not in torn]
    return Checked(kept, known_count, sorted(bad, key=lambda row: row.line))


def _payouts_of(run: PayoutRun) -> dict[str, list[_Known]]:
    by_reference: dict[str, list[_Known]] = defaultdict(list)
    rows = Payout.objects.filter(run=run).values_list("reference", "pk", "state", "amount_minor")
    for reference, pk, state, amount_minor in rows.iterator(chunk_size=5000):
        by_reference[same_reference(reference)].append(_Known(pk, state, amount_minor))
    return by_reference


def _refusal(row: AnswerRow, candidates: list[_Known], run: PayoutRun) -> BadRow | None:
    if not candidates:
        return _bad(row, RowProblem.REFERENCE_UNKNOWN)
    if len(candidates) > 1:
        return _bad(row, RowProblem.REFERENCE_AMBIGUOUS)
    payout = candidates[0]
    if row.amount and not _is_amount(row.amount, payout.amount_minor, run.currency):
        ours = format_minor(payout.amount_minor, run.currency)
        return _bad(row, RowProblem.AMOUNT_DIFFERS, said=masked(row.amount, shortest=UNDIVIDED_ACCOUNT)[:40], ours=ours)
    if run.approved_at and row.told_on < localtime(run.approved_at).date():
        return _bad(row, RowProblem.BEFORE_APPROVAL)
    if payout.state in NEVER_SENT:
        return _bad(row, RowProblem.NOT_SENT)
    if payout.state not in CHANGES[row.outcome] | KNOWN[row.outcome]:
        return _bad(row, RowProblem.OTHER_ANSWER, known=str(PayoutState(payout.state).label))
    return None


def _is_amount(text: str, amount_minor: int, currency: str) -> bool:
    try:
        return abs(parse_amount(text.replace(currency, ""), currency)) == amount_minor
    except DomainError:
        return False


def _bad(row: AnswerRow, problem: RowProblem, **values: str) -> BadRow:
    return BadRow(row.line, row.text, problem, values)
