"""What a bank answers about a file of payments: a CSV file with a line for each payment that it has news of.

Banks have no common form for this, so the columns are named by their head in any order, more of them do no harm, and
what cannot be read is told line by line: nothing is guessed, nothing is dropped. Dates are read day first, as in
Britain and Vietnam, or as ISO 8601; an American order is not guessed. Pure: no Django, no database.

A bank may send our own file back with columns added, account numbers in full. So whatever of a line is shown or taken
away is `masked`; what is read is not.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum

from payments.rules.payout_states import PayoutReason

ROWS_MAX = 250_000
LINE_LENGTH_MAX = 500
WORDS_LENGTH_MAX = 140
DAY_FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d %B %Y", "%d %b %Y", "%Y%m%d")
HEADS = {
    "reference": ("reference", "payment reference", "end to end id", "endtoendid", "ref"),
    "outcome": ("outcome", "status", "result"),
    "reason": ("reason", "reason code", "status reason", "description"),
    "date": ("date", "settlement date", "value date", "day"),
    "amount": ("amount",),
}
NEEDED = ("reference", "outcome", "date")
MASK, SHOWN_DIGITS = "•", 4
SHORTEST_ACCOUNT = 6  # digits: a sort code
# A day, one of our references (a word and a number), an amount with its pence; and any other long row of digits, also
# in the groups in which people write an account number or an IBAN. A British account number has eight digits.
DIGITS = re.compile(
    r"(?P<plain>(?<!\d)(?:\d{4}-\d\d-\d\d|\d\d-\d\d-\d{4})(?!\d)(?!-)"
    r"|[^\W\d_]{4,} \d{1,7}(?![ -]?\d)"
    r"|(?<![\d-])(?<!\d )\d{1,7}\.\d\d(?!\d))"
    r"|\d(?:[ -]?\d)+"
)


class Outcome(StrEnum):
    """What became of a payment."""

    PAID = "paid"
    FAILED = "failed"
    RETURNED = "returned"


class RowProblem(StrEnum):
    """Why a line cannot be taken in."""

    REFERENCE_EMPTY = "reference_empty"
    OUTCOME_UNKNOWN = "outcome_unknown"  # said
    DATE_UNREADABLE = "date_unreadable"  # said
    DATE_AHEAD = "date_ahead"  # said
    LINE_BROKEN = "line_broken"
    # Found only beside the payments of the run:
    REFERENCE_UNKNOWN = "reference_unknown"
    REFERENCE_AMBIGUOUS = "reference_ambiguous"
    AMOUNT_DIFFERS = "amount_differs"  # said, ours
    BEFORE_APPROVAL = "before_approval"
    NOT_SENT = "not_sent"
    OTHER_ANSWER = "other_answer"
    TWO_ANSWERS = "two_answers"


class FileProblem(StrEnum):
    """Why nothing of a file can be read."""

    EMPTY = "empty"
    NOT_TEXT = "not_text"
    NO_HEAD = "no_head"  # missing
    TOO_LONG = "too_long"


class AnswersUnreadable(ValueError):
    """Nothing of the file can be read; ``values`` are what the sentence needs."""

    def __init__(self, problem: FileProblem, **values: str) -> None:
        self.problem, self.values = problem, values
        super().__init__(problem.value)


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """A line that could be read. ``reason`` is a code of `PayoutReason`, empty when it was paid; ``words`` the bank's
    own; ``amount`` as the bank writes it, empty when it does not say; ``text`` the line of the file, `masked`.
    """

    line: int
    text: str
    reference: str
    outcome: Outcome
    reason: str
    words: str
    told_on: date
    amount: str


@dataclass(frozen=True, slots=True)
class BadRow:
    """A line that cannot be taken in: ``text`` is the line and ``values`` what is said of it, both `masked`.

    ``line`` is 1 for the head.
    """

    line: int
    text: str
    problem: RowProblem
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """Every line of the file below its head, in one list or the other."""

    rows: list[AnswerRow]
    bad: list[BadRow]


# ISO 20022 external status reasons (AC01, AC03, AC04, AC06, BE01, MS02, MS03), and how people say the same.
SAID = {
    PayoutReason.ACCOUNT_CLOSED: re.compile(r"\bac04\b|closed"),
    PayoutReason.NAME_MISMATCH: re.compile(r"\bbe01\b|name.*(not|differ|mismatch|match)|mismatch.*name"),
    PayoutReason.NO_SUCH_ACCOUNT: re.compile(
        r"\bac0[13]\b|no such|no account|unknown|invalid (account|details|sort)|incorrect|not found|does not exist"
    ),
    PayoutReason.REFUSED_BY_BANK: re.compile(r"\bac06\b|\bms0[23]\b|blocked|refused|rejected|declined|not accept"),
}
OUTCOMES = {
    **dict.fromkeys(("paid", "settled", "success", "successful", "completed", "executed", "accsc", "acsc"), "paid"),
    **dict.fromkeys(("failed", "fail", "rejected", "refused", "declined", "rjct"), "failed"),
    **dict.fromkeys(("returned", "return", "came back", "bounced", "rtrn"), "returned"),
}


def text_of(data: bytes) -> str:
    """Return the file as text: UTF-8 or UTF-16 with their marks, else Windows-1252; raise `AnswersUnreadable`."""
    encodings = ["utf-16"] if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return unicodedata.normalize("NFC", text)
    raise AnswersUnreadable(FileProblem.NOT_TEXT)


def read_answers(text: str, *, today: date) -> Reading:
    """Return every line below the head as an answer or as a bad row; raise `AnswersUnreadable` without a known head."""
    lines = _lines(text)
    try:
        _number, _line, head = next(lines)
    except StopIteration:
        raise AnswersUnreadable(FileProblem.EMPTY) from None
    columns = _columns(head)
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        raise AnswersUnreadable(FileProblem.NO_HEAD, missing=", ".join(missing))
    rows: list[AnswerRow] = []
    bad: list[BadRow] = []
    for number, line, cells in lines:
        if len(rows) + len(bad) >= ROWS_MAX:
            raise AnswersUnreadable(FileProblem.TOO_LONG)
        found = _row(number, line, cells, columns, today)
        if isinstance(found, AnswerRow):
            rows.append(found)
        else:
            bad.append(found)
    if not rows and not bad:
        raise AnswersUnreadable(FileProblem.EMPTY)
    return Reading(rows, bad)


def reason_of(words: str) -> PayoutReason:
    """Return the code for what a bank said: our own codes, ISO 20022's, or plain words; else ``other``."""
    said = words.strip().casefold()
    if said in set(PayoutReason):
        return PayoutReason(said)
    return next((reason for reason, pattern in SAID.items() if pattern.search(said)), PayoutReason.OTHER)


