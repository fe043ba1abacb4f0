"""What the bank answered, told before anything of it is written."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from payments.enums import PayoutState
from payments.models import Payout, PayoutRun
from payments.queries.bank_answers import Checked, sentence_of
from payments.rules.bank_answers import Outcome

OUTCOMES: dict[Outcome, Promise] = {
    Outcome.PAID: _("Paid"),
    Outcome.FAILED: _("Failed: owed again"),
    Outcome.RETURNED: _("Came back: owed again"),
}


@dataclass(frozen=True)
class OutcomeLine:
    """How many payments an outcome is told of, and their sum in minor units."""

    label: Promise
    count: int
    sum_minor: int


@dataclass(frozen=True)
class BadLine:
    """A line that cannot be taken in: its number, why, and the line with every account number covered."""

    line: int
    sentence: str
    text: str


@dataclass(frozen=True)
class Told:
    """A file of answers in words. ``bad`` are the first so many of ``bad_count``."""

    outcomes: list[OutcomeLine]
    count: int
    known_count: int
    bad_count: int
    bad: list[BadLine]


def told(checked: Checked, *, bad_shown: int) -> Told:
    """Return what the file means, with the first so many lines that cannot be taken in."""
    outcomes = [OutcomeLine(label, *checked.tally(outcome)) for outcome, label in OUTCOMES.items()]
    bad = [BadLine(row.line, sentence_of(row), row.text) for row in checked.bad[:bad_shown]]
    return Told(
        outcomes=[line for line in outcomes if line.count],
        count=len(checked.answers),
        known_count=checked.known_count,
        bad_count=len(checked.bad),
        bad=bad,
    )


def bad_cells(checked: Checked) -> Iterator[tuple[int, str, str]]:
    """Yield every line that cannot be taken in, for a list to take away."""
    for row in checked.bad:
        yield row.line, sentence_of(row), row.text


def unanswered(run: PayoutRun) -> tuple[int, int]:
    """Return how many payments of the run the bank has said nothing about, and their sum in minor units."""
    rows = Payout.objects.filter(run=run, state=PayoutState.SENT)
    found = rows.aggregate(count=Count("pk"), total=Sum("amount_minor", default=0))
    return found["count"], found["total"]
