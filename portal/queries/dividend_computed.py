"""How one dividend was computed: its sum as on paper, and every step with the fact it rests on."""

from dataclasses import dataclass, replace

from dividends.models import Entitlement
from dividends.queries.entitlements import Explanation, explanation_of
from dividends.queries.statement_sum import ROUNDING, SumLine, line_of
from dividends.queries.statement_words import percent, rounding_rule, withholding_words
from dividends.rules.statement_facts import StepCode
from portal.queries.office_register import EntryLine, entries_of

ENTRIES_MAX = 50


@dataclass(frozen=True)
class Computed:
    """The sum line by line; then what each line rests on, in the reader's language.

    ``steps`` are all lines by their code, none left out. ``entries`` are the holder's last entries in the register that
    make up the shares, the oldest first; ``entries_left_out`` earlier ones are only counted.
    """

    explanation: Explanation
    lines: list[SumLine]
    steps: dict[str, SumLine]
    entries: list[EntryLine]
    entries_left_out: int
    rounding: str
    withholding: str
    rate_percent: str


def computed_of(entitlement: Entitlement) -> Computed:
    """Return the whole computation. Five queries; raises `RuleBroken` for figures that do not add up."""
    explanation = explanation_of(entitlement)
    owed = explanation.entitlement
    steps = {step.code: line_of(step, owed) for step in explanation.steps}
    entries = _entries(explanation)
    return Computed(
        explanation=explanation,
        lines=_printed(steps),
        steps={code.value: line for code, line in steps.items()},
        entries=entries[-ENTRIES_MAX:],
        entries_left_out=max(0, len(entries) - ENTRIES_MAX),
        rounding=rounding_rule(owed.declaration),
        withholding=withholding_words(owed),
        rate_percent=percent(owed.withheld_ppm),
    )


def _printed(steps: dict[StepCode, SumLine]) -> list[SumLine]:
    """The lines of the column: the exact sum only where rounding made another of it, the net as the total."""
    is_exact = ROUNDING.isdisjoint(steps)
    kept = [line for code, line in steps.items() if not (is_exact and code == StepCode.EXACT)]
    return [*kept[:-1], replace(kept[-1], kind="total")]


def _entries(explanation: Explanation) -> list[EntryLine]:
    share_class = explanation.entitlement.declaration.share_class.code
    counted = [
        line
        for line in entries_of(explanation.entitlement.member)
        if line.share_class == share_class
        and line.effective_on <= explanation.record_day
        and line.entered_at <= explanation.record_at
    ]
    return counted[::-1]