def masked(text: str, *, shortest: int = SHORTEST_ACCOUNT) -> str:
    """Return the text with every row of at least ``shortest`` digits covered up to the last four.

    What is known to be none of an account stays: a day, a reference of ours, an amount with its pence.
    """

    def covered(found: re.Match[str]) -> str:
        digits = sum(letter.isdigit() for letter in found[0])
        if found["plain"] or digits < shortest:
            return found[0]
        return re.sub(r"\d", MASK, found[0], count=digits - SHOWN_DIGITS)

    return DIGITS.sub(covered, text)


def same_reference(text: str) -> str:
    """Return the reference as it is compared: capitals, single spaces, without the apostrophe of a safe cell."""
    return " ".join(text.strip().removeprefix("'").split()).upper()


def _lines(text: str) -> Iterator[tuple[int, str, list[str]]]:
    """Yield (number in the file, the line, its cells) for all that hold something; no cells of a broken one.

    Each line is read by itself: a quotation mark that is never closed must not swallow the lines below it.
    """
    lines = re.split(r"\r\n|\r|\n", text)
    first = next((line for line in lines if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    for number, line in enumerate(lines, start=1):
        try:
            cells = next(csv.reader([line], delimiter=delimiter, strict=True), [])
        except csv.Error:
            cells = []
        if line.strip(f"{delimiter} \t"):
            yield number, line, cells


def _columns(head: list[str]) -> dict[str, int]:
    """Return where each known column stands; of two with the same meaning the first."""
    columns: dict[str, int] = {}
    for place, cell in enumerate(head):
        said = " ".join(re.sub(r"[_\-.:]+", " ", cell).split()).casefold()
        for name, known in HEADS.items():
            if said in known:
                columns.setdefault(name, place)
    return columns


def _row(number: int, line: str, cells: list[str], columns: dict[str, int], today: date) -> AnswerRow | BadRow:
    text = masked(line)[:LINE_LENGTH_MAX]
    if len(cells) <= max(columns[name] for name in NEEDED):
        return BadRow(number, text, RowProblem.LINE_BROKEN)

    def cell(name: str) -> str:
        place = columns.get(name)
        return cells[place].strip() if place is not None and place < len(cells) else ""

    if not cell("reference"):
        return BadRow(number, text, RowProblem.REFERENCE_EMPTY)
    outcome = OUTCOMES.get(" ".join(cell("outcome").casefold().split()))
    if outcome is None:
        return BadRow(number, text, RowProblem.OUTCOME_UNKNOWN, {"said": masked(cell("outcome"))[:40]})
    told_on = day_of_text(cell("date"))
    if told_on is None:
        return BadRow(number, text, RowProblem.DATE_UNREADABLE, {"said": masked(cell("date"))[:40]})
    if told_on > today:
        return BadRow(number, text, RowProblem.DATE_AHEAD, {"said": cell("date")[:40]})
    words = "" if outcome == Outcome.PAID else masked(cell("reason"))[:WORDS_LENGTH_MAX]
    reason = "" if outcome == Outcome.PAID else reason_of(words).value
    reference = same_reference(cell("reference"))
    return AnswerRow(number, text, reference, Outcome(outcome), reason, words, told_on, cell("amount"))


def day_of_text(text: str) -> date | None:
    """Return the day that was written, or None: day first or ISO 8601; a time behind the day is left off."""
    day = text.strip().partition("T")[0]
    for attempt in (day, day.partition(" ")[0]):
        for form in DAY_FORMATS:
            try:
                found = datetime.strptime(attempt, form).replace(tzinfo=UTC).date()
            except ValueError:
                continue
            return found if 2000 <= found.year < 2200 else None
    return None
